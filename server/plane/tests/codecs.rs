//! H.264, VP9 and AV1 in virtual time: switched, filtered by layers, and changed amid a stream.

mod support;

use plane::counters::Counter;
use plane::egress::{Agreed, Format, VideoCodecs};
use plane::plane::{Command, Event};
use plane::rtcp::write_nack;
use plane::rtp::VideoCodec::{Av1, H264, Vp8, Vp9};
use plane::rtp::dependency_descriptor::Reader;
use plane::rtp::{VideoCodec, vp9};
use proptest::prelude::*;
use support::pictures::Picture;
use support::scene::{SLOT, SLOT_SSRC, Scene, TRACK, assert_dense, payload_type};
use support::{Received, any_video_format, video_format};

/// The marker ends each picture, and stands nowhere else.
fn assert_marked(packets: &[Received]) {
    for pair in packets.windows(2) {
        let ends = pair[0].timestamp != pair[1].timestamp;
        assert_eq!(pair[0].marker, ends, "{pair:?}");
    }
    assert!(packets.last().unwrap().marker);
}

/// Spatial layer, temporal layer and number of each packet, by what its receiver reads.
fn read(codec: VideoCodec, packets: &[Received]) -> Vec<(u8, u8, u16)> {
    let mut reader = Reader::default();
    let layers = |packet: &Received| match codec {
        Vp9 => {
            let vp9 = vp9::Descriptor::parse(&packet.payload).unwrap();
            let number = vp9.picture_id.unwrap().value;
            (vp9.spatial_layer, vp9.temporal_layer, number)
        }
        Av1 => {
            let av1 = reader.read(&packet.descriptor).expect("a known structure");
            (av1.spatial_layer, av1.temporal_layer, av1.frame_number)
        }
        _ => (0, 0, 0),
    };
    packets.iter().map(layers).collect()
}

#[test]
fn changes_of_layer_leave_one_unbroken_stream_in_every_codec() {
    for codec in [Vp8, H264, Vp9, Av1] {
        let mut scene = Scene::new(&["q", "h"], any_video_format(SLOT_SSRC));
        let mut received = Vec::new();
        for number in 0..50u16 {
            scene.wish((number / 10 % 2) as u8, 3);
            for (rid, offset) in [("q", 0), ("h", 7_000)] {
                let picture = Picture {
                    number: number + offset,
                    ..Picture::plain(number, number % 10 == 4)
                };
                scene.send(codec, rid, picture);
            }
            scene.world.pass(33);
            received.extend(scene.received());
        }
        // Less those before the first keyframe; twice on the way up the lower layer's frame goes out with the new one's.
        assert_eq!(received.len(), 2 * (50 - 4 + 2), "{codec:?}");
        assert_eq!(scene.count(Counter::SlotSwitches), 5, "{codec:?}");
        assert_dense(&received);
        assert_marked(&received);
        let types = |packet: &Received| packet.payload_type == payload_type(codec);
        assert!(received.iter().all(types));
        let numbers: Vec<_> = read(codec, &received).iter().map(|it| it.2).collect();
        for frames in numbers.chunks(2).collect::<Vec<_>>().windows(2) {
            let step = u16::from(matches!(codec, Vp9 | Av1));
            assert_eq!(frames[1], [frames[0][0].wrapping_add(step); 2], "{codec:?}");
        }
    }
}

#[test]
fn of_three_by_three_layers_everybody_gets_just_those_of_use() {
    for codec in [Vp9, Av1] {
        for (spatial, temporal) in (0..3).flat_map(|s| (0..3).map(move |t| (s, t))) {
            let mut scene = Scene::new(&[], any_video_format(SLOT_SSRC));
            scene.wish(spatial, temporal);
            let mut expected = Vec::new();
            for number in 4..28u16 {
                let picture = Picture::layered(number, number == 4);
                scene.send(codec, "", picture);
                scene.world.pass(33);
                for packet in picture.packets(codec) {
                    if packet.spatial <= spatial && packet.temporal <= temporal {
                        let own = match codec {
                            Av1 => picture.frame_number(packet.spatial),
                            _ => number,
                        };
                        expected.push((packet.spatial, packet.temporal, own));
                    }
                }
            }
            let received = scene.received();
            let layers = read(codec, &received);
            // Numbers are moved by a constant: what is left out leaves a gap.
            let moved = layers[0].2.wrapping_sub(expected[0].2);
            for packet in &mut expected {
                packet.2 = packet.2.wrapping_add(moved);
            }
            assert_eq!(layers, expected, "{codec:?} {spatial} {temporal}");
            assert_dense(&received);
            assert_marked(&received);
            let left_out = 24 * 6 - expected.len() as u64;
            let counted =
                scene.count(Counter::DropSpatialLayer) + scene.count(Counter::DropTemporalLayer);
            assert_eq!(counted, left_out);
        }
    }
}

