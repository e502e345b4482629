//! AV1's aggregation header (RTP Payload Format For AV1, section 4.4): all that can be known of a stream that comes without
//! the [dependency descriptor](super::dependency_descriptor).

/// What the aggregation header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AggregationHeader {
    /// The Z bit: the first element continues an OBU of the packet before.
    pub continues: bool,
    /// The Y bit: the last element goes on in the next packet.
    pub continued: bool,
    /// W: how many OBU elements there are; 0 where each tells its length.
    pub elements: u8,
    /// The first packet of a coded video sequence, and so of a keyframe (the N bit).
    pub keyframe_start: bool,
}

impl AggregationHeader {
    /// Reads the header at the head of an RTP payload. `None` when nothing follows it, or when N and Z are both set, which
    /// section 4.4 forbids.
    #[inline]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let (&first, elements) = payload.split_first()?;
        let continues = first & 0x80 != 0;
        let keyframe_start = first & 0x08 != 0;
        if elements.is_empty() || (continues && keyframe_start) {
            return None;
        }
        Some(AggregationHeader {
            continues,
            continued: first & 0x40 != 0,
            elements: first >> 4 & 3,
            keyframe_start,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_keyframe_of_libaom_starts_a_sequence() {
        // W = 2, N: a sequence header OBU of 11 bytes with its length, then the start of the frame OBU (Y).
        let payload = [
            0x68, 0x0B, 0x08, 0x00, 0x00, 0x00, 0x24, 0xC4, 0xFF, 0xDF, 0x3F, 0xFE, 0xF8, 0x30,
        ];
        let header = AggregationHeader::parse(&payload).unwrap();
        assert!(header.keyframe_start && header.continued && !header.continues);
        assert_eq!(header.elements, 2);
    }

    #[test]
    fn the_rest_of_a_keyframe_and_delta_frames_start_none() {
        // The keyframe's last packet (Z), and a delta frame in one packet.
        for first in [0x90, 0x10] {
            let header = AggregationHeader::parse(&[first, 0x30, 0x21]).unwrap();
            assert!(!header.keyframe_start, "{first:#x}");
            assert_eq!(header.continues, first == 0x90);
        }
    }

    #[test]
    fn a_header_alone_or_a_sequence_that_starts_amid_an_obu_is_refused() {
        assert_eq!(AggregationHeader::parse(&[]), None);
        assert_eq!(AggregationHeader::parse(&[0x18]), None);
        assert_eq!(AggregationHeader::parse(&[0x98, 0x30]), None);
    }

    proptest! {
        #[test]
        fn no_payload_starts_a_keyframe_and_continues_another(bytes in proptest::collection::vec(any::<u8>(), 0..4)) {
            if let Some(header) = AggregationHeader::parse(&bytes) {
                prop_assert!(!(header.continues && header.keyframe_start));
            }
        }
    }
}
