//! VP8 and H.264 whose layers stand in the dependency descriptor alone, as Chromium sends them where it was agreed.

mod support;

use plane::counters::Counter;
use plane::rtp::VideoCodec;
use plane::rtp::VideoCodec::{H264, Vp8};
use plane::rtp::dependency_descriptor::Reader;
use support::pictures::{PATTERN, Picture};
use support::scene::{SLOT_SSRC, Scene, assert_dense};
use support::{Received, any_video_format};

/// A viewer of up to `temporal` layers.
fn viewer_of(temporal: u8) -> Scene {
    let mut scene = Scene::new(&[], any_video_format(SLOT_SSRC));
    scene.wish(3, temporal);
    scene
}

/// Sends a picture, `cut` bytes of each descriptor at most; what the viewer got.
fn send(scene: &mut Scene, codec: VideoCodec, picture: Picture, cut: usize) -> Vec<Received> {
    let mut packets = picture.described_packets(codec);
    for packet in &mut packets {
        packet.descriptor.truncate(cut);
    }
    scene.send_packets(codec, "", picture.number, &packets);
    scene.world.pass(33);
    scene.received()
}

fn picture(number: u16, keyframe: bool) -> Picture {
    Picture {
        temporal: PATTERN[usize::from(number) % 4],
        ..Picture::plain(number, keyframe)
    }
}

/// Temporal layer and frame number of each picture, by what its receiver reads.
fn read(packets: &[Received]) -> Vec<(u8, u16)> {
    let mut reader = Reader::default();
    let mut pictures = Vec::new();
    for packet in packets {
        let read = reader.read(&packet.descriptor).expect("a known structure");
        pictures.push((read.temporal_layer, read.frame_number));
    }
    pictures.dedup();
    pictures
}

#[test]
fn of_three_temporal_layers_everybody_gets_just_those_of_use() {
    for codec in [Vp8, H264] {
        for temporal in 0..3 {
            let mut scene = viewer_of(temporal);
            let mut received = Vec::new();
            for number in 4..28 {
                received.extend(send(
                    &mut scene,
                    codec,
                    picture(number, number == 4),
                    usize::MAX,
                ));
            }
            let pictures = read(&received);
            let expected = (4..28).map(|number| (picture(number, false).temporal, number));
            let mut expected: Vec<_> = expected.filter(|it| it.0 <= temporal).collect();
            // Frames refer to others by differences of their numbers: these keep their gaps.
            let moved = pictures[0].1.wrapping_sub(expected[0].1);
            for (_, number) in &mut expected {
                *number = number.wrapping_add(moved);
            }
            assert_eq!(pictures, expected, "{codec:?} {temporal}");
            assert_dense(&received);
            let left_out = 2 * (24 - expected.len() as u64);
            assert_eq!(scene.count(Counter::DropTemporalLayer), left_out);
        }
    }
}

#[test]
fn frames_come_back_where_the_descriptor_lets_them() {
    for codec in [Vp8, H264] {
        let mut scene = viewer_of(0);
        let mut received = Vec::new();
        for number in 4..24 {
            if number == 13 {
                scene.wish(3, 2);
            }
            received.extend(send(
                &mut scene,
                codec,
                picture(number, number == 4),
                usize::MAX,
            ));
        }
        let layers: Vec<_> = read(&received).iter().map(|it| it.0).collect();
        // The next picture of the lowest layer lets all of them begin.
        assert_eq!(layers, [0, 0, 0, 0, 2, 1, 2, 0, 2, 1, 2], "{codec:?}");
    }
}

#[test]
fn what_is_unreadable_hides_no_picture() {
    for codec in [Vp8, H264] {
        let mut scene = viewer_of(0);
        let mut received = Vec::new();
        for number in 4..12 {
            received.extend(send(&mut scene, codec, picture(number, number == 4), 2));
        }
        assert_eq!(received.len(), 16, "{codec:?}");
        let bare = |packet: &Received| packet.descriptor.is_empty();
        assert!(received.iter().all(bare), "nothing that misleads goes on");
    }
}
