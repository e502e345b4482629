//! Which packets left when, until feedback tells what became of them.

use crate::time::Time;

/// How many packets are remembered: about a second of the fastest subscriber.
pub const REMEMBERED: usize = 2048;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Never sent, or told of already.
    Settled,
    Unknown,
    /// Told to be missing; it may still arrive.
    Missing,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Time,
    /// The lower half of the extended sequence number: all that a ring of this size needs.
    sequence: u32,
    /// 0: none.
    cluster: u32,
    /// Bytes of all packets up to this one, modulo 2^32.
    total: u32,
    bytes: u16,
    fate: Fate,
}

/// A packet that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When it left.
    pub at: Time,
    /// Its bytes on the wire.
    pub bytes: usize,
    /// The probe that it was part of.
    pub cluster: Option<u32>,
    /// It was told to be missing before it was told to have arrived.
    pub was_missing: bool,
}

/// The packets that one transport sent, by transport-wide sequence number.
#[derive(Debug)]
pub struct History {
    ring: Box<[Entry; REMEMBERED]>,
    /// The last packet's number, with the rollovers in front.
    newest: Option<u64>,
    /// The last packet that was told to have arrived, likewise.
    answered: Option<u64>,
    total: u32,
    answered_total: u32,
}

impl History {
    /// Bytes that the packets take.
    pub(super) const MEMORY: usize = REMEMBERED * size_of::<Entry>();
}

impl Default for History {
    fn default() -> Self {
        let never = Entry {
            at: Time::default(),
            sequence: 0,
            cluster: 0,
            total: 0,
            bytes: 0,
            fate: Fate::Settled,
        };
        Self {
            ring: Box::new([never; REMEMBERED]),
            newest: None,
            answered: None,
            total: 0,
            answered_total: 0,
        }
    }
}

impl History {
    /// A packet of `bytes` left with transport-wide number `sequence`, as part of probe `cluster` (never 0) or of none.
    #[inline]
    pub fn record(&mut self, now: Time, sequence: u16, bytes: usize, cluster: Option<u32>) {
        // Room below the first one, so that an older number has a place too.
        let newest = self.newest.unwrap_or(u64::from(sequence) + (1 << 16));
        let extended = extend(newest, sequence);
        self.newest = Some(newest.max(extended));
        self.total = self.total.wrapping_add(bytes as u32);
        self.ring[extended as usize % REMEMBERED] = Entry {
            at: now,
            sequence: extended as u32,
            cluster: cluster.unwrap_or(0),
            total: self.total,
            bytes: bytes.min(usize::from(u16::MAX)) as u16,
            fate: Fate::Unknown,
        };
    }

    /// Feedback says that `sequence` arrived. `None` if that is known, or the packet is not.
    pub fn received(&mut self, sequence: u16) -> Option<Sent> {
        self.settle(sequence, Fate::Settled)
    }

    /// Feedback says that `sequence` has not arrived. `None` if that is known, or the packet is not.
    pub fn missing(&mut self, sequence: u16) -> Option<Sent> {
        self.settle(sequence, Fate::Missing)
    }

    /// Bytes of the packets that left after the last one that is told to have arrived.
    #[inline]
    pub fn in_flight(&self) -> usize {
        self.total.wrapping_sub(self.answered_total) as usize
    }

    /// When the first packet left after the last one that is told to have arrived.
    pub fn first_unanswered(&self) -> Option<Time> {
        let next = self.answered? + 1;
        let entry = &self.ring[next as usize % REMEMBERED];
        (next <= self.newest? && entry.sequence == next as u32).then_some(entry.at)
    }

    fn settle(&mut self, sequence: u16, fate: Fate) -> Option<Sent> {
        let extended = extend(self.newest?, sequence);
        let entry = &mut self.ring[extended as usize % REMEMBERED];
        let was_missing = entry.fate == Fate::Missing;
        let told = entry.fate == Fate::Settled || (was_missing && fate == Fate::Missing);
        if told || entry.sequence != extended as u32 {
            return None;
        }
        entry.fate = fate;
        if fate == Fate::Settled && self.answered.is_none_or(|answered| answered < extended) {
            self.answered = Some(extended);
            self.answered_total = entry.total;
        }
        Some(Sent {
            at: entry.at,
            bytes: usize::from(entry.bytes),
            cluster: (entry.cluster != 0).then_some(entry.cluster),
            was_missing,
        })
    }
}

/// The extended number nearest to `newest` that ends in `sequence`.
fn extend(newest: u64, sequence: u16) -> u64 {
    let step = i64::from(sequence.wrapping_sub(newest as u16).cast_signed());
    newest.saturating_add_signed(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_packet_is_told_of_once_across_the_rollover_but_may_arrive_late() {
        let mut history = History::default();
        for (i, sequence) in [65_534u16, 65_535, 0, 1].into_iter().enumerate() {
            let cluster = (sequence == 0).then_some(3);
            history.record(Time::from_micros(i as u64), sequence, 100 + i, cluster);
        }
        let last = history.received(65_535).unwrap();
        assert_eq!((last.at, last.bytes), (Time::from_micros(1), 101));
        assert_eq!(history.received(65_535), None, "told before");
        assert!(history.missing(0).is_some());
        assert_eq!(history.missing(0), None, "told before");
        let late = history.received(0).unwrap();
        assert_eq!((late.cluster, late.was_missing), (Some(3), true));
        assert_eq!(history.missing(65_535), None, "what arrived, arrived");
        assert_eq!(history.received(2), None, "not sent yet");
        assert_eq!(history.received(65_000), None, "never sent");
    }

    #[test]
    fn in_flight_is_what_left_after_the_last_that_arrived() {
        let mut history = History::default();
        for i in 0..5u16 {
            history.record(
                Time::from_micros(u64::from(i)),
                65_534u16.wrapping_add(i),
                100,
                None,
            );
        }
        assert_eq!(
            (history.in_flight(), history.first_unanswered()),
            (500, None)
        );
        history.received(0);
        history.received(65_535);
        let next = Some(Time::from_micros(3));
        assert_eq!(
            (history.in_flight(), history.first_unanswered()),
            (200, next)
        );
        history.received(2);
        assert_eq!((history.in_flight(), history.first_unanswered()), (0, None));
    }

    #[test]
    fn what_was_overwritten_is_forgotten() {
        let mut history = History::default();
        for i in 0..10_000u64 {
            history.record(Time::from_micros(i), i as u16, 1, None);
        }
        let oldest = 10_000 - REMEMBERED as u16;
        assert_eq!(history.received(oldest - 1), None);
        assert!(history.received(oldest).is_some());
    }
}
