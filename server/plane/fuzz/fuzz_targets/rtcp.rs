//! RTCP compounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plane::rtcp::{Packet, Packets, ReceptionBlock};

fuzz_target!(|compound: &[u8]| {
    for packet in Packets::new(compound).flatten() {
        match packet {
            Packet::ReceiverReport(blocks) => blocks.iter().for_each(|block| {
                let _ = ReceptionBlock::parse(block).round_trip(0x1234_5678);
            }),
            Packet::KeyframeRequest(request) => assert!(request.media_ssrcs().count() <= compound.len()),
            Packet::Nack(nack) => assert!(nack.sequences().count() <= 17 * compound.len() / 4),
            Packet::TransportFeedback(feedback) => {
                assert_eq!(feedback.arrivals().count(), usize::from(feedback.count));
            }
            _ => {}
        }
    }
});