/// The layers of each picture that goes out while wishes change: (spatial, temporal) of its last packet.
fn with_wishes(
    scene: &mut Scene,
    codec: VideoCodec,
    pictures: &[(Picture, Option<(u8, u8)>)],
) -> Vec<(u8, u8)> {
    let mut received = Vec::new();
    for (picture, wish) in pictures {
        let packets = picture.packets(codec);
        for (at, packet) in packets.iter().enumerate() {
            // In the middle of a picture.
            if let Some((spatial, temporal)) = wish.filter(|_| at == 2) {
                scene.wish(spatial, temporal);
            }
            let datagram = scene.protect(codec, "", picture.number, packet);
            scene.deliver(&datagram);
            scene.world.pass(2);
        }
        scene.world.pass(20);
        received.extend(scene.received());
    }
    assert_dense(&received);
    assert_marked(&received);
    let layers = read(codec, &received);
    let packets = received.iter().zip(layers);
    let last = packets.filter(|(packet, _)| packet.marker);
    last.map(|(_, (spatial, temporal, _))| (spatial, temporal))
        .collect()
}

#[test]
fn sharper_pictures_wait_for_a_keyframe_and_coarser_ones_come_with_the_next_picture() {
    for codec in [Vp9, Av1] {
        let mut scene = Scene::of_everything();
        let picture = |number| Picture {
            temporal: 0,
            ..Picture::layered(number, number == 0 || number == 6)
        };
        let layers = with_wishes(
            &mut scene,
            codec,
            &[
                (picture(0), None),
                (picture(1), Some((1, 2))),
                (picture(2), None),
                (picture(3), Some((0, 2))),
                (picture(4), Some((2, 2))),
                (picture(5), None),
                (picture(6), None),
                (picture(7), None),
            ],
        );
        let spatial: Vec<_> = layers.iter().map(|layers| layers.0).collect();
        assert_eq!(spatial, [2, 2, 1, 1, 0, 0, 2, 2], "{codec:?}");
    }
}

#[test]
fn a_keyframe_is_asked_for_when_nothing_else_brings_the_layers_that_are_wanted() {
    for codec in [Vp9, Av1] {
        let mut scene = Scene::of_everything();
        scene.wish(0, 2);
        scene.send(codec, "", Picture::layered(0, true));
        scene.world.pass(33);
        scene.received();
        scene.keyframes_asked_for();
        scene.wish(1, 2);
        for number in 1..60 {
            scene.send(codec, "", Picture::layered(number, false));
            scene.world.pass(33);
        }
        scene.received();
        assert!(scene.keyframes_asked_for() > 0, "{codec:?}");
        scene.send(codec, "", Picture::layered(60, true));
        scene.world.pass(3_000);
        let received = scene.received();
        assert_eq!(read(codec, &received).last().unwrap().0, 1);
        assert_eq!(scene.keyframes_asked_for(), 0);
    }
}

#[test]
fn more_frames_a_second_come_where_the_stream_allows_it_and_without_a_keyframe() {
    for codec in [Vp9, Av1] {
        let mut scene = Scene::of_everything();
        let picture = |number: u16| Picture {
            switch_up: number == 8,
            ..Picture::layered(number, number == 0)
        };
        let mut pictures: Vec<_> = (0..16).map(|number| (picture(number), None)).collect();
        pictures[0].1 = Some((2, 0));
        pictures[5].1 = Some((2, 2));
        let layers = with_wishes(&mut scene, codec, &pictures);
        let temporal: Vec<_> = layers.iter().map(|layers| layers.1).collect();
        // 0, 4, and from 8 on all.
        assert_eq!(temporal, [0, 0, 0, 2, 1, 2, 0, 2, 1, 2], "{codec:?}");
        assert_eq!(scene.keyframes_asked_for(), 0, "{codec:?}");
    }
}

#[test]
fn a_spatial_layer_of_vp9_that_starts_amid_the_stream_is_taken_at_its_first_frame() {
    let mut scene = Scene::of_everything();
    let mut received = Vec::new();
    for number in 0..6u16 {
        let picture = Picture {
            spatial: if number < 3 { 1 } else { 2 },
            ..Picture::plain(number, number == 0)
        };
        for (at, mut packet) in picture.packets(Vp9).into_iter().enumerate() {
            if number == 3 && at >= 2 {
                packet.payload[0] &= !0x40; // predicted from the layer below alone
            }
            let datagram = scene.protect(Vp9, "", number, &packet);
            scene.deliver(&datagram);
        }
        if number == 0 {
            // Everything was wished: the stream had no more.
            scene.world.pass(1);
        }
        scene.world.pass(33);
        received.extend(scene.received());
    }
    assert_eq!(received.len(), 3 * 2 + 3 * 4);
    assert_dense(&received);
    assert_marked(&received);
}

