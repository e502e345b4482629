//! RTCP compounds.

use plane::rtcp::{Packet, Packets, ReceptionBlock};

/// Returns whether any packet was read.
pub fn check(compound: &[u8]) -> bool {
    let mut packets = 0;
    for packet in Packets::new(compound).flatten() {
        packets += 1;
        match packet {
            Packet::ReceiverReport(blocks) => blocks.iter().for_each(|block| {
                let _ = ReceptionBlock::parse(block).round_trip(0x1234_5678);
            }),
            Packet::KeyframeRequest(request) => {
                assert!(request.media_ssrcs().count() <= compound.len())
            }
            Packet::Nack(nack) => assert!(nack.sequences().count() <= 17 * compound.len() / 4),
            Packet::TransportFeedback(feedback) => {
                assert_eq!(feedback.arrivals().count(), usize::from(feedback.count));
            }
            _ => {}
        }
    }
    packets > 0
}
