//! The RTP payload format of VP8 (RFC 7741): frames to payloads, and what a receiver reads of them.

use super::clips::Frame;
use super::stamp;

/// Bytes of a payload at most, its descriptor included: what fits into 1,200 bytes with RTP's header and extensions.
pub const MAX_PAYLOAD: usize = 1_140;
const DESCRIPTOR: usize = 6;

/// The running numbers of one stream.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// 15 bits.
    pub picture_id: u16,
    /// Counts the frames of the base layer.
    pub tl0_pic_idx: u8,
    /// The highest temporal layer that had a frame since the last keyframe.
    highest_layer: u8,
}

impl Numbers {
    /// Numbers that go on from these.
    pub fn new(picture_id: u16, tl0_pic_idx: u8) -> Self {
        Self {
            picture_id,
            tl0_pic_idx,
            highest_layer: 0,
        }
    }

    /// Splits a frame into payloads of about the same size, of which the last one has [`stamp::LENGTH`] bytes of zero
    /// at its end to put a stamp into: a VP8 decoder ignores what follows the last partition.
    pub fn packetize(&mut self, frame: &Frame) -> Vec<Vec<u8>> {
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        if frame.temporal_layer == 0 {
            self.tl0_pic_idx = self.tl0_pic_idx.wrapping_add(1);
        }
        // The first frame of a layer after a keyframe stands on that alone. So does the middle layer always, by how the
        // clips are encoded. Receivers take no frame of a layer before one with this bit.
        let layer_sync = frame.temporal_layer == 1 || frame.temporal_layer > self.highest_layer;
        self.highest_layer = match frame.keyframe {
            true => 0,
            false => self.highest_layer.max(frame.temporal_layer),
        };
        let total = frame.data.len() + stamp::LENGTH;
        let count = total.div_ceil(MAX_PAYLOAD - DESCRIPTOR);
        let mut start = 0;
        (0..count)
            .map(|number| {
                let end = total * (number + 1) / count;
                let mut payload = Vec::with_capacity(DESCRIPTOR + end - start);
                // A stamp is never split: the last payload takes all of it, for it has more than its bytes.
                let data = &frame.data[start.min(frame.data.len())..end.min(frame.data.len())];
                payload.extend_from_slice(&self.descriptor(
                    frame.temporal_layer,
                    layer_sync,
                    number == 0,
                ));
                payload.extend_from_slice(data);
                if number + 1 == count {
                    payload.extend_from_slice(&[0; stamp::LENGTH]);
                }
                start = end;
                payload
            })
            .collect()
    }

    /// X, then I, L and T, a picture id of 15 bits, TL0PICIDX, TID and Y (section 4.2).
    fn descriptor(&self, temporal_layer: u8, layer_sync: bool, first: bool) -> [u8; DESCRIPTOR] {
        let not_referenced = temporal_layer == 2;
        let [high, low] = self.picture_id.to_be_bytes();
        [
            0x80 | u8::from(not_referenced) << 5 | u8::from(first) << 4,
            0xe0,
            0x80 | high,
            low,
            self.tl0_pic_idx,
            temporal_layer << 6 | u8::from(layer_sync) << 5,
        ]
    }
}

/// What the payload descriptor, and the first byte of a frame, say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Descriptor {
    /// The first packet of a frame: S is set and PID is 0.
    pub starts_frame: bool,
    /// A keyframe; only known where the frame starts.
    pub keyframe: bool,
    /// 7 or 15 bits.
    pub picture_id: Option<u16>,
    /// With [`Self::temporal_layer`], what this frame depends on.
    pub tl0_pic_idx: Option<u8>,
    /// TID.
    pub temporal_layer: Option<u8>,
}

