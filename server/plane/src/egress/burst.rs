//! Packets of one stream that arrived together, and leave together: so that what goes to one receiver can go in one
//! system call, cut into equal segments (UDP GSO), and what is handed to another thread is handed over once.

use super::Occupant;
use crate::rtp::{Layers, Picture};
use crate::time::{Span, Time};
use crate::track::MediaKind;

/// For how long a burst waits for the rest of its frame. A browser sends a frame's packets within a few milliseconds.
pub const PATIENCE: Span = Span::from_millis(1);
/// The most packets of one burst: what one call may carry of them (UDP_MAX_SEGMENTS is 64 before Linux 6.9).
pub const MAX_PACKETS: usize = 32;
/// How many bytes of RTP padding a packet may get to be as long as its neighbours. libwebrtc cuts a frame into packets
/// that differ by a byte, and the first is shorter by its header extensions.
const MAX_PADDING: usize = 48;

/// One packet of a burst, as its publisher sent it.
#[derive(Clone, Copy, Debug)]
pub struct BurstPacket {
    /// The packet index: its sequence number with the rollovers in front.
    pub index: u64,
    /// The RTP timestamp.
    pub timestamp: u32,
    /// The marker bit.
    pub marker: bool,
    /// What it is of a picture; `None` for audio, and for padding without media.
    pub picture: Option<Picture>,
    /// RFC 6464's byte: the V flag and the level in -dBov.
    pub audio_level: Option<u8>,
    /// How many bytes of RTP padding make it as long as the packets that leave with it.
    pub padding: u8,
    start: u32,
    len: u16,
    /// How many bytes of dependency descriptor follow the payload.
    described: u8,
}

impl BurstPacket {
    /// How long it is beside what all packets have.
    fn wire_len(&self) -> usize {
        // With the transport-wide sequence number, the header extensions without a descriptor take one word (RFC 8285).
        let extensions = match usize::from(self.described) {
            0 => 4,
            len @ 1..=16 => (3 + 1 + len).next_multiple_of(4),
            len => (4 + 2 + len).next_multiple_of(4),
        };
        usize::from(self.len) + extensions
    }
}

/// A slot that a burst goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Index of the slot.
    pub slot: u32,
    /// The first packet that goes to it.
    pub from: u8,
    /// It showed or played another stream until now.
    pub switch: bool,
    /// The layers that are of use to it.
    pub layers: Layers,
}

/// A burst, or an empty one to be used again.
#[derive(Debug)]
pub struct Burst {
    /// Whose packets they are.
    pub occupant: Occupant,
    /// Audio or video.
    pub kind: MediaKind,
    /// The name of the stream that they came by: no two streams ever share one, as they may share an SSRC.
    pub source: u32,
    packets: Vec<BurstPacket>,
    bytes: Vec<u8>,
    /// By shard.
    targets: Vec<Vec<Target>>,
    leaves: Time,
    since: Time,
    complete: bool,
}

impl Default for Burst {
    fn default() -> Self {
        Self {
            occupant: Occupant { track: 0, layer: 0 },
            kind: MediaKind::Video,
            source: 0,
            packets: Vec::with_capacity(MAX_PACKETS),
            bytes: Vec::with_capacity(MAX_PACKETS * 1_500),
            targets: Vec::new(),
            leaves: Time::default(),
            since: Time::default(),
            complete: false,
        }
    }
}

impl Burst {
    /// Begins anew with the packets of another stream.
    pub fn begin(&mut self, now: Time, occupant: Occupant, kind: MediaKind, source: u32) {
        self.occupant = occupant;
        self.kind = kind;
        self.source = source;
        self.packets.clear();
        self.bytes.clear();
        self.targets.iter_mut().for_each(Vec::clear);
        self.since = now;
        self.complete = false;
    }

    /// Adds a packet, with its dependency descriptor if it has one. An empty payload stands for padding that is to be left
    /// out.
    #[allow(clippy::too_many_arguments)]
    pub fn push(
        &mut self,
        index: u64,
        timestamp: u32,
        marker: bool,
        picture: Option<Picture>,
        audio_level: Option<u8>,
        payload: &[u8],
        descriptor: &[u8],
    ) {
        self.packets.push(BurstPacket {
            index,
            timestamp,
            marker,
            picture,
            audio_level,
            padding: 0,
            start: self.bytes.len() as u32,
            len: payload.len() as u16,
            described: descriptor.len() as u8,
        });
        self.bytes.extend_from_slice(payload);
        self.bytes.extend_from_slice(descriptor);
        self.complete = marker || self.packets.len() >= MAX_PACKETS;
    }

    /// Lets it go to one more slot, which is in shard `shard`.
    #[inline]
    pub fn aim(&mut self, shard: usize, target: Target) {
        if self.targets.len() <= shard {
            self.targets.resize_with(shard + 1, Vec::new);
        }
        self.targets[shard].push(target);
    }

