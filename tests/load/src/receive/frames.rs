//! Frames out of packets, and whether a decoder could show them.

use std::collections::BTreeMap;

use crate::media::vp8::Descriptor;

/// Microseconds that a gap may stay before what follows is taken without it, where lost packets are not sent again.
const PATIENCE: u64 = 30_000;
/// The same where they are.
const PATIENCE_WITH_NACK: u64 = 300_000;
const MOST_WAITING: usize = 2_000;

#[derive(Debug, Clone, Copy)]
struct Packet {
    descriptor: Descriptor,
    marker: bool,
    arrival: u64,
    weak: bool,
}

/// What came of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Frames that could be decoded and shown.
    pub decodable: u32,
    /// Those of them that people behind weak links sent.
    pub of_weak: u32,
    /// One of these was the last of them.
    pub last_is_weak: bool,
    /// When the last of them was complete, in microseconds since 1970.
    pub at: u64,
    /// Nothing can be decoded before the next keyframe: it is to be asked for.
    pub needs_keyframe: bool,
}

/// Assembles the frames of one video stream. Structural: it looks at sequence numbers, S and marker bits, keyframes
/// and the dependencies that TID, TL0PICIDX and the picture id tell of (RFC 7741); it decodes no picture.
#[derive(Debug)]
pub struct Assembler {
    patience: u64,
    next: Option<u64>,
    waiting: BTreeMap<u64, Packet>,
    gap_since: Option<u64>,
    current: Option<Descriptor>,
    last: Option<Last>,
}

/// The last frame that was decodable, and the base that it stood on.
#[derive(Debug, Clone, Copy)]
struct Last {
    picture_id: Option<u16>,
    tl0_pic_idx: Option<u8>,
}

impl Assembler {
    /// `nack`: lost packets are sent again, so that a gap may be waited for.
    pub fn new(nack: bool) -> Self {
        Self {
            patience: if nack { PATIENCE_WITH_NACK } else { PATIENCE },
            next: None,
            waiting: BTreeMap::new(),
            gap_since: None,
            current: None,
            last: None,
        }
    }

    /// Takes a packet that arrived at `arrival`, in microseconds since 1970. `weak`: it ends a frame of somebody behind a
    /// weak link.
    pub fn push(
        &mut self,
        number: u64,
        marker: bool,
        descriptor: Descriptor,
        arrival: u64,
        weak: bool,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let packet = Packet {
            descriptor,
            marker,
            arrival,
            weak,
        };
        let next = *self.next.get_or_insert(number);
        if number < next {
            return outcome; // too late: what followed has been taken without it
        }
        if number > next {
            self.waiting.insert(number, packet);
            self.gap_since.get_or_insert(arrival);
            self.give_up(arrival, &mut outcome);
        } else {
            self.take(number, packet, &mut outcome);
            self.take_waiting(&mut outcome);
        }
        // One that is arriving need not be asked for.
        outcome.needs_keyframe =
            self.last.is_none() && !self.current.is_some_and(|frame| frame.keyframe);
        outcome
    }

    fn give_up(&mut self, now: u64, outcome: &mut Outcome) {
        let too_long = self
            .gap_since
            .is_some_and(|since| now.saturating_sub(since) > self.patience);
        if (too_long || self.waiting.len() > MOST_WAITING)
            && let Some((&number, _)) = self.waiting.first_key_value()
        {
            self.current = None;
            self.next = Some(number);
            self.take_waiting(outcome);
        }
    }

    fn take_waiting(&mut self, outcome: &mut Outcome) {
        while let Some(entry) = self
            .waiting
            .first_entry()
            .filter(|e| Some(*e.key()) == self.next)
        {
            let (number, packet) = entry.remove_entry();
            self.take(number, packet, outcome);
        }
        self.gap_since = self
            .waiting
            .first_key_value()
            .map(|(_, packet)| packet.arrival);
    }

    fn take(&mut self, number: u64, packet: Packet, outcome: &mut Outcome) {
        self.next = Some(number + 1);
        if packet.descriptor.starts_frame {
            self.current = Some(packet.descriptor);
        }
        if packet.marker
            && let Some(frame) = self.current.take()
            && self.decodable(frame)
        {
            outcome.decodable += 1;
            outcome.of_weak += u32::from(packet.weak);
            outcome.last_is_weak = packet.weak;
            outcome.at = packet.arrival;
        }
    }

