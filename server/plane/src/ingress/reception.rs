//! How one stream arrives: loss and jitter for receiver reports (RFC 3550 section 6.4.1, appendix A).

use crate::rtcp::{ReceptionBlock, SenderInfo};
use crate::time::Time;

/// The reception statistics of one SSRC.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reception {
    first: u64,
    highest: u64,
    received: u64,
    /// Jitter in 1/16 ticks, as appendix A.8 keeps it.
    jitter: u32,
    last_transit: Option<u32>,
    reported_expected: u64,
    reported_received: u64,
    /// Packets expected and lost between the last two reports.
    interval: (u64, u64),
    last_sender_report: Option<(Time, u32)>,
}

impl Reception {
    /// A packet arrived. `index` is its sequence number with the rollovers in front; `hz` the stream's RTP clock.
    #[inline]
    pub fn record(&mut self, now: Time, index: u64, timestamp: u32, hz: u32) {
        if self.received == 0 {
            self.first = index;
            self.highest = index;
        }
        self.received += 1;
        self.highest = self.highest.max(index);
        let arrival = (u128::from(now.micros()) * u128::from(hz) / 1_000_000) as u32;
        let transit = arrival.wrapping_sub(timestamp);
        if let Some(last) = self.last_transit.replace(transit) {
            let difference = transit.wrapping_sub(last).cast_signed().unsigned_abs();
            self.jitter = self
                .jitter
                .saturating_add(difference)
                .saturating_sub((self.jitter + 8) >> 4);
        }
    }

    /// A sender report arrived.
    pub fn record_sender_report(&mut self, now: Time, info: &SenderInfo) {
        self.last_sender_report = Some((now, info.compact_ntp()));
    }

    /// How many packets were expected, and lost, between the last two reports.
    pub fn last_interval(&self) -> (u64, u64) {
        self.interval
    }

    /// The next reception block. `None` before the first packet.
    pub fn report(&mut self, now: Time, ssrc: u32) -> Option<ReceptionBlock> {
        if self.received == 0 {
            return None;
        }
        let expected = self.highest + 1 - self.first.min(self.highest);
        let interval = expected - self.reported_expected;
        let lost = interval.saturating_sub(self.received - self.reported_received);
        self.interval = (interval, lost);
        self.reported_expected = expected;
        self.reported_received = self.received;
        let total = i64::try_from(expected).unwrap_or(i64::MAX) - self.received.cast_signed();
        let (last, delay) = self.last_sender_report.map_or((0, 0), |(at, compact)| {
            (
                compact,
                (now.since(at).micros() * 65_536 / 1_000_000) as u32,
            )
        });
        Some(ReceptionBlock {
            ssrc,
            fraction_lost: (lost * 256).checked_div(interval).unwrap_or(0).min(255) as u8,
            cumulative_lost: total.clamp(-0x80_0000, 0x7f_ffff) as i32,
            highest_sequence: self.highest as u32,
            jitter: self.jitter >> 4,
            last_sender_report: last,
            delay_since: delay,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    #[test]
    fn loss_is_told_since_the_last_report_and_since_the_beginning() {
        let mut reception = Reception::default();
        assert_eq!(reception.report(at(0), 1), None);
        for i in (0..100).filter(|i| i % 4 != 3) {
            reception.record(at(i * 20), 1_000 + i, i as u32 * 960, 48_000);
        }
        let block = reception.report(at(2_000), 1).unwrap();
        assert_eq!(
            (block.fraction_lost, block.cumulative_lost),
            ((24 * 256 / 99) as u8, 24)
        );
        for i in 100..200 {
            reception.record(at(i * 20), 1_000 + i, i as u32 * 960, 48_000);
        }
        let block = reception.report(at(4_000), 1).unwrap();
        // 99 was the last of the first hundred, and it is only now known to be lost.
        assert_eq!(
            (block.fraction_lost, block.cumulative_lost),
            ((256 / 101) as u8, 25)
        );
        assert_eq!((block.highest_sequence, block.jitter), (1_199, 0));
    }

    #[test]
    fn uneven_arrival_shows_as_jitter() {
        let mut reception = Reception::default();
        for i in 0..200u64 {
            reception.record(at(i * 20 + (i % 2) * 10), i, i as u32 * 960, 48_000);
        }
        let jitter = reception.report(at(4_000), 1).unwrap().jitter;
        assert!(
            (400..=480).contains(&jitter),
            "{jitter} ticks, about 10 ms expected"
        );
    }

    #[test]
    fn the_last_sender_report_is_echoed_with_its_age() {
        let mut reception = Reception::default();
        reception.record(at(0), 1, 0, 90_000);
        let info = SenderInfo {
            ntp: 0x0001_2345_6789_0000,
            ..Default::default()
        };
        reception.record_sender_report(at(1_000), &info);
        let block = reception.report(at(1_500), 1).unwrap();
        assert_eq!(
            (block.last_sender_report, block.delay_since),
            (0x2345_6789, 32_768)
        );
    }
}
