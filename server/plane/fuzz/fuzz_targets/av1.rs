//! AV1's aggregation header: no packet starts a keyframe and continues another.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plane::rtp::av1::AggregationHeader;

fuzz_target!(|payload: &[u8]| {
    let Some(header) = AggregationHeader::parse(payload) else { return };
    assert!(!(header.keyframe_start && header.continues) && header.elements <= 3);
});
