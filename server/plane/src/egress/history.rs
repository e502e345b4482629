//! What one slot sent lately, by the numbers that its receiver knows.

use super::Rewritten;
use crate::time::{Span, Time};

/// How many packets are remembered at most; a power of two, as all sizes of the ring.
const MOST: usize = 512;
const FEWEST: usize = 32;
/// For how long it is worth while to remember a packet, in milliseconds.
const KEPT_MILLIS: u32 = 1_000;

/// One packet that a slot sent: where it came from and what it carried, so that it can be written again bit by bit. An
/// SRTP index must never protect two packets that differ (RFC 7714 section 10.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The stream that it came by.
    pub source: u32,
    /// Its packet index there, of 48 bits.
    pub source_index: u64,
    /// The numbers that it carried.
    pub rewritten: Rewritten,
    /// The marker that it carried.
    pub marker: bool,
    /// It was empty, and only filled a gap.
    pub is_filler: bool,
}

/// A packet in 24 bytes.
#[derive(Clone, Copy, Debug)]
struct Entry {
    source: u32,
    source_index_low: u32,
    timestamp: u32,
    /// When it was last sent, in milliseconds, modulo 2^32.
    sent_millis: u32,
    source_index_high: u16,
    /// The outgoing sequence number.
    sequence: u16,
    picture_id: u16,
    tl0_index: u8,
    flags: u8,
}

impl Entry {
    /// There is a packet in this place of the ring.
    const USED: u8 = 1;
    const MARKER: u8 = 2;
    const FILLER: u8 = 4;
    /// It was asked for, and sent again.
    const RESENT: u8 = 8;

    const EMPTY: Self = Self {
        source: 0,
        source_index_low: 0,
        timestamp: 0,
        sent_millis: 0,
        source_index_high: 0,
        sequence: 0,
        picture_id: 0,
        tl0_index: 0,
        flags: 0,
    };

    fn new(now: Time, sent: &Sent) -> Self {
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        Self {
            source: sent.source,
            source_index_low: sent.source_index as u32,
            timestamp: sent.rewritten.timestamp,
            sent_millis: millis(now),
            source_index_high: (sent.source_index >> 32) as u16,
            sequence: sent.rewritten.index as u16,
            picture_id: sent.rewritten.picture_id,
            tl0_index: sent.rewritten.tl0_index,
            flags: Self::USED
                | flag(sent.marker, Self::MARKER)
                | flag(sent.is_filler, Self::FILLER),
        }
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn age_millis(&self, now: Time) -> u32 {
        millis(now).wrapping_sub(self.sent_millis)
    }

    fn is_kept(&self, now: Time) -> bool {
        self.has(Self::USED) && self.age_millis(now) <= KEPT_MILLIS
    }

    fn sent(&self, index: u64) -> Sent {
        Sent {
            source: self.source,
            source_index: (u64::from(self.source_index_high) << 32)
                | u64::from(self.source_index_low),
            rewritten: Rewritten {
                index,
                timestamp: self.timestamp,
                picture_id: self.picture_id,
                tl0_index: self.tl0_index,
            },
            marker: self.has(Self::MARKER),
            is_filler: self.has(Self::FILLER),
        }
    }
}

fn millis(now: Time) -> u32 {
    (now.micros() / 1_000) as u32
}

/// The last packets of one slot. It grows with the rate of packets, up to 512 of them in 12 KiB.
#[derive(Debug, Default)]
pub struct History {
    /// The packet with an outgoing sequence number stands at that modulo their number.
    entries: Vec<Entry>,
    /// The highest outgoing packet index so far.
    newest: u64,
}

impl History {
    /// A packet is sent for the first time.
    #[inline]
    pub fn record(&mut self, now: Time, sent: &Sent) {
        let entry = Entry::new(now, sent);
        let mut slot = self.slot(entry.sequence);
        while self.entries.len() < MOST && self.entries.get(slot).is_none_or(|old| old.is_kept(now))
        {
            self.grow();
            slot = self.slot(entry.sequence);
        }
        self.entries[slot] = entry;
        self.newest = self.newest.max(sent.rewritten.index);
    }

