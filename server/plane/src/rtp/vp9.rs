//! VP9's RTP payload descriptor (RFC 9628 section 4.2).

use super::vp8::PictureId;

/// What forwarding needs to know of a VP9 packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The picture id and where it stands in the payload; all spatial layers of a picture have the same. References are
    /// told as differences of picture ids, so it may be moved by a constant, but gaps must stay.
    pub picture_id: Option<PictureId>,
    /// TL0PICIDX and where it stands in the payload; not in flexible mode.
    pub tl0_index: Option<(u8, u8)>,
    /// The temporal layer, 0 where the descriptor has none.
    pub temporal_layer: u8,
    /// The spatial layer, 0 where the descriptor has none.
    pub spatial_layer: u8,
    /// The U bit: after this picture a receiver may go up to any higher temporal layer. (VP8's Y bit allows it *at* a frame.)
    pub switch_up: bool,
    /// The P bit: predicted from earlier pictures.
    pub inter_picture: bool,
    /// The D bit: predicted from the spatial layer below in the same picture.
    pub inter_layer: bool,
    /// The first packet of a layer's frame (the B bit).
    pub frame_start: bool,
    /// The last packet of a layer's frame (the E bit).
    pub frame_end: bool,
    /// The first packet of a keyframe.
    pub keyframe_start: bool,
}

/// A frame refers to at most this many others (RFC 9628 section 4.2, P_DIFF).
const MAX_REFERENCES: usize = 3;

impl Descriptor {
    /// Reads the descriptor at the head of an RTP payload. `None` when it runs past the end or has a fourth reference.
    #[inline]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let set = |bit: u8| first & bit != 0;
        let (flexible, inter_picture) = (set(0x10), set(0x40));
        let (mut picture_id, mut tl0_index, mut layers) = (None, None, 0);
        let mut at = 1;
        if set(0x80) {
            let id = PictureId::parse(payload, at)?;
            picture_id = Some(id);
            at = id.end();
        }
        if set(0x20) {
            layers = *payload.get(at)?;
            at += 1;
            if !flexible {
                tl0_index = Some((at as u8, *payload.get(at)?));
                at += 1;
            }
        }
        if flexible && inter_picture {
            let more = |byte: &u8| byte & 1 != 0;
            let references = payload.get(at..)?;
            let before_last = references.iter().take_while(|byte| more(byte)).count();
            if before_last >= MAX_REFERENCES || before_last == references.len() {
                return None;
            }
            at += before_last + 1;
        }
        if set(0x02) {
            skip_scalability_structure(payload, at)?;
        }
        let spatial_layer = layers >> 1 & 7;
        Some(Descriptor {
            picture_id,
            tl0_index,
            temporal_layer: layers >> 5,
            spatial_layer,
            switch_up: layers & 0x10 != 0,
            inter_picture,
            inter_layer: layers & 1 != 0,
            frame_start: set(0x08),
            frame_end: set(0x04),
            keyframe_start: set(0x08) && !inter_picture && spatial_layer == 0,
        })
    }

    /// Whether who watches these layers and those below needs the packet.
    #[inline]
    pub fn is_within(&self, spatial_layer: u8, temporal_layer: u8) -> bool {
        self.spatial_layer <= spatial_layer && self.temporal_layer <= temporal_layer
    }

    /// Whether who watched only the spatial layers below may have this one from here on: its frame refers to no earlier
    /// picture.
    #[inline]
    pub fn starts_spatial_layer(&self) -> bool {
        self.frame_start && !self.inter_picture
    }

    /// The marker that the packet has for who watches spatial layers up to this one, where the publisher set `marker`. A
    /// picture whose upper layers are cut ends with the highest that is left (RFC 9628 section 4.1).
    #[inline]
    pub fn marker_within(&self, spatial_layer: u8, marker: bool) -> bool {
        marker || (self.frame_end && self.spatial_layer == spatial_layer)
    }
}

