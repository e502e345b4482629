//! H.264's packets: parameters come with a keyframe, a keyframe with a frame.

use plane::rtp::h264::Packet;

/// Returns whether there was a packet.
pub fn check(payload: &[u8]) -> bool {
    let Some(packet) = Packet::parse(payload) else {
        return false;
    };
    assert!(packet.keyframe_start || !packet.parameters);
    assert!(packet.frame_start || !packet.keyframe_start);
    true
}
