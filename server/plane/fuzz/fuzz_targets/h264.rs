//! H.264's packets: parameters come with a keyframe, a keyframe with a frame.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plane::rtp::h264::Packet;

fuzz_target!(|payload: &[u8]| {
    let Some(packet) = Packet::parse(payload) else { return };
    assert!(packet.keyframe_start || !packet.parameters);
    assert!(packet.frame_start || !packet.keyframe_start);
});
