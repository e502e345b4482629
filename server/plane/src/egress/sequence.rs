//! Maps a stream's sequence numbers to a slot's, closing the gaps of packets that are left out on purpose.

use std::collections::VecDeque;

/// How many left-out runs are remembered for packets that arrive late.
const REMEMBERED: usize = 32;

/// A gap that is longer than this is no loss: it is closed. Whoever receives must never see a step of 2^15 or more, or it
/// would miscount the rollovers for good (RFC 3711 section 3.3.1), and one publisher could spoil another's slot.
const LONGEST_GAP: u64 = 4_096;

/// From `first_in` on, `out = in - base` (wrapping).
#[derive(Clone, Copy, Debug)]
struct Segment {
    first_in: u64,
    base: u64,
}

/// The map of one slot. Both sides count in 64 bits: no wrap within the life of a meeting.
///
/// No two packets are ever given the same outgoing number, which SRTP relies on (RFC 7714 section 10.1).
#[derive(Debug)]
pub struct SequenceMap {
    segments: VecDeque<Segment>,
    highest_in: u64,
    next_out: u64,
    /// One more than the highest number that was given out.
    next_unused: u64,
}

/// What became of a packet that is to be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// The gap is closed.
    Closed,
    /// Later packets went out already: the receiver will see this number missing unless something is sent with it.
    Late(u64),
    /// It belongs to the time before the switch.
    Before,
}

impl SequenceMap {
    /// A map whose first outgoing number is `first_out`.
    pub fn new(first_out: u64) -> Self {
        Self {
            segments: VecDeque::with_capacity(REMEMBERED + 1),
            highest_in: 0,
            next_out: first_out,
            next_unused: first_out,
        }
    }

    /// Goes over to another stream, whose first packet is `first_in`.
    pub fn switch(&mut self, first_in: u64) {
        self.segments.clear();
        let base = first_in.wrapping_sub(self.next_out);
        self.segments.push_back(Segment { first_in, base });
        self.highest_in = first_in.wrapping_sub(1);
    }

    /// The outgoing number of a packet; `None` when it lies before the switch, or too far back.
    #[inline]
    pub fn map(&mut self, index: u64) -> Option<u64> {
        self.close_long_gap(index);
        let out = self.look_up(index)?;
        if self.is_newest(index) {
            self.highest_in = index;
            self.next_out = out + 1;
        }
        self.next_unused = self.next_unused.max(out + 1);
        Some(out)
    }

    /// Leaves a packet out.
    pub fn leave_out(&mut self, index: u64) -> LeftOut {
        if !self.is_newest(index) {
            let Some(out) = self.look_up(index) else {
                return LeftOut::Before;
            };
            self.next_unused = self.next_unused.max(out + 1);
            return LeftOut::Late(out);
        }
        self.close_long_gap(index);
        let Some(out) = self.look_up(index) else {
            return LeftOut::Before;
        };
        self.highest_in = index;
        // Packets between the highest so far and this one may still come, and keep their numbers.
        self.next_out = out;
        if let Some(last) = self
            .segments
            .back_mut()
            .filter(|last| last.first_in == index)
        {
            *last = Segment {
                first_in: index + 1,
                base: last.base.wrapping_add(1),
            };
        } else if let Some(&last) = self.segments.back() {
            self.segments.push_back(Segment {
                first_in: index + 1,
                base: last.base.wrapping_add(1),
            });
            if self.segments.len() > REMEMBERED {
                self.segments.pop_front();
            }
        }
        LeftOut::Closed
    }

    /// Whether no later packet came yet.
    #[inline]
    fn is_newest(&self, index: u64) -> bool {
        index > self.highest_in || self.highest_in == u64::MAX
    }

    /// Goes on without a gap where it would be too long. What comes late out of it has no number any more.
    #[inline]
    fn close_long_gap(&mut self, index: u64) {
        if index == self.highest_in.wrapping_add(1) {
            return;
        }
        let step = |out: u64| out.saturating_sub(self.next_unused);
        if self.is_newest(index)
            && self
                .look_up(index)
                .is_some_and(|out| step(out) > LONGEST_GAP)
        {
            self.segments.clear();
            self.segments.push_back(Segment {
                first_in: index,
                base: index.wrapping_sub(self.next_unused),
            });
        }
    }

