//! AV1's aggregation header: no packet starts a keyframe and continues another.

use plane::rtp::av1::AggregationHeader;

/// Returns whether there was a header.
pub fn check(payload: &[u8]) -> bool {
    let Some(header) = AggregationHeader::parse(payload) else {
        return false;
    };
    assert!(!(header.keyframe_start && header.continues) && header.elements <= 3);
    true
}
