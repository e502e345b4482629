//! Sends earlier frames of audio again with each new one, to receivers that lose packets.

use crate::rtp::red;

/// From which loss on so many earlier frames are sent along.
const RISES: [f32; red::MOST_EARLIER] = [0.015, 0.08];
/// Below which loss so many are no longer sent.
const FALLS: [f32; red::MOST_EARLIER] = [0.005, 0.04];

/// How many earlier frames a receiver gets, by the loss that it reports.
#[derive(Clone, Copy, Debug, Default)]
pub struct RedundancyLevel(usize);

impl RedundancyLevel {
    /// How many frames to send along now that `loss`, from 0 to 1, is reported. To rise takes more loss than to stay.
    pub fn level_for(&mut self, loss: f32) -> usize {
        while self.0 < RISES.len() && loss >= RISES[self.0] {
            self.0 += 1;
        }
        while self.0 > 0 && loss < FALLS[self.0 - 1] {
            self.0 -= 1;
        }
        self.0
    }
}

#[derive(Debug, Default)]
struct Frame {
    timestamp: u32,
    payload: Vec<u8>,
}

/// The last frames of one slot's outgoing stream.
#[derive(Debug, Default)]
pub struct Redundancy {
    /// Oldest first; nothing in the payload stands for no frame.
    frames: [Frame; red::MOST_EARLIER],
}

impl Redundancy {
    /// Writes a RED payload (RFC 2198) into `out`: the frame `payload` of `payload_type`, and up to `level` earlier
    /// ones, as far as they lie within RED's reach. Returns its length; `None` where `out` has no room for it. The frame
    /// is remembered for those to come unless a later one was. `timestamp` is the outgoing one.
    pub fn write(
        &mut self,
        out: &mut [u8],
        payload_type: u8,
        timestamp: u32,
        payload: &[u8],
        level: usize,
    ) -> Option<usize> {
        let mut earlier = [(0, &[][..]); red::MOST_EARLIER];
        let mut count = 0;
        let skipped = self.frames.len().saturating_sub(level);
        for frame in &self.frames[skipped..] {
            let offset = timestamp.wrapping_sub(frame.timestamp);
            let is_in_reach = (1..=red::MAX_OFFSET).contains(&offset)
                && (1..=red::MAX_EARLIER).contains(&frame.payload.len());
            if is_in_reach {
                earlier[count] = (offset, &frame.payload);
                count += 1;
            }
        }
        let len = red::write(out, payload_type, payload, &earlier[..count]);
        self.remember(timestamp, payload);
        len
    }

    fn remember(&mut self, timestamp: u32, payload: &[u8]) {
        let [.., newest] = &self.frames;
        let is_later = timestamp.wrapping_sub(newest.timestamp).cast_signed() > 0;
        if payload.is_empty() || !(is_later || newest.payload.is_empty()) {
            return;
        }
        self.frames.rotate_left(1);
        let [.., newest] = &mut self.frames;
        newest.timestamp = timestamp;
        newest.payload.clear();
        newest.payload.extend_from_slice(payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a receiver reads: timestamps and frames.
    fn sent(
        redundancy: &mut Redundancy,
        timestamp: u32,
        payload: &[u8],
        level: usize,
    ) -> Vec<(u32, String)> {
        let mut out = [0; 1_500];
        let len = redundancy
            .write(&mut out, 111, timestamp, payload, level)
            .unwrap();
        let blocks = red::Blocks::parse(&out[..len]).unwrap();
        let read = blocks.map(|block| {
            let text = String::from_utf8(block.payload.to_vec()).unwrap();
            (
                timestamp.wrapping_sub(u32::from(block.timestamp_offset)),
                text,
            )
        });
        read.collect()
    }

    fn frames(of: &[(u32, &str)]) -> Vec<(u32, String)> {
        of.iter()
            .map(|&(timestamp, text)| (timestamp, text.to_owned()))
            .collect()
    }

    #[test]
    fn earlier_frames_go_along_as_the_level_says() {
        let mut redundancy = Redundancy::default();
        let start = u32::MAX - 1_000;
        let t = |n: u32| start.wrapping_add(960 * n);
        assert_eq!(sent(&mut redundancy, t(0), b"a", 2), frames(&[(t(0), "a")]));
        assert_eq!(
            sent(&mut redundancy, t(1), b"b", 2),
            frames(&[(t(0), "a"), (t(1), "b")])
        );
        let all = frames(&[(t(0), "a"), (t(1), "b"), (t(2), "c")]);
        assert_eq!(sent(&mut redundancy, t(2), b"c", 2), all);
        assert_eq!(
            sent(&mut redundancy, t(3), b"d", 1),
            frames(&[(t(2), "c"), (t(3), "d")])
        );
        assert_eq!(sent(&mut redundancy, t(4), b"e", 0), frames(&[(t(4), "e")]));
    }

    #[test]
    fn a_frame_out_of_reach_is_left_out() {
        let mut redundancy = Redundancy::default();
        sent(&mut redundancy, 0, b"a", 2);
        assert_eq!(
            sent(&mut redundancy, 20_000, b"b", 2),
            frames(&[(20_000, "b")]),
            "silence between"
        );
        sent(&mut redundancy, 21_000, &[b'c'; 1_100], 2);
        assert_eq!(
            sent(&mut redundancy, 22_000, b"d", 2),
            frames(&[(20_000, "b"), (22_000, "d")]).to_vec(),
            "too long to go along"
        );
    }

    #[test]
    fn a_late_frame_takes_no_later_ones_along_and_is_not_remembered() {
        let mut redundancy = Redundancy::default();
        sent(&mut redundancy, 960, b"a", 2);
        sent(&mut redundancy, 2_880, b"c", 2);
        assert_eq!(
            sent(&mut redundancy, 1_920, b"b", 2),
            frames(&[(960, "a"), (1_920, "b")])
        );
        let next = sent(&mut redundancy, 3_840, b"d", 2);
        assert_eq!(next, frames(&[(960, "a"), (2_880, "c"), (3_840, "d")]));
    }

    #[test]
    fn where_there_is_no_room_nothing_is_written() {
        let mut redundancy = Redundancy::default();
        sent(&mut redundancy, 0, b"aaaa", 2);
        assert_eq!(redundancy.write(&mut [0; 9], 111, 960, b"b", 2), None);
        assert_eq!(redundancy.write(&mut [0; 2], 111, 1_920, b"c", 0), Some(2));
    }

    #[test]
    fn the_level_rises_with_loss_and_falls_late() {
        let mut level = RedundancyLevel::default();
        let reports = [
            0.0,
            0.02,
            0.03,
            0.02,
            0.01,
            0.2,
            0.06,
            0.04,
            0.009,
            0.5,
            0.0,
            f32::NAN,
        ];
        let levels = reports.map(|loss| level.level_for(loss));
        assert_eq!(levels, [0, 1, 1, 1, 1, 2, 2, 2, 1, 2, 0, 0]);
    }
}
