//! Lost packets, in virtual time: asked for, sent again, and never sent twice under one number.

mod support;

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::egress::Format;
use plane::plane::Command;
use plane::rtcp::{Packet, Packets, write_nack};
use plane::rtp::red;
use support::{
    LEVEL, MID, OPUS, Peer, RED, RTX, SEQUENCE, VP8, World, audio_format, video_format, vp8,
};

const CAMERA_SSRC: u32 = 7;
const SLOT_SSRC: u32 = 5_009;
/// What `video_format` makes of it.
const RETRANSMISSION_SSRC: u32 = SLOT_SSRC + 100_000;

/// A camera, and somebody who watches it.
fn watched() -> (World, Peer, Peer) {
    let mut world = World::default();
    let (camera, viewer) = (world.connect_publisher(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &[]);
    world.add_video_slot(&viewer, 9);
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 2, 2)),
        priority: Priority::Tile,
    });
    (world, camera, viewer)
}

fn frame(number: u64) -> Vec<u8> {
    vp8(number as u16, number as u8, number == 0)
}

/// The camera sends frame `number`, of one packet.
fn send(world: &mut World, camera: &mut Peer, number: u64) {
    let (path, time) = (camera.path, number as u32 * 3_000);
    let packet = camera.rtp(
        VP8,
        CAMERA_SSRC,
        number,
        time,
        &[(MID, b"1")],
        &frame(number),
        0,
    );
    world.datagram(&path, &packet);
}

/// The camera sends frame `number` again, as packet `index` of its retransmissions.
fn send_again(world: &mut World, camera: &mut Peer, index: u64, number: u64) {
    let payload = [&(number as u16).to_be_bytes()[..], &frame(number)].concat();
    let (path, time) = (camera.path, number as u32 * 3_000);
    let packet = camera.rtp(
        RTX,
        CAMERA_SSRC + 1,
        index,
        time,
        &[(MID, b"1")],
        &payload,
        0,
    );
    world.datagram(&path, &packet);
}

fn nacks(rtcp: &[Vec<u8>]) -> Vec<u16> {
    let packets = rtcp
        .iter()
        .flat_map(|compound| Packets::new(compound))
        .flatten();
    let nacks = packets.filter_map(|packet| match packet {
        Packet::Nack(nack) => Some(nack.sequences().collect::<Vec<_>>()),
        _ => None,
    });
    nacks.flatten().collect()
}

#[test]
fn what_a_camera_lost_is_asked_for_and_takes_its_place() {
    let (mut world, mut camera, mut viewer) = watched();
    for number in [0, 1, 2, 4] {
        send(&mut world, &mut camera, number);
    }
    assert_eq!(
        nacks(&camera.read(&world.sent()).1),
        [],
        "it may just be late"
    );
    world.pass(10);
    let sent = world.sent();
    assert_eq!(nacks(&camera.read(&sent).1), [3]);
    let (mut received, _) = viewer.read(&sent);
    assert_eq!(received.len(), 0, "all of it came before");
    world.pass(20);
    send_again(&mut world, &mut camera, 0, 3);
    send(&mut world, &mut camera, 5);
    world.pass(300);
    let sent = world.sent();
    assert_eq!(
        nacks(&camera.read(&sent).1),
        [],
        "nothing is missing any more"
    );
    received.extend(viewer.read(&sent).0);
    let late = received
        .iter()
        .find(|packet| packet.payload[8] == 3)
        .unwrap();
    let next = received
        .iter()
        .find(|packet| packet.payload[8] == 5)
        .unwrap();
    assert_eq!(late.sequence.wrapping_add(2), next.sequence);
    assert_eq!(late.timestamp.wrapping_add(6_000), next.timestamp);
    assert_eq!(world.plane.counters().get(Counter::Recovered), 1);
}

