//! What the control side is told of each link, in virtual time: loss either way, round trips, silence.

mod support;

use plane::allocation::Priority;
use plane::plane::{Command, Event};
use plane::rtcp::{Packet, Packets, ReceptionBlock, write_receiver_report};
use support::{MID, OPUS, Peer, VP8, World, vp8};

const SLOT_SSRC: u32 = 5_009;

/// What was measured of a transport, the latest last.
fn measured(world: &mut World, of: &Peer) -> Vec<(Option<u8>, Option<u32>, u32)> {
    let told = world.events().into_iter().filter_map(|event| match event {
        Event::LinkMeasured {
            transport,
            fraction_lost,
            round_trip,
            silence,
        } if transport == of.id => Some((fraction_lost, round_trip, silence)),
        _ => None,
    });
    told.collect()
}

#[test]
fn what_a_publisher_loses_is_told_and_what_does_not_change_is_not_told_again() {
    let mut world = World::default();
    let mut speaker = world.connect_publisher(1, 1);
    world.add_microphone(&speaker, 40, 7);
    let path = speaker.path;
    let mut speak = |world: &mut World, seconds: u64, from: u64, lost: fn(u64) -> bool| {
        for number in from..from + seconds * 50 {
            let packet = speaker.rtp(
                OPUS,
                1,
                number,
                number as u32 * 960,
                &[(MID, b"0")],
                b"x",
                0,
            );
            if !lost(number) {
                world.datagram(&path, &packet);
            }
            world.pass(20);
        }
    };
    let who = Peer::publisher(1, 1, path);
    speak(&mut world, 30, 0, |number| number % 10 == 3);
    let told = measured(&mut world, &who);
    let (Some(lost), None, 0) = told[told.len() - 1] else {
        panic!("{told:?}")
    };
    assert!((24..=28).contains(&lost), "{lost} of 256, 25.6 expected");
    assert!(told.len() <= 2, "{told:?}");
    speak(&mut world, 30, 1_500, |_| false);
    let told = measured(&mut world, &who);
    let (Some(0..=2), None, 0) = told[told.len() - 1] else {
        panic!("{told:?}")
    };
}

#[test]
fn what_a_subscriber_reports_is_told_with_its_round_trip() {
    let mut world = World::default();
    let (mut camera, mut viewer) = (world.connect_publisher(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &[]);
    world.add_video_slot(&viewer, 9);
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 2, 2)),
        priority: Priority::Tile,
    });
    let (path, mut told) = (camera.path, Vec::new());
    for number in 0..40u64 {
        let payload = vp8(number as u16, number as u8, number == 0);
        let time = number as u32 * 22_500;
        let packet = camera.rtp(VP8, 7, number, time, &[(MID, b"1")], &payload, 0);
        world.datagram(&path, &packet);
        world.pass(180);
        let (_, rtcp) = viewer.read(&world.sent());
        let reports = rtcp.iter().flat_map(|compound| Packets::new(compound));
        let mut last = None;
        for packet in reports.flatten() {
            if let Packet::SenderReport(info) = packet {
                last = Some(info.compact_ntp());
            }
        }
        // 70 ms later what it tells of the last sender report arrives, as if the way had taken them.
        world.pass(70);
        let block = ReceptionBlock {
            ssrc: SLOT_SSRC,
            fraction_lost: 64,
            last_sender_report: last.unwrap_or_default(),
            delay_since: 0,
            ..ReceptionBlock::default()
        };
        let mut report = [0; 100];
        let len = write_receiver_report(&mut report, 1, &[block]);
        let datagram = viewer.rtcp(&report[..len]);
        world.datagram(&viewer.path.clone(), &datagram);
        told.extend(measured(&mut world, &viewer));
    }
    let (Some(lost), Some(round_trip), 0) = told[told.len() - 1] else {
        panic!("{told:?}")
    };
    assert!((60..=64).contains(&lost), "{lost} of 256");
    assert!((70..250).contains(&round_trip), "{round_trip} ms");
    assert!(told.len() <= 10, "at most once a second: {}", told.len());
    // Nothing more is reported: what is lost now, nobody knows.
    world.pass(20_000);
    let told = measured(&mut world, &viewer);
    assert!(told.iter().any(|(lost, ..)| lost.is_none()), "{told:?}");
}

#[test]
fn silence_is_told_second_by_second_and_that_it_is_over() {
    let mut world = World::default();
    let peer = world.connect_publisher(1, 1);
    world.pass(3_500);
    assert_eq!(measured(&mut world, &peer), [], "as between two checks");
    world.pass(3_500);
    let told = measured(&mut world, &peer);
    let seconds: Vec<_> = told.iter().map(|&(.., silence)| silence).collect();
    assert_eq!(seconds, [4, 5, 6]);
    world.datagram(&peer.path, &peer.check());
    world.pass(1_000);
    assert_eq!(measured(&mut world, &peer), [(None, None, 0)]);
}