#[test]
fn one_stream_changes_its_codec_and_the_slot_goes_on_at_a_keyframe_of_the_new_one() {
    let mut scene = Scene::of_everything();
    let mut received = Vec::new();
    let mut number = 0;
    for (codec, keyframe_at) in [(Vp8, 0), (H264, 0), (Av1, 3), (Vp9, 0), (Vp8, 2)] {
        for at in 0..10 {
            scene.send(codec, "", Picture::plain(number, at == keyframe_at));
            number += 1;
            scene.world.pass(33);
            let new = scene.received();
            assert_eq!(
                new.len(),
                if at < keyframe_at { 0 } else { 2 },
                "{codec:?} {at}"
            );
            received.extend(new);
        }
    }
    assert_dense(&received);
    for pair in received.windows(2) {
        let step = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert!(step.cast_signed() >= 0, "time goes on");
    }
    let mut types: Vec<_> = received.iter().map(|packet| packet.payload_type).collect();
    types.dedup();
    assert_eq!(types, [Vp8, H264, Av1, Vp9, Vp8].map(payload_type));
    // It was the same person all the time.
    let occupied = |event: &Event| matches!(event, Event::SlotOccupied { track: None, .. });
    assert!(!scene.world.events().iter().any(occupied));
}

#[test]
fn what_is_sent_again_has_the_payload_type_and_the_descriptor_of_its_time() {
    let mut scene = Scene::of_everything();
    scene.send(Av1, "", Picture::layered(0, true));
    scene.world.pass(300);
    scene.send(Vp9, "", Picture::layered(1, true));
    let received = scene.received();
    let sequences: Vec<_> = received.iter().map(|packet| packet.sequence).collect();
    let mut out = [0; 64];
    let (len, _) = write_nack(&mut out, 1, SLOT_SSRC, sequences);
    let nack = scene.viewer.rtcp(&out[..len]);
    let path = scene.viewer.path;
    scene.world.datagram(&path, &nack);
    let again = scene.received();
    assert_eq!(again.len(), 12);
    for (again, first) in again.iter().zip(&received) {
        assert_eq!(again.payload_type, first.payload_type + 1);
        assert_eq!(again.payload[..2], first.sequence.to_be_bytes());
        assert_eq!(again.payload[2..], first.payload);
        assert_eq!(again.descriptor, first.descriptor);
        assert_eq!(again.marker, first.marker);
    }
    assert!(received[0].descriptor.len() > 16, "the two-byte form");
}

#[test]
fn who_takes_vp8_alone_gets_nothing_else_and_asks_for_no_keyframes() {
    let mut scene = Scene::new(&[], any_video_format(SLOT_SSRC));
    scene.world.command(Command::RestrictSubscriber {
        transport: scene.viewer.id,
        agreed: Agreed {
            transport_feedback: true,
            retransmission: true,
            redundancy: true,
            video_codecs: [Vp8].into_iter().collect::<VideoCodecs>(),
            dependency_descriptor: false,
        },
    });
    scene.wish(3, 3);
    for number in 0..60 {
        scene.send(H264, "", Picture::plain(number, number % 20 == 0));
        scene.world.pass(33);
    }
    assert_eq!(scene.received(), []);
    assert_eq!(scene.keyframes_asked_for(), 0);
    assert_eq!(scene.count(Counter::DropCodecRefused), 2 * 60);
    // The stream goes on in VP8, and then in what the viewer does not take.
    scene.world.events();
    scene.send(Vp8, "", Picture::plain(60, true));
    assert_eq!(scene.received().len(), 2);
    scene.world.pass(300);
    scene.send(Vp9, "", Picture::plain(70, true));
    scene.world.pass(300);
    assert_eq!(scene.received(), []);
    let occupied = |track| Event::SlotOccupied { slot: SLOT, track };
    assert_eq!(
        scene.world.events(),
        [occupied(Some(TRACK)), occupied(None)]
    );
}

#[test]
fn of_layers_in_several_codecs_a_slot_shows_the_best_that_its_subscriber_takes() {
    let mut scene = Scene::new(&["q", "h"], video_format(SLOT_SSRC));
    scene.wish(1, 3);
    for number in 0..10 {
        scene.send(Vp8, "q", Picture::plain(number, number % 5 == 0));
        scene.send(Av1, "h", Picture::plain(number, number % 5 == 0));
        scene.world.pass(33);
    }
    let received = scene.received();
    assert_eq!(received.len(), 20);
    assert!(
        received
            .iter()
            .all(|packet| packet.payload_type == support::VP8)
    );
}

