//! Which packets of pictures went by which transport-wide numbers, so that what reports tell to be lost is sent again
//! before anybody asks: of a picture that comes a few times a second, a receiver misses the end only when the next one comes.

use std::collections::VecDeque;

/// How many packets are remembered: a second at some 3 Mbit/s. A power of two.
const REMEMBERED: usize = 512;
/// So many wait at most to be sent again.
const MOST_LOST: usize = 64;

/// A packet of a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Packet {
    /// The slot's, or that of its retransmissions.
    pub(super) ssrc: u32,
    /// The packet's number in the slot.
    pub(super) sequence: u16,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    packet: Packet,
    /// The transport-wide number.
    number: u16,
    is_used: bool,
}

/// The last packets of one way, and those of them that were lost.
#[derive(Debug, Default)]
pub(super) struct Reported {
    /// Made with the first packet of a picture.
    entries: Vec<Entry>,
    lost: VecDeque<Packet>,
}

impl Reported {
    /// A packet left with this transport-wide number, for the first time or again.
    #[inline]
    pub(super) fn record(&mut self, number: u16, packet: Packet) {
        if self.entries.is_empty() {
            self.entries.resize(REMEMBERED, Entry::default());
        }
        self.entries[usize::from(number) % REMEMBERED] = Entry {
            packet,
            number,
            is_used: true,
        };
    }

    /// Reports say that this one was lost.
    pub(super) fn lost(&mut self, number: u16) {
        let entry = self.entries.get_mut(usize::from(number) % REMEMBERED);
        if let Some(entry) = entry.filter(|entry| entry.is_used && entry.number == number)
            && self.lost.len() < MOST_LOST
        {
            entry.is_used = false;
            self.lost.push_back(entry.packet);
        }
    }

    /// The next one that is to be sent again.
    pub(super) fn take(&mut self) -> Option<Packet> {
        self.lost.pop_front()
    }

    /// Whether any is to be sent again.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.lost.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_loss_is_told_once_and_only_of_pictures() {
        let mut reported = Reported::default();
        reported.lost(7);
        let packet = Packet {
            ssrc: 3,
            sequence: 70,
        };
        reported.record(7, packet);
        reported.lost(8);
        assert!(reported.is_empty());
        reported.lost(7);
        reported.lost(7);
        assert_eq!(reported.take(), Some(packet));
        assert_eq!(reported.take(), None);
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        let mut reported = Reported::default();
        (0..1_000).for_each(|number| reported.record(number, Packet::default()));
        reported.lost(400);
        assert!(reported.is_empty());
        reported.lost(500);
        assert!(!reported.is_empty());
    }
}