    /// Where it goes to in shard `shard`.
    pub fn targets(&self, shard: usize) -> &[Target] {
        self.targets.get(shard).map_or(&[], Vec::as_slice)
    }

    /// It leaves now.
    pub fn leave(&mut self, now: Time) {
        self.leaves = now;
    }

    /// When it left the plane.
    pub fn leaves(&self) -> Time {
        self.leaves
    }

    /// Whether it is to leave now: its frame is whole, or it has waited long enough.
    pub fn is_due(&self, now: Time) -> bool {
        self.complete || now >= self.due()
    }

    /// When it leaves at the latest.
    pub fn due(&self) -> Time {
        self.since + PATIENCE
    }

    /// Whether no more packets fit, or are to be waited for.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The packets in order of arrival.
    pub fn packets(&self) -> &[BurstPacket] {
        &self.packets
    }

    /// A packet's payload.
    pub fn payload(&self, packet: &BurstPacket) -> &[u8] {
        &self.bytes[packet.start as usize..packet.start as usize + usize::from(packet.len)]
    }

    /// A packet's dependency descriptor; empty where it has none.
    pub fn descriptor(&self, packet: &BurstPacket) -> &[u8] {
        let start = packet.start as usize + usize::from(packet.len);
        &self.bytes[start..start + usize::from(packet.described)]
    }

    /// Chooses the padding that makes neighbours equally long, so that they can be segments of one call: all equal,
    /// but for the last, which may be shorter.
    pub fn equalise(&mut self) {
        let mut first = 0;
        while first < self.packets.len() {
            let end = self.run_from(first);
            let run = &mut self.packets[first..end];
            let longest = run.iter().map(BurstPacket::wire_len).max().unwrap_or(0);
            let last = run.len() - 1;
            for packet in &mut run[..last] {
                packet.padding = (longest - packet.wire_len()) as u8;
            }
            first = end;
        }
    }

    /// Where the run of packets ends that starts at `first` and can be made equal.
    fn run_from(&self, first: usize) -> usize {
        let len = |i: usize| self.packets[i].wire_len();
        let (mut shortest, mut longest) = (len(first), len(first));
        for i in first + 1..self.packets.len() {
            if len(i) + MAX_PADDING < longest {
                return i + 1; // the shorter last one
            }
            shortest = shortest.min(len(i));
            longest = longest.max(len(i));
            if longest - shortest > MAX_PADDING {
                return i;
            }
        }
        self.packets.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn burst(lengths: &[usize]) -> Burst {
        let mut burst = Burst::default();
        burst.begin(
            Time::default(),
            Occupant { track: 0, layer: 0 },
            MediaKind::Video,
            7,
        );
        for (i, &len) in lengths.iter().enumerate() {
            burst.push(i as u64, 0, false, None, None, &vec![7; len], &[]);
        }
        burst.equalise();
        burst
    }

    fn sent(burst: &Burst) -> Vec<usize> {
        let packets = burst.packets().iter();
        packets
            .map(|packet| burst.payload(packet).len() + usize::from(packet.padding))
            .collect()
    }

    #[test]
    fn a_frame_as_libwebrtc_cuts_it_becomes_equal_segments() {
        assert_eq!(sent(&burst(&[1_080, 1_099, 1_099, 1_100])), [1_100; 4]);
        assert_eq!(sent(&burst(&[1_100, 1_100, 300])), [1_100, 1_100, 300]);
    }

    #[test]
    fn packets_of_quite_different_length_are_not_blown_up() {
        assert_eq!(sent(&burst(&[100, 1_100, 1_100])), [100, 1_100, 1_100]);
        assert_eq!(sent(&burst(&[1_100, 200, 600])), [1_100, 200, 600]);
    }

    #[test]
    fn a_burst_leaves_when_its_frame_is_whole_or_its_patience_over() {
        let mut burst = burst(&[500, 500]);
        let soon = Time::from_micros(PATIENCE.micros() - 1);
        assert!(!burst.is_due(soon));
        assert!(burst.is_due(Time::default() + PATIENCE));
        burst.push(2, 0, true, None, None, &[1], &[]);
        assert!(burst.is_due(soon));
    }

    proptest! {
        #[test]
        fn padding_is_bounded_and_never_lengthens_beyond_a_neighbour(
            lengths in proptest::collection::vec(1usize..1_200, 1..MAX_PACKETS),
        ) {
            let burst = burst(&lengths);
            let longest = *lengths.iter().max().unwrap();
            for (packet, len) in burst.packets().iter().zip(&lengths) {
                prop_assert!(usize::from(packet.padding) <= MAX_PADDING);
                prop_assert!(len + usize::from(packet.padding) <= longest);
            }
        }
    }
}