impl Descriptor {
    /// Reads a payload; `None` when it is cut off or empty.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let mut at = 1;
        let first = *payload.first()?;
        let mut found = Self {
            starts_frame: first & 0x10 != 0 && first & 0x07 == 0,
            ..Self::default()
        };
        if first & 0x80 != 0 {
            let extensions = *payload.get(at)?;
            at += 1;
            if extensions & 0x80 != 0 {
                let id = *payload.get(at)?;
                at += 1;
                found.picture_id = Some(if id & 0x80 == 0 {
                    u16::from(id)
                } else {
                    at += 1;
                    u16::from(id & 0x7f) << 8 | u16::from(*payload.get(at - 1)?)
                });
            }
            if extensions & 0x40 != 0 {
                found.tl0_pic_idx = Some(*payload.get(at)?);
                at += 1;
            }
            if extensions & 0x30 != 0 {
                let byte = *payload.get(at)?;
                at += 1;
                found.temporal_layer = (extensions & 0x20 != 0).then_some(byte >> 6);
            }
        }
        let frame = *payload.get(at)?;
        found.keyframe = found.starts_frame && frame & 1 == 0;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packetized_is_read_again() {
        let mut numbers = Numbers::new(0x7ffe, 255);
        for length in [
            1,
            500,
            MAX_PAYLOAD - DESCRIPTOR - stamp::LENGTH,
            MAX_PAYLOAD,
            40_003,
        ] {
            let data: Box<[u8]> = (0..length).map(|n| (n * 2) as u8).collect();
            let frame = Frame {
                data,
                duration: 1,
                temporal_layer: 0,
                keyframe: true,
            };
            let payloads = numbers.packetize(&frame);
            let mut whole = Vec::new();
            for (number, payload) in payloads.iter().enumerate() {
                assert!(payload.len() <= MAX_PAYLOAD + stamp::LENGTH);
                let read = Descriptor::parse(payload).unwrap();
                assert_eq!(read.starts_frame, number == 0);
                assert_eq!(read.keyframe, number == 0);
                assert_eq!(read.picture_id, Some(numbers.picture_id));
                assert_eq!(read.tl0_pic_idx, Some(numbers.tl0_pic_idx));
                assert_eq!(read.temporal_layer, Some(0));
                whole.extend_from_slice(&payload[DESCRIPTOR..]);
            }
            assert_eq!(whole[..length], *frame.data);
            assert_eq!(whole[length..], [0; stamp::LENGTH]);
        }
        assert_eq!((numbers.picture_id, numbers.tl0_pic_idx), (3, 4));
    }

    #[test]
    fn only_base_frames_count_for_tl0_pic_idx() {
        let mut numbers = Numbers::new(7, 9);
        let frame = Frame {
            data: Box::new([1, 2]),
            duration: 1,
            temporal_layer: 2,
            keyframe: false,
        };
        let read = Descriptor::parse(&numbers.packetize(&frame)[0]).unwrap();
        assert_eq!(read.tl0_pic_idx, Some(9));
        assert_eq!(read.temporal_layer, Some(2));
        assert!(!read.keyframe);
    }

    #[test]
    fn a_cut_payload_is_refused() {
        let whole = [0x90, 0xe0, 0x80, 1, 2, 0x40, 0];
        for length in 0..whole.len() {
            assert_eq!(Descriptor::parse(&whole[..length]), None);
        }
        assert!(Descriptor::parse(&whole).is_some());
    }

    #[test]
    fn the_first_frame_of_a_layer_after_a_keyframe_says_that_it_stands_on_it() {
        let mut numbers = Numbers::new(0, 0);
        let synced = [0u8, 2, 1, 2, 0, 2, 1, 2].map(|temporal_layer| {
            let frame = Frame {
                data: vec![1; 100].into(),
                duration: 1,
                temporal_layer,
                keyframe: temporal_layer == 0 && numbers.picture_id == 0,
            };
            numbers.packetize(&frame)[0][5] & 0x20 != 0
        });
        assert_eq!(
            synced,
            [false, true, true, false, false, false, true, false]
        );
    }
}