#[test]
fn what_has_arrived_is_not_forwarded_again_whoever_sends_it_again() {
    let (mut world, mut camera, mut viewer) = watched();
    for number in [0, 1, 2, 3] {
        send(&mut world, &mut camera, number);
    }
    for index in 0..4 {
        send_again(&mut world, &mut camera, index, index);
    }
    // A publisher whose numbers jump far can make the plane forget what has arrived: no number may go out twice even so.
    send(&mut world, &mut camera, 4_000);
    for index in 0..4 {
        send_again(&mut world, &mut camera, 10 + index, index);
    }
    world.pass(100);
    let (received, _) = viewer.read(&world.sent());
    let mut numbers: Vec<_> = received.iter().map(|packet| packet.sequence).collect();
    let count = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), count, "a number went out twice");
    assert!(world.plane.counters().get(Counter::DropRetransmission) >= 4);
}

#[test]
fn nobody_asks_for_what_nobody_watches() {
    let (mut world, mut camera, _) = watched();
    send(&mut world, &mut camera, 0);
    world.command(Command::Route {
        slot: 9,
        wish: None,
        priority: Priority::Tile,
    });
    for number in [1, 2, 5, 6, 7, 8, 9] {
        send(&mut world, &mut camera, number);
    }
    world.pass(100);
    assert_eq!(nacks(&camera.read(&world.sent()).1), []);
}

#[test]
fn what_never_comes_is_given_up_for_a_keyframe() {
    let (mut world, mut camera, _) = watched();
    for number in [0, 1, 3] {
        send(&mut world, &mut camera, number);
    }
    let (mut asked, mut keyframes) = (0, 0);
    for number in 4..60 {
        world.pass(40);
        send(&mut world, &mut camera, number);
        let (_, rtcp) = camera.read(&world.sent());
        asked += nacks(&rtcp).len();
        let packets = rtcp
            .iter()
            .flat_map(|compound| Packets::new(compound))
            .flatten();
        keyframes += packets
            .filter(|packet| matches!(packet, Packet::KeyframeRequest(_)))
            .count();
    }
    assert!((5..=10).contains(&asked), "{asked}");
    assert!(keyframes >= 1);
}

#[test]
fn what_a_subscriber_lost_is_sent_again_in_a_stream_of_its_own() {
    let (mut world, mut camera, mut viewer) = watched();
    for number in 0..20 {
        send(&mut world, &mut camera, number);
    }
    let (received, _) = viewer.read(&world.sent());
    let lost: Vec<_> = received[5..8]
        .iter()
        .map(|packet| packet.sequence)
        .collect();
    world.pass(30);
    let mut ask = |world: &mut World, sequences: &[u16]| {
        let mut out = [0; 64];
        let (len, _) = write_nack(&mut out, 1, SLOT_SSRC, sequences.iter().copied());
        let nack = viewer.rtcp(&out[..len]);
        world.datagram(&viewer.path.clone(), &nack);
        let (packets, _) = viewer.read(&world.sent());
        packets
            .into_iter()
            .filter(|p| p.ssrc == RETRANSMISSION_SSRC)
            .collect::<Vec<_>>()
    };
    let again = ask(&mut world, &lost);
    assert_eq!(again.len(), 3);
    for (again, original) in again.iter().zip(&received[5..8]) {
        assert_eq!(again.payload[..2], original.sequence.to_be_bytes());
        assert_eq!(again.payload[2..], original.payload);
        assert_eq!(
            (again.timestamp, again.marker),
            (original.timestamp, original.marker)
        );
    }
    assert_eq!(
        again[1].sequence,
        again[0].sequence + 1,
        "numbers of its own"
    );
    assert_eq!(ask(&mut world, &lost), [], "they are on their way");
    world.pass(2_000);
    assert_eq!(ask(&mut world, &lost), [], "too old to be of use");
    assert_eq!(ask(&mut world, &[60_000]), [], "never sent");
    assert_eq!(world.plane.counters().get(Counter::Retransmitted), 3);
    assert_eq!(world.plane.counters().get(Counter::DropNackUnanswered), 7);
}

