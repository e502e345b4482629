//! The dependency descriptors of one stream: what is kept stays within bounds, and rewriting changes the frame number alone.

use plane::rtp::dependency_descriptor::{Reader, rewrite_frame_number};

/// Returns whether any descriptor was read.
pub fn check(input: (u16, Vec<&[u8]>)) -> bool {
    let (frame_number, packets) = input;
    let mut reader = Reader::default();
    let mut read = 0;
    for packet in packets {
        let mut copy = packet.to_vec();
        rewrite_frame_number(&mut copy, frame_number);
        let rewritten = reader.clone().read(&copy);
        let descriptor = reader.read(packet);
        read += usize::from(descriptor.is_some());
        let expected = descriptor.map(|mut descriptor| {
            descriptor.frame_number = frame_number;
            descriptor
        });
        assert_eq!(rewritten, expected);
        for (spatial, temporal) in [(0, 0), (0, 7), (3, 0), (3, 7)] {
            let Some(target) = reader.target(spatial, temporal) else {
                continue;
            };
            assert!(target.spatial_layer <= spatial && target.temporal_layer <= temporal);
        }
    }
    read > 0
}
