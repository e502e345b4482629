//! What a datagram is, by its first bytes.

/// The protocols that share the one UDP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Connectivity checks (RFC 8489).
    Stun,
    /// Handshakes and alerts (RFC 6347).
    Dtls,
    /// Media (RFC 3711).
    Srtp,
    /// Media control (RFC 3711).
    Srtcp,
}

/// Tells the protocols apart: first byte by RFC 7983 section 7, SRTCP from SRTP by RFC 5761 section 4.
///
/// `None` for anything that is none of them, or too short to be one.
pub fn classify(datagram: &[u8]) -> Option<Protocol> {
    match *datagram.first()? {
        0..=3 if datagram.len() >= 20 => Some(Protocol::Stun),
        20..=63 if datagram.len() >= 13 => Some(Protocol::Dtls),
        128..=191 if datagram.len() >= 8 && (192..=223).contains(&datagram[1]) => {
            Some(Protocol::Srtcp)
        }
        128..=191 if datagram.len() >= 12 => Some(Protocol::Srtp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_tells_the_protocols_apart() {
        let long = |first: u8, second: u8| {
            let mut datagram = [0u8; 32];
            datagram[0] = first;
            datagram[1] = second;
            classify(&datagram)
        };
        assert_eq!(long(0, 1), Some(Protocol::Stun));
        assert_eq!(long(22, 254), Some(Protocol::Dtls));
        assert_eq!(long(0x80, 200), Some(Protocol::Srtcp));
        assert_eq!(long(0x80, 96), Some(Protocol::Srtp));
        assert_eq!(long(0x80, 0x80 | 96), Some(Protocol::Srtp));
        assert_eq!(long(64, 0), None);
        assert_eq!(long(255, 0), None);
    }

    #[test]
    fn what_is_too_short_is_nothing() {
        for first in 0..=255u8 {
            for len in 0..8 {
                assert_eq!(classify(&[first; 8][..len]), None);
            }
        }
    }
}