    #[inline]
    fn look_up(&self, index: u64) -> Option<u64> {
        let segment = self
            .segments
            .iter()
            .rev()
            .find(|segment| segment.first_in <= index)?;
        Some(index.wrapping_sub(segment.base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn a_left_out_packet_leaves_no_gap() {
        let mut map = SequenceMap::new(500);
        map.switch(10);
        assert_eq!(map.map(10), Some(500));
        assert_eq!(map.leave_out(11), LeftOut::Closed);
        assert_eq!(map.leave_out(12), LeftOut::Closed);
        assert_eq!(map.map(13), Some(501));
        assert_eq!(map.map(9), None);
    }

    #[test]
    fn an_overtaken_packet_keeps_its_place() {
        let mut map = SequenceMap::new(0);
        map.switch(10);
        assert_eq!(map.map(10), Some(0));
        assert_eq!(map.leave_out(12), LeftOut::Closed);
        assert_eq!(map.map(13), Some(2));
        assert_eq!(map.map(11), Some(1));
    }

    #[test]
    fn one_left_out_too_late_is_told() {
        let mut map = SequenceMap::new(0);
        map.switch(10);
        map.map(10);
        map.map(12);
        assert_eq!(map.leave_out(11), LeftOut::Late(1));
    }

    #[test]
    fn a_gap_that_is_no_loss_is_closed_however_it_came_about() {
        let mut map = SequenceMap::new(0);
        map.switch(10);
        assert_eq!(map.map(10), Some(0));
        assert_eq!(map.map(10 + LONGEST_GAP), Some(LONGEST_GAP));
        assert_eq!(map.map(30_000), Some(LONGEST_GAP + 1));
        assert_eq!(map.map(29_000), None, "its number is in use");
        for step in 1..20 {
            assert_eq!(map.leave_out(30_000 + step * 3_000), LeftOut::Closed);
        }
        assert!(map.map(87_001).unwrap() <= 2 * LONGEST_GAP + 2);
    }

    proptest! {
        /// Whatever numbers a publisher makes up: none goes out twice, and no step is long enough to be miscounted.
        #[test]
        fn wild_numbers_neither_repeat_nor_run_away(
            packets in proptest::collection::vec(
                (prop_oneof![-200i64..200, 0i64..32_000, 3_000i64..4_500, Just(1)], any::<bool>()), 1..300),
        ) {
            let mut map = SequenceMap::new(7);
            map.switch(100_000);
            let (mut newest, mut seen) = (100_000i64, HashSet::new());
            let (mut used, mut highest) = (HashSet::new(), 6u64);
            for (step, leave_out) in packets {
                let index = (newest + step).max(100_000);
                newest = newest.max(index);
                if !seen.insert(index) {
                    continue; // a replay, which SRTP has refused
                }
                let out = if leave_out {
                    match map.leave_out(index as u64) {
                        LeftOut::Late(out) => Some(out),
                        LeftOut::Closed | LeftOut::Before => None,
                    }
                } else {
                    map.map(index as u64)
                };
                if let Some(out) = out {
                    prop_assert!(used.insert(out), "{} twice", out);
                    prop_assert!(out < highest + (1 << 15), "a step of {}", out - highest);
                    highest = highest.max(out);
                }
            }
        }

        /// Over any mix of switches, losses, reordering and left-out packets: no number twice, none backwards in
        /// time for packets in order, and no gap but for what was lost.
        #[test]
        fn outgoing_numbers_are_unique_and_dense(
            streams in proptest::collection::vec(
                (0u64..1 << 40, proptest::collection::vec((0usize..4, any::<bool>(), 0u8..10), 1..80)), 1..5),
        ) {
            let mut map = SequenceMap::new(7);
            let mut used = HashSet::new();
            let mut lost_by_choice = 0u64;
            for (start, packets) in streams {
                map.switch(start);
                // Swap neighbours to reorder; the first of a stream is the keyframe that it was switched at.
                let mut order: Vec<_> = (0..packets.len()).collect();
                for (i, packet) in packets.iter().enumerate().skip(2) {
                    if packet.0 == 0 {
                        order.swap(i - 1, i);
                    }
                }
                for i in order {
                    let index = start + i as u64;
                    let (_, padding, fate) = packets[i];
                    if fate == 0 && i > 0 {
                        lost_by_choice += 1;
                    } else if padding && i > 0 {
                        if let LeftOut::Late(out) = map.leave_out(index) {
                            prop_assert!(used.insert(out));
                        }
                    } else {
                        let out = map.map(index).unwrap();
                        prop_assert!(used.insert(out), "{} twice", out);
                    }
                }
            }
            let highest = *used.iter().max().unwrap();
            let missing = (7..=highest).filter(|n| !used.contains(n)).count() as u64;
            prop_assert!(missing <= lost_by_choice, "{} missing, {} lost", missing, lost_by_choice);
        }
    }
}
