//! H.264 in RTP (RFC 6184): where its frames and keyframes begin.
//!
//! Nothing in a packet tells its temporal layer: H.264 counts as one layer.

/// What forwarding needs to know of an H.264 packet in packetization mode 0 or 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// Something that stands at the head of a frame: its first slice, or what precedes that. So several packets of one
    /// frame can say it; they have one timestamp.
    pub frame_start: bool,
    /// A sequence parameter set or the first slice of an IDR picture. Both can be in one keyframe.
    pub keyframe_start: bool,
    /// A sequence parameter set: here alone a decoder that knows nothing of the stream can begin.
    pub parameters: bool,
}

// NAL unit types (ITU-T H.264 table 7-1, RFC 6184 table 1).
const SLICE: u8 = 1;
const PARTITION_A: u8 = 2;
const IDR: u8 = 5;
const SEI: u8 = 6;
const SPS: u8 = 7;
const PPS: u8 = 8;
const DELIMITER: u8 = 9;
const LAST_SINGLE: u8 = 23;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

impl Packet {
    /// Reads an RTP payload. `None` when it runs past the end, or is of a kind that browsers do not negotiate: interleaved
    /// (RFC 6184 section 5.4) or reserved.
    #[inline]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let (&head, body) = payload.split_first()?;
        let mut packet = Packet::default();
        match head & 0x1f {
            kind @ 1..=LAST_SINGLE => packet.add(kind, body),
            // RFC 6184 section 5.7.1: the size of each unit in 16 bits, then the unit.
            STAP_A => {
                let mut rest = body;
                loop {
                    let (size, units) = rest.split_first_chunk()?;
                    let (unit, after) =
                        units.split_at_checked(usize::from(u16::from_be_bytes(*size)))?;
                    let (&head, body) = unit.split_first()?;
                    packet.add(head & 0x1f, body);
                    if after.is_empty() {
                        break;
                    }
                    rest = after;
                }
            }
            // RFC 6184 section 5.8: S leads the fragment's header, the unit's type ends it.
            FU_A => {
                let (&fragment, body) = body.split_first()?;
                if fragment & 0x80 != 0 {
                    packet.add(fragment & 0x1f, body);
                }
            }
            _ => return None,
        }
        Some(packet)
    }

    /// Takes note of a NAL unit that begins in the packet.
    fn add(&mut self, kind: u8, body: &[u8]) {
        // A slice header begins with first_mb_in_slice, whose zero is a single set bit (ITU-T H.264 sections 7.3.3, 9.1).
        let first_slice = body.first().is_some_and(|byte| byte & 0x80 != 0);
        match kind {
            SLICE | PARTITION_A => self.frame_start |= first_slice,
            IDR => {
                self.frame_start |= first_slice;
                self.keyframe_start |= first_slice;
            }
            SPS => {
                *self = Packet {
                    frame_start: true,
                    keyframe_start: true,
                    parameters: true,
                }
            }
            SEI | PPS | DELIMITER => self.frame_start = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOTHING: Packet = Packet {
        frame_start: false,
        keyframe_start: false,
        parameters: false,
    };
    const FRAME: Packet = Packet {
        frame_start: true,
        ..NOTHING
    };
    const IDR_PICTURE: Packet = Packet {
        keyframe_start: true,
        ..FRAME
    };
    const WHOLE_KEYFRAME: Packet = Packet {
        parameters: true,
        ..IDR_PICTURE
    };

    #[test]
    fn a_keyframe_of_openh264_begins_with_its_parameter_sets() {
        // STAP-A of an SPS (constrained baseline 3.1) and a PPS, as libwebrtc aggregates them.
        let aggregate = [
            0x78, 0, 10, 0x67, 0x42, 0xC0, 0x1F, 0x8C, 0x8D, 0x40, 0x50, 0x1E, 0x90, 0, 4, 0x68,
            0xCE, 0x3C, 0x80,
        ];
        assert_eq!(Packet::parse(&aggregate), Some(WHOLE_KEYFRAME));
        // The IDR slice after it, in fragments: first, middle, last.
        assert_eq!(Packet::parse(&[0x7C, 0x85, 0xB8, 0x00]), Some(IDR_PICTURE));
        assert_eq!(Packet::parse(&[0x7C, 0x05, 0xB8, 0x00]), Some(NOTHING));
        assert_eq!(Packet::parse(&[0x7C, 0x45, 0xB8, 0x00]), Some(NOTHING));
    }

    #[test]
    fn parameter_sets_in_packets_of_their_own_count_alike() {
        assert_eq!(
            Packet::parse(&[0x67, 0x42, 0xC0, 0x1F]),
            Some(WHOLE_KEYFRAME)
        );
        assert_eq!(Packet::parse(&[0x68, 0xCE, 0x3C, 0x80]), Some(FRAME));
        // VideoToolbox puts an access unit delimiter and an SEI in front.
        assert_eq!(Packet::parse(&[0x09, 0x10]), Some(FRAME));
        assert_eq!(
            Packet::parse(&[0x18, 0, 2, 0x09, 0x10, 0, 3, 0x67, 0x42, 0xC0]),
            Some(WHOLE_KEYFRAME)
        );
    }

    #[test]
    fn only_the_first_slice_starts_a_frame() {
        assert_eq!(Packet::parse(&[0x41, 0x9A, 0x24]), Some(FRAME));
        assert_eq!(
            Packet::parse(&[0x41, 0x04, 0x24]),
            Some(NOTHING),
            "a later slice"
        );
        assert_eq!(Packet::parse(&[0x65, 0x88]), Some(IDR_PICTURE));
        assert_eq!(
            Packet::parse(&[0x65, 0x02]),
            Some(NOTHING),
            "a later slice of an IDR picture"
        );
    }

    #[test]
    fn what_is_cut_short_or_was_not_negotiated_is_refused() {
        let malformed: [&[u8]; 9] = [
            &[],
            &[0x78],
            &[0x78, 0, 2, 0x67],
            &[0x78, 0, 0],
            &[0x78, 0, 1, 0x67, 0],
            &[0x7C],
            &[0x79, 0, 0, 0, 1, 0x67],
            &[0x7D, 0x87, 0, 0],
            &[0x60],
        ];
        for payload in malformed {
            assert_eq!(Packet::parse(payload), None, "{payload:?}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = Packet::parse(&bytes);
        }

        #[test]
        fn fragments_and_aggregates_tell_what_the_unit_itself_tells(
            head in 1u8..=23, body in proptest::collection::vec(any::<u8>(), 1..20),
        ) {
            let unit: Vec<u8> = [&[0x60 | head], &body[..]].concat();
            let fragment: Vec<u8> = [&[0x7C, 0x80 | head], &body[..]].concat();
            let aggregate: Vec<u8> = [&[0x78, 0, unit.len() as u8], &unit[..]].concat();
            let expected = Packet::parse(&unit);
            prop_assert_eq!(Packet::parse(&fragment), expected);
            prop_assert_eq!(Packet::parse(&aggregate), expected);
        }
    }
}