    /// Whether all that a complete frame depends on has been decodable.
    fn decodable(&mut self, frame: Descriptor) -> bool {
        if frame.keyframe {
            self.last = Some(Last {
                picture_id: frame.picture_id,
                tl0_pic_idx: frame.tl0_pic_idx,
            });
            return true;
        }
        let Some(last) = &mut self.last else {
            return false;
        };
        let follows = match (frame.picture_id, last.picture_id) {
            (Some(this), Some(before)) => [0x7fff, 0x7f]
                .iter()
                .any(|mask| this == (before + 1) & mask),
            _ => true,
        };
        let base = match (frame.tl0_pic_idx, last.tl0_pic_idx) {
            (Some(this), Some(before)) => this.wrapping_sub(before),
            // Without temporal layers each frame stands on the one before.
            _ if follows => 0,
            _ => {
                self.last = None;
                return false;
            }
        };
        let shown = match (frame.temporal_layer.unwrap_or(0), base) {
            (0, 0) if frame.tl0_pic_idx.is_none() => true,
            (0, 1) => true,
            // The middle layer stands on the base alone; the highest may stand on the middle one.
            (1, 0) => true,
            (1.., 0) => follows,
            _ => {
                self.last = None; // a base frame is missing
                return false;
            }
        };
        if shown {
            *last = Last {
                picture_id: frame.picture_id,
                tl0_pic_idx: frame.tl0_pic_idx,
            };
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::clips::Frame;
    use crate::media::vp8::Numbers;

    /// Packets of frames with these temporal layers, two packets a frame; the first is a keyframe.
    fn packets(layers: &[u8]) -> Vec<(u64, bool, Vec<u8>)> {
        let mut numbers = Numbers::new(0x7ffd, 253);
        let mut sent = Vec::new();
        for (index, &temporal_layer) in layers.iter().enumerate() {
            let mut data = vec![1u8; 1_500];
            data[0] = u8::from(index > 0);
            let frame = Frame {
                data: data.into(),
                duration: 1,
                temporal_layer,
                keyframe: index == 0,
            };
            let payloads = numbers.packetize(&frame);
            let count = payloads.len();
            for (part, payload) in payloads.into_iter().enumerate() {
                sent.push((sent.len() as u64, part + 1 == count, payload));
            }
        }
        sent
    }

    const LAYERS: [u8; 12] = [0, 2, 1, 2, 0, 2, 1, 2, 0, 2, 1, 2];

    /// How many frames are decodable when these packets are lost, and whether a keyframe is needed at the end.
    fn with_losses(lost: &[u64]) -> (u32, bool) {
        let mut assembler = Assembler::new(false);
        let (mut decodable, mut needs_keyframe) = (0, false);
        for (number, marker, payload) in packets(&LAYERS) {
            if !lost.contains(&number) {
                let descriptor = Descriptor::parse(&payload).unwrap();
                let outcome = assembler.push(number, marker, descriptor, number * 40_000, false);
                decodable += outcome.decodable;
                needs_keyframe = outcome.needs_keyframe;
            }
        }
        (decodable, needs_keyframe)
    }

    #[test]
    fn all_frames_are_decodable_when_nothing_is_lost() {
        assert_eq!(with_losses(&[]), (12, false));
    }

    #[test]
    fn a_lost_frame_of_the_highest_layer_is_no_break() {
        assert_eq!(with_losses(&[2]), (11, false));
    }

    #[test]
    fn a_lost_base_frame_breaks_until_a_keyframe() {
        assert_eq!(with_losses(&[8]), (4, true));
        assert_eq!(with_losses(&[1]), (0, true));
    }

    #[test]
    fn packets_out_of_order_are_put_in_order() {
        let mut assembler = Assembler::new(false);
        let mut sent = packets(&LAYERS);
        for pair in sent.chunks_mut(3) {
            pair.swap(1, 2);
        }
        sent.swap(0, 1);
        let mut decodable = 0;
        assembler.next = Some(0);
        for (number, marker, payload) in sent {
            let descriptor = Descriptor::parse(&payload).unwrap();
            decodable += assembler
                .push(number, marker, descriptor, 1_000, false)
                .decodable;
        }
        assert_eq!(decodable, 12);
    }
}