#[test]
fn a_first_picture_that_a_link_can_not_take_in_time_is_given_up_for_a_later_one() {
    let mut world = World::default();
    let mut viewer = world.connect(2, 2);
    let mut cameras = [1u32, 3].map(|id| {
        let camera = world.connect_publisher(id, id);
        world.add_camera(&camera, 50 + id, &[]);
        world.command(Command::AddVideoSlot {
            slot: id,
            transport: viewer.id,
            format: Format {
                transport_sequence_id: Some(SEQUENCE),
                ..video_format(SLOT_SSRC + id)
            },
        });
        world.command(Command::Route {
            slot: id,
            wish: Some((50 + id, 2, 2)),
            priority: Priority::Tile,
        });
        camera
    });
    // REMB: the link carries 1 Mbit/s. Then come a first keyframe of 350 kB, and one of another camera behind it.
    let remb = viewer.rtcp(b"\x8f\xce\0\x05\0\0\0\x01\0\0\0\0REMB\x01\x0b\xd0\x90\0\0\0\x07");
    world.datagram(&viewer.path.clone(), &remb);
    world.pass(200);
    for (camera, packets) in cameras.iter_mut().zip([320u64, 1]) {
        let path = camera.path;
        for index in 0..packets {
            let head = if index == 0 {
                frame(0)
            } else {
                vec![0x80, 0xE0, 0x80, 0, 0, 0x20, 1]
            };
            let payload = [&head[..], &[0; 1_090]].concat();
            let (marker, ssrc) = (index + 1 == packets, camera.id);
            let packet =
                camera.marked_rtp(marker, VP8, ssrc, index, 0, &[(MID, b"1")], &payload, 0);
            world.datagram(&path, &packet);
        }
    }
    world.pass(300);
    let before = world.sent();
    cameras
        .iter_mut()
        .for_each(|camera| _ = camera.read(&before));
    world.pass(1_500);
    let sent = world.sent();
    assert!(world.plane.counters().get(Counter::DropWaitedTooLong) > 0);
    for camera in &mut cameras {
        let (_, rtcp) = camera.read(&sent);
        let packets = rtcp
            .iter()
            .flat_map(|compound| Packets::new(compound))
            .flatten();
        let asked = packets.filter(|packet| matches!(packet, Packet::KeyframeRequest(_)));
        assert!(asked.count() > 0, "camera {}", camera.id);
    }
}

#[test]
fn lost_voices_come_along_with_later_ones() {
    let mut world = World::default();
    let (mut speaker, mut listener) = (world.connect_publisher(1, 1), world.connect(2, 2));
    world.command(Command::AddGroup { group: 1 });
    world.add_microphone(&speaker, 50, 1);
    world.command(Command::AddAudioSlot {
        slot: 9,
        transport: listener.id,
        format: audio_format(9),
        group: 1,
        seat: 0,
    });
    let mut received = Vec::new();
    for number in 0..40u64 {
        let path = speaker.path;
        // Three of four packets are lost, and each carries the two frames before its own.
        let frame = |number: u64| [number as u8; 20];
        if number < 4 || number % 3 == 0 {
            let mut out = [0; 200];
            let (before, earlier) = (frame(number.wrapping_sub(1)), frame(number.wrapping_sub(2)));
            let all = [(1_920u32, &earlier[..]), (960, &before[..])];
            let along = &all[2 - number.min(2) as usize..];
            let len = red::write(&mut out, OPUS, &frame(number), along).unwrap();
            let extensions: &[(u8, &[u8])] = &[(MID, b"0"), (LEVEL, &[0x80 | 20])];
            let time = number as u32 * 960;
            let packet = speaker.rtp(RED, 3, number, time, extensions, &out[..len], 0);
            world.datagram(&path, &packet);
        }
        world.pass(20);
        received.extend(listener.read(&world.sent()).0);
    }
    let heard: Vec<_> = received.iter().map(|packet| packet.payload[0]).collect();
    assert_eq!(heard, (0..40).collect::<Vec<u8>>());
    for two in received.windows(2) {
        assert_eq!(two[1].sequence, two[0].sequence + 1);
        assert_eq!(two[1].timestamp, two[0].timestamp + 960);
    }
}
