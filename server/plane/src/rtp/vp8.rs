//! VP8's RTP payload descriptor (RFC 7741 section 4.2).

/// What forwarding needs to know of a VP8 packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The picture id and where it stands in the payload.
    pub picture_id: Option<PictureId>,
    /// TL0PICIDX and where it stands in the payload.
    pub tl0_index: Option<(u8, u8)>,
    /// The temporal layer, 0 where the descriptor has none.
    pub temporal_layer: u8,
    /// The Y bit: a receiver may go up to this temporal layer here.
    pub layer_sync: bool,
    /// The first packet of a frame (S set, partition 0).
    pub frame_start: bool,
    /// The first packet of a keyframe.
    pub keyframe_start: bool,
}

/// A picture id of 7 or 15 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureId {
    /// Where its first byte stands in the payload.
    pub at: u8,
    /// Its value.
    pub value: u16,
    /// Whether it has 15 bits.
    pub long: bool,
}

impl Descriptor {
    /// Reads the descriptor at the head of an RTP payload. `None` when it runs past the end.
    #[inline]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let (mut picture_id, mut tl0_index, mut temporal_layer, mut layer_sync) =
            (None, None, 0, false);
        let mut at = 1;
        if first & 0x80 != 0 {
            let extended = *payload.get(1)?;
            at = 2;
            if extended & 0x80 != 0 {
                let id = PictureId::parse(payload, at)?;
                picture_id = Some(id);
                at = id.end();
            }
            if extended & 0x40 != 0 {
                tl0_index = Some((at as u8, *payload.get(at)?));
                at += 1;
            }
            if extended & 0x30 != 0 {
                let byte = *payload.get(at)?;
                if extended & 0x20 != 0 {
                    temporal_layer = byte >> 6;
                    layer_sync = byte & 0x20 != 0;
                }
                at += 1;
            }
        }
        let frame_start = first & 0x17 == 0x10;
        // RFC 7741 section 4.3: the inverse keyframe bit leads the frame.
        let keyframe_start = frame_start && payload.get(at)? & 1 == 0;
        Some(Descriptor {
            picture_id,
            tl0_index,
            temporal_layer,
            layer_sync,
            frame_start,
            keyframe_start,
        })
    }
}

impl PictureId {
    /// Reads the one that stands at `at`; its first bit tells its width. `None` when it runs past the end.
    #[inline]
    pub(super) fn parse(payload: &[u8], at: usize) -> Option<Self> {
        let head = *payload.get(at)?;
        let long = head & 0x80 != 0;
        let value = if long {
            u16::from_be_bytes([head & 0x7f, *payload.get(at + 1)?])
        } else {
            u16::from(head)
        };
        let at = at as u8;
        Some(Self { at, value, long })
    }

    /// Where it ends in the payload.
    #[inline]
    pub(super) fn end(self) -> usize {
        usize::from(self.at) + if self.long { 2 } else { 1 }
    }

    /// Writes another value of the same width in its place.
    #[inline]
    pub fn rewrite(self, payload: &mut [u8], value: u16) {
        let at = usize::from(self.at);
        if self.long {
            payload[at] = 0x80 | (value >> 8) as u8;
            payload[at + 1] = value as u8;
        } else {
            payload[at] = value as u8 & 0x7f;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_keyframe_of_chromium_is_known() {
        // X S; I L T; 15-bit picture id 0x1234; TL0PICIDX 7; TID 0 Y; keyframe's first byte.
        let payload = [
            0x90, 0xE0, 0x92, 0x34, 7, 0x20, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a,
        ];
        let descriptor = Descriptor::parse(&payload).unwrap();
        assert_eq!(
            descriptor.picture_id,
            Some(PictureId {
                at: 2,
                value: 0x1234,
                long: true
            })
        );
        assert_eq!(descriptor.tl0_index, Some((4, 7)));
        assert!(descriptor.keyframe_start && descriptor.layer_sync);
    }

    #[test]
    fn a_later_partition_or_a_delta_frame_starts_no_keyframe() {
        assert!(!Descriptor::parse(&[0x11, 0x10]).unwrap().keyframe_start);
        assert!(!Descriptor::parse(&[0x00, 0x10]).unwrap().keyframe_start);
        let delta = Descriptor::parse(&[0x10, 0x11]).unwrap();
        assert!(delta.frame_start && !delta.keyframe_start);
    }

    proptest! {
        #[test]
        fn rewriting_changes_the_picture_id_alone(
            mut bytes in proptest::collection::vec(any::<u8>(), 8..32), value: u16,
        ) {
            bytes[0] |= 0x80;
            bytes[1] |= 0x80;
            let before = Descriptor::parse(&bytes).unwrap();
            let id = before.picture_id.unwrap();
            id.rewrite(&mut bytes, value & 0x7fff);
            let after = Descriptor::parse(&bytes).unwrap();
            let expected = if id.long { value & 0x7fff } else { value & 0x7f };
            prop_assert_eq!(after.picture_id.unwrap().value, expected);
            prop_assert_eq!(Descriptor { picture_id: None, ..after }, Descriptor { picture_id: None, ..before });
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
            let _ = Descriptor::parse(&bytes);
        }
    }
}