#[test]
fn the_descriptor_goes_to_those_alone_who_agreed_on_it() {
    let format = Format {
        dependency_descriptor_id: None,
        ..any_video_format(SLOT_SSRC)
    };
    let mut scene = Scene::new(&[], format);
    scene.wish(0, 0);
    for number in 0..8 {
        scene.send(Av1, "", Picture::layered(number, number == 0));
    }
    let received = scene.received();
    assert_eq!(received.len(), 2 * 2, "the lowest layer of two pictures");
    assert!(received.iter().all(|packet| packet.descriptor.is_empty()));
    assert_dense(&received);
    assert_marked(&received);
}

#[test]
fn av1_goes_without_a_descriptor_too_and_vp8_never_takes_one_along() {
    let mut scene = Scene::of_everything();
    for number in 0..6 {
        for mut packet in Picture::plain(number, number == 2).packets(Av1) {
            packet.descriptor.clear();
            let datagram = scene.protect(Av1, "", number, &packet);
            scene.deliver(&datagram);
        }
        scene.world.pass(33);
    }
    assert_eq!(scene.received().len(), 4 * 2);
    scene.world.pass(300);
    for mut packet in Picture::plain(10, true).packets(Vp8) {
        packet.descriptor = vec![0xC0, 0, 10];
        let datagram = scene.protect(Vp8, "", 10, &packet);
        scene.deliver(&datagram);
    }
    let received = scene.received();
    assert_eq!(received.len(), 2);
    assert!(received.iter().all(|packet| packet.descriptor.is_empty()));
}

#[test]
fn a_descriptor_whose_structure_was_lost_is_not_forwarded_and_a_keyframe_is_asked_for() {
    let mut scene = Scene::of_everything();
    for number in 5..8 {
        scene.send(Av1, "", Picture::layered(number, false));
    }
    scene.world.pass(60);
    assert_eq!(scene.received(), []);
    assert_eq!(scene.count(Counter::DropStructureUnknown), 3 * 6);
    assert!(scene.keyframes_asked_for() > 0);
    scene.send(Av1, "", Picture::layered(8, true));
    assert_eq!(scene.received().len(), 6);
}

#[derive(Clone, Copy, Debug)]
struct Step {
    codec: usize,
    wish: (u8, u8),
    keyframe: bool,
    /// Which of its packets are lost, and which two change places.
    lost: u8,
    swapped: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let wish = (0u8..3, 0u8..3);
    (0usize..40, wish, 0u8..5, 0u8..64, 0u8..4).prop_map(
        |(codec, wish, keyframe, lost, swapped)| Step {
            // Mostly as before.
            codec,
            wish,
            keyframe: keyframe == 0,
            lost: if lost < 6 { 1 << lost } else { 0 },
            swapped: swapped == 0,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Unique: the viewer's SRTP takes no number twice. Dense: only what the camera's own link lost is missing.
    #[test]
    fn whatever_comes_outgoing_numbers_are_unique_and_dense(steps in proptest::collection::vec(step(), 10..60)) {
        let mut scene = Scene::of_everything();
        let mut codec = Vp9;
        let (mut lost, mut early) = (0, 0);
        let mut received = Vec::new();
        for (number, step) in (0u16..).zip(&steps) {
            if step.codec < 4 {
                codec = [Vp8, H264, Vp9, Av1][step.codec];
            }
            scene.wish(step.wish.0, step.wish.1);
            let picture = match codec {
                Vp9 | Av1 => Picture { switch_up: true, ..Picture::layered(number, step.keyframe) },
                _ => Picture::plain(number, step.keyframe),
            };
            let packets = picture.packets(codec);
            let mut datagrams: Vec<_> = packets
                .iter()
                .map(|packet| scene.protect(codec, "", number, packet))
                .collect();
            if step.swapped {
                datagrams.swap(0, 1);
                // Where the slot goes over at this keyframe, what came before its first packet is not forwarded.
                early += usize::from(step.keyframe);
            }
            for (at, datagram) in datagrams.iter().enumerate() {
                if step.lost >> at & 1 == 0 {
                    scene.deliver(datagram);
                } else {
                    lost += 1;
                }
            }
            scene.world.pass(33);
            received.extend(scene.received().into_iter().map(|packet| packet.sequence));
        }
        // They count up from what they began with, and come back to it only after 2^16.
        if let Some(&first) = received.first() {
            let steps: Vec<_> = received.iter().map(|sequence| sequence.wrapping_sub(first).cast_signed()).collect();
            let (low, high) = (steps.iter().min().unwrap(), steps.iter().max().unwrap());
            let missing = usize::try_from(high - low + 1).unwrap() - steps.len();
            // AV1 without its structure is as good as lost.
            let lost = lost + scene.count(Counter::DropStructureUnknown) as usize;
            prop_assert!(missing <= lost + early, "{missing} missing, {lost} lost, {early} early");
        }
    }
}
