//! Opus packets with a stamp in their padding (RFC 6716 section 3.2.5), which every decoder skips.

use std::sync::Arc;

use super::stamp::{self, Stamp};

const CODE: u8 = 0b11;
const ONE_FRAME: u8 = 0;
const ARBITRARY_FRAMES: u8 = 3;
const PADDED: u8 = 0x40;

/// Rewrites a packet of one frame (code 0) as one of code 3 with one frame, the padding of which holds `stamp`.
/// Packets of other codes are given back as they are, without one.
pub fn stamped(packet: &[u8], stamp: Stamp) -> Arc<[u8]> {
    let Some((&toc, frame)) = packet
        .split_first()
        .filter(|(toc, _)| *toc & CODE == ONE_FRAME)
    else {
        return packet.into();
    };
    let mut bytes = Vec::with_capacity(packet.len() + 2 + stamp::LENGTH);
    bytes.push(toc | ARBITRARY_FRAMES);
    bytes.push(PADDED | 1);
    bytes.push(stamp::LENGTH as u8);
    bytes.extend_from_slice(frame);
    bytes.extend_from_slice(&stamp.write());
    bytes.into()
}

/// What an encoder with discontinuous transmission sends in silence: a frame of no bytes, with the configuration of
/// `like`.
pub fn silence(like: &[u8], stamp: Stamp) -> Arc<[u8]> {
    stamped(&[like.first().copied().unwrap_or(0) & !CODE], stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp {
        micros: 77,
        sender: 1,
        stream: 0,
        number: 5,
        packets: 1,
    };

    #[test]
    fn pads_a_packet_of_one_frame() {
        let packet = stamped(&[0x78, 9, 8, 7], STAMP);
        assert_eq!(packet[..3], [0x7b, 0x41, stamp::LENGTH as u8]);
        assert_eq!(packet[3..6], [9, 8, 7]);
        assert_eq!(Stamp::read(&packet), Some(STAMP));
        assert_eq!(silence(&[0x78, 1, 2], STAMP).len(), 3 + stamp::LENGTH);
    }

    #[test]
    fn leaves_other_packets_alone() {
        assert_eq!(*stamped(&[0x79, 9, 8], STAMP), [0x79, 9, 8]);
        assert!(stamped(&[], STAMP).is_empty());
    }
}
