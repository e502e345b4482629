//! Remembers when each packet of a transport arrived, for transport-wide feedback to its sender.

use crate::rtcp::{MAX_STATUSES, write_transport_feedback};
use crate::time::Time;

/// How many packets are remembered: over a second of the fastest publisher.
const REMEMBERED: usize = 2048;

/// The arrivals of one transport, by transport-wide sequence number.
#[derive(Debug)]
pub struct Arrivals {
    ring: Box<[Option<(u64, Time)>; REMEMBERED]>,
    highest: Option<u64>,
    /// The first packet that the next message speaks of.
    next_base: u64,
    unreported: bool,
    messages: u8,
    media_ssrc: u32,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self {
            ring: Box::new([None; REMEMBERED]),
            highest: None,
            next_base: 0,
            unreported: false,
            messages: 0,
            media_ssrc: 0,
        }
    }
}

impl Arrivals {
    /// A packet with transport-wide sequence number `sequence` arrived.
    #[inline]
    pub fn record(&mut self, now: Time, sequence: u16, ssrc: u32) {
        let extended = match self.highest {
            // Room below the first one, for packets that it overtook.
            None => u64::from(sequence) + (1 << 16),
            Some(highest) => {
                let step = i64::from(sequence.wrapping_sub(highest as u16) as i16);
                highest.saturating_add_signed(step)
            }
        };
        let highest = *self.highest.get_or_insert_with(|| {
            self.next_base = extended;
            extended
        });
        if extended + (REMEMBERED as u64) <= highest {
            return;
        }
        self.highest = Some(highest.max(extended));
        // One that comes after its report was written is reported again, with all since.
        self.next_base = self.next_base.min(extended);
        self.ring[extended as usize % REMEMBERED] = Some((extended, now));
        self.unreported = true;
        self.media_ssrc = ssrc;
    }

    /// Writes the next feedback message into `out`, if there is anything to tell. Call until it gives `None`.
    pub fn write_feedback(&mut self, sender_ssrc: u32, out: &mut [u8]) -> Option<usize> {
        let highest = self.highest.filter(|_| self.unreported)?;
        let oldest = (highest + 1).saturating_sub(REMEMBERED as u64);
        let base = self.next_base.max(oldest);
        let mut arrivals = [None; MAX_STATUSES];
        let total = ((highest + 1 - base) as usize).min(MAX_STATUSES);
        for (i, arrival) in arrivals[..total].iter_mut().enumerate() {
            *arrival = self.arrival(base + i as u64);
        }
        let (len, covered) = write_transport_feedback(
            out,
            sender_ssrc,
            self.media_ssrc,
            base as u16,
            self.messages,
            &arrivals[..total],
        );
        if covered == 0 {
            // Nothing of these arrived: the sender learns it from the gap in front of the next message.
            self.next_base = base + total as u64;
            return self.write_feedback(sender_ssrc, out);
        }
        self.messages = self.messages.wrapping_add(1);
        self.next_base = base + covered as u64;
        self.unreported = self.next_base <= highest;
        Some(len)
    }

    fn arrival(&self, sequence: u64) -> Option<Time> {
        self.ring[sequence as usize % REMEMBERED]
            .filter(|(s, _)| *s == sequence)
            .map(|(_, at)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    fn base_and_count(message: &[u8]) -> (u16, u16) {
        (
            u16::from_be_bytes([message[12], message[13]]),
            u16::from_be_bytes([message[14], message[15]]),
        )
    }

    #[test]
    fn each_packet_is_reported_once_and_gaps_are_part_of_it() {
        let mut arrivals = Arrivals::default();
        let mut out = [0; 1400];
        assert_eq!(arrivals.write_feedback(1, &mut out), None);
        for (i, sequence) in [65_534u16, 65_535, 1, 2].into_iter().enumerate() {
            arrivals.record(at(i as u64), sequence, 9);
        }
        let len = arrivals.write_feedback(1, &mut out).unwrap();
        assert_eq!(base_and_count(&out[..len]), (65_534, 5));
        assert_eq!(arrivals.write_feedback(1, &mut out), None);
        arrivals.record(at(9), 5, 9);
        let len = arrivals.write_feedback(1, &mut out).unwrap();
        assert_eq!(
            base_and_count(&out[..len]),
            (3, 3),
            "3 and 4 are told to be missing"
        );
    }

    #[test]
    fn one_that_was_overtaken_by_its_report_is_reported_after_all() {
        let mut arrivals = Arrivals::default();
        let mut out = [0; 1400];
        arrivals.record(at(0), 10, 9);
        arrivals.record(at(1), 12, 9);
        arrivals.write_feedback(1, &mut out).unwrap();
        arrivals.record(at(2), 11, 9);
        let len = arrivals.write_feedback(1, &mut out).unwrap();
        assert_eq!(base_and_count(&out[..len]), (11, 2));
    }

    #[test]
    fn a_long_silence_of_reports_stays_within_what_is_remembered() {
        let mut arrivals = Arrivals::default();
        let mut out = [0; 1400];
        for i in 0..10_000u64 {
            arrivals.record(at(i), i as u16, 9);
        }
        let mut reported = 0;
        while let Some(len) = arrivals.write_feedback(1, &mut out) {
            reported += usize::from(base_and_count(&out[..len]).1);
        }
        assert_eq!(reported, REMEMBERED);
    }
}