    /// What to send again for a receiver that misses `sequence`; it is then taken as sent again. `None` if that is not
    /// known any more, or was sent again less than a round trip ago: then the receiver asked before it could have come.
    pub fn find(&mut self, now: Time, sequence: u16, round_trip: Span) -> Option<Sent> {
        let back = u64::from((self.newest as u16).wrapping_sub(sequence));
        let index = self.newest.checked_sub(back)?;
        let slot = self.slot(sequence);
        let entry = self
            .entries
            .get_mut(slot)
            .filter(|entry| entry.sequence == sequence && entry.is_kept(now))?;
        let on_its_way = u64::from(entry.age_millis(now)) * 1_000 < round_trip.micros();
        if entry.has(Entry::RESENT) && on_its_way {
            return None;
        }
        entry.flags |= Entry::RESENT;
        entry.sent_millis = millis(now);
        Some(entry.sent(index))
    }

    fn slot(&self, sequence: u16) -> usize {
        usize::from(sequence) & self.entries.len().wrapping_sub(1)
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.entries);
        self.entries
            .resize((2 * old.len()).max(FEWEST), Entry::EMPTY);
        for entry in old.into_iter().filter(|entry| entry.has(Entry::USED)) {
            let slot = self.slot(entry.sequence);
            self.entries[slot] = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROUND_TRIP: Span = Span::from_millis(80);

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    fn sent(index: u64) -> Sent {
        Sent {
            source: 7,
            source_index: 0xffff_0000_0000 ^ index,
            rewritten: Rewritten {
                index,
                timestamp: (index as u32).wrapping_mul(3_000),
                picture_id: index as u16 & 0x7fff,
                tl0_index: index as u8,
            },
            marker: index.is_multiple_of(2),
            is_filler: index.is_multiple_of(3),
        }
    }

    #[test]
    fn a_packet_is_found_by_its_sequence_number_and_read_back_whole() {
        assert_eq!(size_of::<Entry>(), 24);
        let mut history = History::default();
        assert_eq!(history.find(at(0), 0, ROUND_TRIP), None);
        for index in 65_500..65_600 {
            history.record(at(0), &sent(index));
        }
        for index in 65_500u64..65_600 {
            assert_eq!(
                history.find(at(9), index as u16, ROUND_TRIP),
                Some(sent(index))
            );
        }
        assert_eq!(
            history.find(at(9), 65_600u64 as u16, ROUND_TRIP),
            None,
            "not sent yet"
        );
    }

    #[test]
    fn one_that_is_on_its_way_again_is_not_sent_a_third_time() {
        let mut history = History::default();
        history.record(at(0), &sent(5));
        assert!(
            history.find(at(10), 5, ROUND_TRIP).is_some(),
            "the first time it was lost"
        );
        assert!(history.find(at(89), 5, ROUND_TRIP).is_none());
        assert!(history.find(at(90), 5, ROUND_TRIP).is_some());
        assert!(history.find(at(1_091), 5, ROUND_TRIP).is_none(), "too old");
    }

    #[test]
    fn memory_follows_the_rate_of_packets() {
        let mut history = History::default();
        for i in 0..1_000 {
            history.record(at(20 * i), &sent(i));
        }
        assert_eq!(history.entries.len(), 64, "audio");
        for i in 0..10_000 {
            history.record(at(20_000 + i), &sent(1_000 + i));
        }
        assert_eq!(history.entries.len(), MOST);
    }

    proptest! {
        /// With gaps and reordering: what is found is what was sent, and the last 512 of a second are found.
        #[test]
        fn what_is_found_is_what_was_sent(
            start in 0u64..1 << 40, steps in proptest::collection::vec((-3i64..6, 0u64..30), 1..700),
        ) {
            let mut history = History::default();
            let (mut now, mut newest) = (0, start + 10);
            let mut times = std::collections::BTreeMap::new();
            for (step, wait) in steps {
                now += wait;
                let index = newest.saturating_add_signed(step);
                if times.contains_key(&index) {
                    continue;
                }
                newest = newest.max(index);
                times.insert(index, now);
                history.record(at(now), &sent(index));
            }
            for (&index, &time) in &times {
                let found = history.find(at(now), index as u16, ROUND_TRIP);
                if index + (MOST as u64) > newest && now - time <= 1_000 {
                    prop_assert_eq!(found, Some(sent(index)));
                } else {
                    prop_assert!(found.is_none_or(|found| found == sent(index)));
                }
            }
        }
    }
}