/// Reads past the scalability structure (RFC 9628 section 4.2.1) at `at`. Gives where the media begins.
fn skip_scalability_structure(payload: &[u8], mut at: usize) -> Option<usize> {
    let head = *payload.get(at)?;
    at += 1;
    if head & 0x10 != 0 {
        // Width and height of each spatial layer.
        at += 4 * (usize::from(head >> 5) + 1);
    }
    if head & 0x08 != 0 {
        let pictures = *payload.get(at)?;
        at += 1;
        for _ in 0..pictures {
            let references = *payload.get(at)? >> 2 & 3;
            at += 1 + usize::from(references);
        }
    }
    (at <= payload.len()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The structure that libvpx describes at a keyframe in three temporal layers, 640x360.
    const STRUCTURE: [u8; 15] = [
        0x18, 0x02, 0x80, 0x01, 0x68, 4, 0x04, 4, 0x54, 1, 0x34, 2, 0x58, 1, 2,
    ];

    #[test]
    fn a_keyframe_of_chromium_is_known() {
        // I L B V Z; 15-bit picture id 0x1234; TID 0 SID 0; TL0PICIDX 7; the structure; the frame's first byte.
        let mut payload = vec![0xAB, 0x92, 0x34, 0x00, 7];
        payload.extend(STRUCTURE);
        payload.push(0x82);
        let descriptor = Descriptor::parse(&payload).unwrap();
        assert_eq!(
            descriptor.picture_id,
            Some(PictureId {
                at: 1,
                value: 0x1234,
                long: true
            })
        );
        assert_eq!(descriptor.tl0_index, Some((4, 7)));
        assert!(descriptor.keyframe_start && descriptor.starts_spatial_layer());
        assert!(!descriptor.frame_end && !descriptor.switch_up);
        assert_eq!(skip_scalability_structure(&payload, 5), Some(20));
    }

    #[test]
    fn a_picture_of_the_third_temporal_layer_tells_where_to_go_up() {
        // I P L B E Z; TID 2 U; TL0PICIDX 7.
        let payload = [0xED, 0x92, 0x37, 0x50, 7, 0x86];
        let descriptor = Descriptor::parse(&payload).unwrap();
        assert_eq!(descriptor.temporal_layer, 2);
        assert!(descriptor.switch_up && descriptor.frame_start && descriptor.frame_end);
        assert!(!descriptor.keyframe_start);
        assert!(descriptor.is_within(0, 2) && !descriptor.is_within(0, 1));
    }

    #[test]
    fn the_upper_layers_of_a_keyframe_start_their_layer_but_no_keyframe() {
        // Flexible mode, L3T3_KEY at a keyframe. I L F B E; TID 0 U SID 1 D.
        let upper = Descriptor::parse(&[0xBC, 0x92, 0x34, 0x13, 0x82]).unwrap();
        assert!(upper.starts_spatial_layer() && upper.inter_layer && !upper.keyframe_start);
        assert_eq!((upper.spatial_layer, upper.tl0_index), (1, None));
        // The picture after it. I P L F B E; TID 2 SID 1; one reference, one picture back.
        let later = Descriptor::parse(&[0xFC, 0x92, 0x35, 0x42, 0x02, 0x86]).unwrap();
        assert!(!later.starts_spatial_layer() && !later.inter_layer);
        assert!(later.is_within(1, 2) && !later.is_within(0, 2));
    }

    #[test]
    fn a_picture_ends_with_the_highest_layer_that_is_left() {
        let last_of = |spatial: u8| Descriptor::parse(&[0xAC, 5, spatial << 1, 7, 0x86]).unwrap();
        assert!(last_of(1).marker_within(1, false));
        assert!(!last_of(0).marker_within(1, false));
        // The encoder left out layer 1: the publisher's own marker ends the picture.
        assert!(last_of(0).marker_within(1, true));
        let amid = Descriptor::parse(&[0xA8, 5, 0x02, 7, 0x86]).unwrap();
        assert!(!amid.marker_within(1, false));
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        let mut payload = vec![0xAB, 0x92, 0x34, 0x00, 7];
        payload.extend(STRUCTURE);
        for len in 0..payload.len() {
            assert_eq!(Descriptor::parse(&payload[..len]), None, "{len} bytes");
        }
        assert!(Descriptor::parse(&payload).is_some());
        let flexible = |references: [u8; 4]| {
            let payload = [&[0xFC, 5, 0][..], &references].concat();
            Descriptor::parse(&payload)
        };
        assert!(flexible([3, 5, 6, 0]).is_some());
        assert_eq!(flexible([3, 5, 7, 0]), None, "a fourth reference");
        assert_eq!(
            Descriptor::parse(&[0xFC, 5, 0, 3, 5]),
            None,
            "the last is missing"
        );
    }

    proptest! {
        #[test]
        fn rewriting_changes_the_picture_id_alone(
            mut bytes in proptest::collection::vec(any::<u8>(), 8..64), value: u16,
        ) {
            bytes[0] |= 0x80;
            if let Some(before) = Descriptor::parse(&bytes) {
                let id = before.picture_id.unwrap();
                id.rewrite(&mut bytes, value & 0x7fff);
                let after = Descriptor::parse(&bytes).unwrap();
                let expected = if id.long { value & 0x7fff } else { value & 0x7f };
                prop_assert_eq!(after.picture_id.unwrap().value, expected);
                prop_assert_eq!(Descriptor { picture_id: None, ..after }, Descriptor { picture_id: None, ..before });
            }
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = Descriptor::parse(&bytes);
        }
    }
}
