//! Which of a slot's packets people behind weak links sent, the lost ones too, over all who were in the slot.

use std::collections::VecDeque;

use crate::media::stamp::Stamp;

/// Counts of one slot's packets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Different packets that came.
    pub received: u64,
    /// Those of them that came after a packet with a higher number.
    pub late: u64,
    /// Numbers that never came.
    pub lost: u64,
    /// Those of them that no packet ever had: the stream had fewer packets between those that came.
    pub skipped: u64,
}

impl Tally {
    /// Packets of the stream that never came.
    pub fn missing(&self) -> u64 {
        self.lost - self.skipped
    }
}

/// The tallies of a slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tallies {
    /// Of whomever sent it.
    pub all: Tally,
    /// Of that, what people behind weak links sent.
    pub of_weak: Tally,
}

/// A packet of a slot, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Packet {
    /// Its number in the slot, extended to 64 bits.
    pub number: u64,
    /// What it says of itself.
    pub stamp: Option<Stamp>,
    /// Whoever sent that is behind a weak link.
    pub weak: bool,
    /// A slot may go over to another sender with it: a voice with the marker, the start of a keyframe.
    pub begins: bool,
}

/// A packet whose sender is known.
#[derive(Debug, Clone, Copy)]
struct Known {
    stamp: Stamp,
    weak: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    received: bool,
    late: bool,
    begins: bool,
    known: Option<Known>,
}

/// The numbers of one slot. Those of the last packets wait for what comes late; the others are counted.
#[derive(Debug, Clone)]
pub struct Origins {
    capacity: usize,
    /// The number of the first that waits.
    first: Option<u64>,
    waiting: VecDeque<Entry>,
    /// The last of the counted packets of which the sender is known.
    before: Option<Known>,
    counted: Tallies,
}

