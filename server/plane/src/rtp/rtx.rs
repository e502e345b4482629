//! Retransmissions in a stream of their own (RFC 4588 section 4).

/// The original sequence number, in front of the original payload.
const HEAD: usize = 2;

/// Takes a retransmission's payload, without padding, apart: the original packet's sequence number, and its payload.
/// `None` where there is none: browsers probe the bandwidth with padding in this stream.
pub fn unwrap(payload: &[u8]) -> Option<(u16, &[u8])> {
    let (sequence, payload) = payload.split_first_chunk()?;
    Some((u16::from_be_bytes(*sequence), payload))
}

/// Writes the payload of a retransmission. Returns its length; `None` where `out` has no room for it.
pub fn write(out: &mut [u8], sequence: u16, payload: &[u8]) -> Option<usize> {
    let out = out.get_mut(..HEAD + payload.len())?;
    out[..HEAD].copy_from_slice(&sequence.to_be_bytes());
    out[HEAD..].copy_from_slice(payload);
    Some(out.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn padding_is_no_retransmission() {
        assert_eq!(unwrap(&[]), None);
        assert_eq!(unwrap(&[1]), None);
        assert_eq!(unwrap(&[1, 2]), Some((0x102, &[][..])));
    }

    proptest! {
        #[test]
        fn what_is_wrapped_unwraps(
            sequence: u16, payload in proptest::collection::vec(any::<u8>(), 0..60), room in 0usize..70,
        ) {
            let mut out = vec![0xff; room];
            match write(&mut out, sequence, &payload) {
                Some(len) => prop_assert_eq!(unwrap(&out[..len]), Some((sequence, &payload[..]))),
                None => prop_assert!(room < payload.len() + 2),
            }
        }
    }
}
