//! The RTP header (RFC 3550 section 5.1).

use super::extensions::{ExtensionForm, MAX_BLOCK};

/// The fixed part of every RTP header, in bytes.
pub const FIXED: usize = 12;
/// The longest header that [`write_header`] may produce: the fixed part and an extension block.
pub const MAX_HEADER: usize = FIXED + MAX_BLOCK;

/// An RTP header, read from a plain (already opened) packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The marker bit.
    pub marker: bool,
    /// The payload type, 0 to 127.
    pub payload_type: u8,
    /// The sequence number.
    pub sequence: u16,
    /// The timestamp, in ticks of the payload's clock.
    pub timestamp: u32,
    /// The synchronization source.
    pub ssrc: u32,
    /// The extension block's form and body, if it has one of the forms of RFC 8285.
    pub extension: Option<(ExtensionForm, &'a [u8])>,
    /// The media, without padding.
    pub payload: &'a [u8],
    /// How many bytes of padding followed the media.
    pub padding: usize,
}

/// How long the header of a (protected or plain) packet is: fixed part, CSRCs and extension block.
#[inline]
pub fn header_len(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    if first >> 6 != 2 || packet.len() < FIXED {
        return None;
    }
    let mut len = FIXED + 4 * usize::from(first & 0x0f);
    if first & 0x10 != 0 {
        let words = packet.get(len + 2..len + 4)?;
        len += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    (len <= packet.len()).then_some(len)
}

impl<'a> Header<'a> {
    /// Reads a plain packet. `None` when it is not well-formed.
    #[inline]
    pub fn parse(packet: &'a [u8]) -> Option<Self> {
        let payload_at = header_len(packet)?;
        let be32 = |at: usize| {
            u32::from_be_bytes([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]])
        };
        let extension = if packet[0] & 0x10 != 0 {
            let at = FIXED + 4 * usize::from(packet[0] & 0x0f);
            let profile = u16::from_be_bytes([packet[at], packet[at + 1]]);
            ExtensionForm::from_profile(profile).map(|form| (form, &packet[at + 4..payload_at]))
        } else {
            None
        };
        let mut end = packet.len();
        let mut padding = 0;
        if packet[0] & 0x20 != 0 {
            // RFC 3550 section 5.1: the last byte counts the padding, itself included.
            padding = usize::from(*packet[payload_at..].last()?);
            if padding == 0 || padding > packet.len() - payload_at {
                return None;
            }
            end -= padding;
        }
        Some(Header {
            marker: packet[1] & 0x80 != 0,
            payload_type: packet[1] & 0x7f,
            sequence: u16::from_be_bytes([packet[2], packet[3]]),
            timestamp: be32(4),
            ssrc: be32(8),
            extension,
            payload: &packet[payload_at..end],
            padding,
        })
    }
}

/// Writes a header without CSRCs or padding, and `extensions` (a whole block, already padded to words,
/// with its own four-byte head; may be empty). Returns the header's length.
#[inline]
pub fn write_header(
    out: &mut [u8],
    marker: bool,
    payload_type: u8,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    extensions: &[u8],
) -> usize {
    out[0] = 0x80 | if extensions.is_empty() { 0 } else { 0x10 };
    out[1] = (u8::from(marker) << 7) | payload_type;
    out[2..4].copy_from_slice(&sequence.to_be_bytes());
    out[4..8].copy_from_slice(&timestamp.to_be_bytes());
    out[8..12].copy_from_slice(&ssrc.to_be_bytes());
    out[FIXED..FIXED + extensions.len()].copy_from_slice(extensions);
    FIXED + extensions.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn padding_and_csrcs_are_not_media() {
        let mut packet = vec![0xA2, 0x80 | 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        packet.extend([1, 1, 1, 1, 2, 2, 2, 2]);
        packet.extend(b"media\0\0\x03");
        let header = Header::parse(&packet).unwrap();
        assert_eq!(
            (header.payload, header.padding, header.marker),
            (&b"media"[..], 3, true)
        );
    }

    #[test]
    fn padding_longer_than_the_payload_is_malformed() {
        let packet = [0xA0, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9];
        assert_eq!(Header::parse(&packet), None);
    }

    proptest! {
        #[test]
        fn a_written_header_reads_back(
            marker: bool, payload_type in 0u8..128, sequence: u16, timestamp: u32, ssrc: u32,
            payload in proptest::collection::vec(any::<u8>(), 0..50), extended: bool,
        ) {
            let block: &[u8] = if extended { &[0xBE, 0xDE, 0, 1, 0x10, 7, 0, 0] } else { &[] };
            let mut packet = [0u8; MAX_HEADER];
            let len = write_header(&mut packet, marker, payload_type, sequence, timestamp, ssrc, block);
            let mut packet = packet[..len].to_vec();
            packet.extend(&payload);
            let header = Header::parse(&packet).unwrap();
            prop_assert_eq!(
                (header.marker, header.payload_type, header.sequence, header.timestamp, header.ssrc),
                (marker, payload_type, sequence, timestamp, ssrc)
            );
            prop_assert_eq!(header.payload, &payload[..]);
            prop_assert_eq!(header.extension.is_some(), extended);
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Header::parse(&bytes);
        }
    }
}