impl Origins {
    /// Waits for packets that are late by at most `capacity` others.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            first: None,
            waiting: VecDeque::new(),
            before: None,
            counted: Tallies::default(),
        }
    }

    /// A packet came. Duplicates must have been sorted out.
    pub fn add(&mut self, packet: &Packet) {
        let known = packet.stamp.map(|stamp| Known {
            stamp,
            weak: packet.weak,
        });
        let first = *self.first.get_or_insert(packet.number);
        let Some(place) = packet.number.checked_sub(first) else {
            return self.add_too_late(known);
        };
        let place = place as usize;
        let late = place < self.waiting.len();
        if !late {
            self.waiting.resize_with(place + 1, Entry::default);
        }
        self.waiting[place] = Entry {
            received: true,
            late,
            begins: packet.begins,
            known,
        };
        while self.waiting.len() > self.capacity {
            self.count_some();
        }
    }

    /// Everything so far; what has not come counts as lost.
    pub fn tallies(&self) -> Tallies {
        let mut all = self.clone();
        while !all.waiting.is_empty() {
            all.count_some();
        }
        all.counted
    }

    /// It was counted as lost, unless it came before the first.
    fn add_too_late(&mut self, known: Option<Known>) {
        let weak = known.or(self.before).is_some_and(|known| known.weak);
        self.count(weak, |tally| {
            tally.received += 1;
            tally.late += 1;
            tally.lost = tally.lost.saturating_sub(1);
            tally.skipped = tally.skipped.min(tally.lost);
        });
    }

    /// Counts what waits up to the next packet of which the sender is known, or one if there is none.
    fn count_some(&mut self) {
        let next = self.waiting.iter().enumerate();
        let next = next.filter_map(|(at, entry)| Some((at, entry.known?)));
        let Some((at, next)) = { next }.next() else {
            let weak = self.before.is_some_and(|known| known.weak);
            return self.count_entries(1, weak, u64::MAX);
        };
        let frame = (at + 1).saturating_sub(usize::from(next.stamp.packets));
        let before = self.before.unwrap_or(next);
        // Between two frames of one stream there are as many packets as it sent; of others that is not known.
        let is_same = before.stamp.sender == next.stamp.sender;
        let sent = match is_same && before.stamp.stream == next.stamp.stream {
            true => {
                let numbers = next.stamp.number.wrapping_sub(before.stamp.number);
                u64::from(numbers).saturating_sub(u64::from(next.stamp.packets))
            }
            false => u64::MAX,
        };
        let earlier = match is_same {
            true => frame,
            // Where the first packet of whoever follows did not come, what else did not is taken as theirs, too.
            false => {
                let mut entries = self.waiting.iter().take(frame + 1);
                entries.position(|entry| entry.begins).unwrap_or(0)
            }
        };
        self.count_entries(earlier, before.weak, sent);
        self.count_entries(at + 1 - earlier, next.weak, u64::MAX);
        self.before = Some(next);
    }

    /// Counts so many entries, of which at most `sent` were ever sent.
    fn count_entries(&mut self, count: usize, weak: bool, sent: u64) {
        let mut tally = Tally::default();
        for entry in self.waiting.drain(..count) {
            tally.received += u64::from(entry.received);
            tally.late += u64::from(entry.late);
            tally.lost += u64::from(!entry.received);
        }
        tally.skipped = tally.lost - tally.lost.min(sent.saturating_sub(tally.received));
        self.first = self.first.map(|first| first + count as u64);
        self.count(weak, |sum| {
            sum.received += tally.received;
            sum.late += tally.late;
            sum.lost += tally.lost;
            sum.skipped += tally.skipped;
        });
    }

    fn count(&mut self, weak: bool, add: impl Fn(&mut Tally)) {
        add(&mut self.counted.all);
        if weak {
            add(&mut self.counted.of_weak);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: u16 = 0;
    /// She is behind a weak link.
    const BEA: u16 = 1;

    /// The packet `number` of a voice, in a slot.
    fn voice(slot: u64, sender: u16, number: u32) -> Packet {
        Packet {
            number: slot,
            stamp: Some(Stamp {
                micros: 0,
                sender,
                stream: 0,
                number,
                packets: 1,
            }),
            weak: sender == BEA,
            begins: false,
        }
    }

    fn begins(packet: Packet) -> Packet {
        Packet {
            begins: true,
            ..packet
        }
    }

    /// One packet of a frame, of which only the last, `number` in its stream, is stamped.
    fn picture(slot: u64, sender: u16, last: Option<(u32, u16)>) -> Packet {
        let stamp = last.map(|(number, packets)| Stamp {
            micros: 0,
            sender,
            stream: 2,
            number,
            packets,
        });
        Packet {
            number: slot,
            stamp,
            weak: stamp.is_some() && sender == BEA,
            begins: false,
        }
    }

    fn tallies(packets: impl IntoIterator<Item = Packet>) -> Tallies {
        let mut origins = Origins::new(64);
        packets.into_iter().for_each(|packet| origins.add(&packet));
        origins.tallies()
    }

    fn counts(tally: &Tally) -> (u64, u64) {
        (tally.received, tally.lost)
    }

    #[test]
    fn a_seat_handed_from_one_speaker_to_another_loses_no_voice() {
        // Each has sent thousands of packets that the seat did not carry.
        let ada = (0..50).map(|n| voice(100 + n, ADA, 7_000 + n as u32));
        let bea = (0..50).map(|n| voice(150 + n, BEA, 90 + n as u32));
        let again = (0..50).map(|n| voice(200 + n, ADA, 9_000 + n as u32));
        let tallies = tallies(ada.chain(bea).chain(again));
        assert_eq!(counts(&tallies.all), (150, 0));
        assert_eq!(counts(&tallies.of_weak), (50, 0));
    }

    #[test]
    fn what_is_lost_between_packets_of_one_speaker_is_theirs() {
        let sent = (0..10).map(|n| voice(n, BEA, n as u32));
        let after = (10..20).map(|n| voice(n, ADA, 500 + n as u32));
        let came = sent
            .chain(after)
            .filter(|p| ![4, 5, 15].contains(&p.number));
        let tallies = tallies(came);
        assert_eq!(counts(&tallies.all), (17, 3));
        assert_eq!(counts(&tallies.of_weak), (8, 2));
    }

    #[test]
    fn what_is_lost_where_a_seat_changes_hands_is_of_whoever_had_it() {
        // The first packet of the one who follows came: it was the other's last that did not.
        let last = [voice(1, BEA, 1), begins(voice(3, ADA, 50))];
        assert_eq!(counts(&tallies(last).of_weak), (1, 1));
        // It did not come: it is hers.
        let first = [voice(1, ADA, 50), voice(3, BEA, 1)];
        assert_eq!(counts(&tallies(first).of_weak), (1, 1));
    }

    #[test]
    fn numbers_that_no_packet_had_are_no_lost_voices() {
        // The slot counts on by five while the voice counts on by two.
        let tallies = tallies([voice(10, ADA, 70), voice(15, ADA, 72)]);
        assert_eq!((tallies.all.lost, tallies.all.missing()), (4, 1));
    }

    #[test]
    fn all_packets_of_a_frame_are_of_the_one_whose_stamp_ends_it() {
        let ada = [picture(1, ADA, None), picture(2, ADA, Some((8, 2)))];
        // Of a keyframe of four, the first and the third are lost.
        let bea = [picture(4, BEA, None), picture(6, BEA, Some((203, 4)))];
        let tallies = tallies(ada.into_iter().chain(bea));
        assert_eq!(counts(&tallies.all), (4, 2));
        assert_eq!(counts(&tallies.of_weak), (2, 2));
    }

    #[test]
    fn a_keyframe_whose_end_is_lost_is_of_the_one_who_comes_after() {
        let before = [picture(1, ADA, Some((8, 1)))];
        // Packet 2 was Ada's; 3 and 4 are the keyframe, whose end does not come.
        let keyframe = begins(picture(3, BEA, None));
        let after = picture(5, BEA, Some((30, 1)));
        let tallies = tallies(before.into_iter().chain([keyframe, after]));
        assert_eq!(counts(&tallies.all), (3, 2));
        assert_eq!(counts(&tallies.of_weak), (2, 1));
    }

    #[test]
    fn what_comes_late_is_not_lost_however_late() {
        for late in [1, 100] {
            let mut numbers: Vec<u64> = (0..150).filter(|number| *number != 20).collect();
            numbers.insert(20 + late, 20);
            let packets = numbers.into_iter().map(|n| voice(n, BEA, n as u32));
            let Tally {
                received,
                late,
                lost,
                ..
            } = tallies(packets).of_weak;
            assert_eq!((received, late, lost), (150, 1, 0));
        }
    }

    #[test]
    fn senders_without_stamps_are_on_good_links() {
        let unstamped = (0..200).filter(|n| n % 10 != 3).map(|number| Packet {
            number,
            stamp: None,
            weak: false,
            begins: false,
        });
        let tallies = tallies(unstamped);
        assert_eq!(counts(&tallies.all), (180, 20));
        assert_eq!(tallies.of_weak, Tally::default());
    }
}
