//! REMB: what a receiver believes that it can take (draft-alvestrand-rmcat-remb-03 section 2.2).

use super::be32;

/// What sets REMB apart from other application layer feedback.
pub(super) const IDENTIFIER: &[u8] = b"REMB";

/// Reads the bitrate, in bit/s, out of the body of a message with the identifier. One that 64 bits can't hold is as
/// high as they go.
pub(super) fn parse_remb(body: &[u8]) -> Option<u64> {
    let word = be32(body.get(12..16)?, 0);
    let ssrcs = 4 * (word >> 24) as usize;
    body.get(16..16 + ssrcs)?;
    let exponent = (word >> 18) & 0x3f;
    let bitrate = u128::from(word & 0x3_ffff) << exponent;
    Some(u64::try_from(bitrate).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(ssrcs: u8, exponent: u32, mantissa: u32) -> Vec<u8> {
        let mut body = vec![0, 0, 0, 1, 0, 0, 0, 0];
        body.extend(IDENTIFIER);
        body.extend(((u32::from(ssrcs) << 24) | (exponent << 18) | mantissa).to_be_bytes());
        body.extend([0, 0, 0, 7]);
        body
    }

    #[test]
    fn the_bitrate_is_mantissa_times_a_power_of_two() {
        assert_eq!(parse_remb(&body(1, 3, 187_500)), Some(1_500_000));
        assert_eq!(parse_remb(&body(1, 0, 1)), Some(1));
        assert_eq!(parse_remb(&body(0, 63, 0x3_ffff)), Some(u64::MAX));
    }

    #[test]
    fn a_list_of_streams_that_runs_past_the_end_is_malformed() {
        assert_eq!(parse_remb(&body(2, 3, 187_500)), None);
        assert_eq!(parse_remb(&body(1, 3, 187_500)[..15]), None);
    }
}
