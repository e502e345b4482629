//! The plane as a whole, in virtual time: who gets what, numbered how.

mod support;

use std::collections::HashMap;

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::plane::{Command, Event};
use plane::rtcp::{KeyframeRequest, Packet, Packets, SenderInfo, write_pli, write_sender_report};
use plane::rtp::vp8::Descriptor;
use support::{LEVEL, MID, OPUS, Peer, RID, RTX, Received, VP8, World, audio_format, vp8};

/// Sends one frame of a simulcast layer.
fn frame(world: &mut World, peer: &mut Peer, rid: &str, number: u64, keyframe: bool) {
    let ssrc = 100 + u32::from(rid.as_bytes()[0]);
    let payload = vp8(number as u16, number as u8, keyframe);
    let extensions: &[(u8, &[u8])] = &[(MID, b"1"), (RID, rid.as_bytes())];
    let packet = peer.rtp(
        VP8,
        ssrc,
        1_000 + number,
        77_000 + 3_000 * number as u32,
        extensions,
        &payload,
        0,
    );
    world.datagram(&peer.path.clone(), &packet);
}

fn voice(world: &mut World, peer: &mut Peer, number: u64, level: u8) {
    let packet = peer.rtp(
        OPUS,
        peer.id,
        number,
        960 * number as u32,
        &[(MID, b"0"), (LEVEL, &[0x80 | level])],
        &[9; 20],
        0,
    );
    world.datagram(&peer.path.clone(), &packet);
}

fn keyframe_requests(rtcp: &[Vec<u8>]) -> Vec<u32> {
    rtcp.iter()
        .flat_map(|compound| Packets::new(compound))
        .filter_map(|packet| match packet {
            Some(Packet::KeyframeRequest(KeyframeRequest::Pli { media_ssrc })) => Some(media_ssrc),
            _ => None,
        })
        .collect()
}

fn assert_unbroken(packets: &[Received]) {
    for pair in packets.windows(2) {
        assert_eq!(
            pair[1].sequence,
            pair[0].sequence.wrapping_add(1),
            "no gap, no repetition"
        );
        assert!(
            pair[1]
                .timestamp
                .wrapping_sub(pair[0].timestamp)
                .cast_signed()
                > 0,
            "time goes on"
        );
        let picture = |packet: &Received| {
            Descriptor::parse(&packet.payload)
                .unwrap()
                .picture_id
                .unwrap()
        };
        assert_eq!(
            picture(&pair[1]).value,
            (picture(&pair[0]).value + 1) & 0x7fff
        );
    }
}

#[test]
fn a_slot_waits_for_a_keyframe_which_is_asked_for_once() {
    let mut world = World::default();
    let mut camera = world.connect(1, 1);
    let mut viewers: Vec<_> = (2..32).map(|id| world.connect(id, id)).collect();
    world.add_camera(&camera, 50, &["q", "h", "f"]);
    for viewer in &viewers {
        world.add_video_slot(viewer, viewer.id);
        world.command(Command::Route {
            slot: viewer.id,
            wish: Some((50, 0, 2)),
            priority: Priority::Tile,
        });
    }
    for number in 0..5 {
        frame(&mut world, &mut camera, "q", number, false);
        world.pass(33);
    }
    let sent = world.sent();
    assert!(
        viewers
            .iter_mut()
            .all(|viewer| viewer.read(&sent).0.is_empty())
    );
    assert_eq!(
        keyframe_requests(&camera.read(&sent).1),
        [100 + u32::from(b'q')],
        "thirty wishes, one PLI"
    );

    frame(&mut world, &mut camera, "q", 5, true);
    frame(&mut world, &mut camera, "q", 6, false);
    let sent = world.sent();
    for viewer in &mut viewers {
        let (rtp, _) = viewer.read(&sent);
        assert_eq!(rtp.len(), 2);
        assert!(rtp.iter().all(|packet| packet.ssrc == 5_000 + viewer.id));
        assert_unbroken(&rtp);
    }
    assert!(world.events().contains(&Event::SlotOccupied {
        slot: 2,
        track: Some(50)
    }));
}

#[test]
fn changes_of_person_and_layer_leave_one_unbroken_stream() {
    let mut world = World::default();
    let (mut ayu, mut budi, mut viewer) = (
        world.connect(1, 1),
        world.connect(2, 2),
        world.connect(3, 3),
    );
    world.add_camera(&ayu, 50, &["q", "h"]);
    world.add_camera(&budi, 51, &["q", "h"]);
    world.add_video_slot(&viewer, 9);
    let mut received = Vec::new();
    let mut number = 0;
    for (track, layer) in [(50, 0), (51, 0), (51, 1), (50, 1), (50, 0)] {
        world.command(Command::Route {
            slot: 9,
            wish: Some((track, layer, 2)),
            priority: Priority::Tile,
        });
        for step in 0..10 {
            for rid in ["q", "h"] {
                frame(&mut world, &mut ayu, rid, number, step == 4);
                frame(&mut world, &mut budi, rid, 7_000 + number, step == 4);
            }
            number += 1;
            world.pass(33);
            let sent = world.sent();
            received.extend(viewer.read(&sent).0);
        }
    }
    // Fifty frames, less the four before the first keyframe; at two of the switches the old stream's frame comes
    // before the new one's keyframe of the same moment, and both go out.
    assert_eq!(received.len(), 50 - 4 + 2);
    assert_unbroken(&received);
}

#[test]
fn probes_of_padding_and_retransmissions_are_not_forwarded_and_leave_no_gap() {
    let mut world = World::default();
    let (mut camera, mut viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &[]);
    world.add_video_slot(&viewer, 9);
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 2, 2)),
        priority: Priority::Tile,
    });
    let mut received = Vec::new();
    let mut picture = 0u16;
    for index in 0..60u64 {
        let probe = index > 5 && index % 3 != 0;
        let payload = if probe {
            Vec::new()
        } else {
            vp8(picture, 0, picture == 3)
        };
        picture += u16::from(!probe);
        let path = camera.path;
        let packet = camera.rtp(
            VP8,
            7,
            index,
            3_000 * u32::from(picture),
            &[(MID, b"1")],
            &payload,
            200 * u8::from(probe),
        );
        world.datagram(&path, &packet);
        let packet = camera.rtp(RTX, 8, index, 0, &[(MID, b"1")], &[0, 1, 2, 3], 0);
        world.datagram(&path, &packet);
        world.pass(10);
        let sent = world.sent();
        received.extend(viewer.read(&sent).0);
    }
    assert!(received.len() > 15);
    assert_unbroken(&received);
    assert!(world.plane.counters().get(Counter::DropPadding) > 30);
    assert_eq!(world.plane.counters().get(Counter::DropRetransmission), 60);
}

#[test]
fn a_muted_track_is_not_forwarded_whatever_its_browser_sends() {
    let mut world = World::default();
    let (mut camera, mut viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &[]);
    world.add_video_slot(&viewer, 9);
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 2, 2)),
        priority: Priority::Tile,
    });
    let send = |world: &mut World, camera: &mut Peer, index: u64, keyframe| {
        let packet = camera.rtp(
            VP8,
            7,
            index,
            index as u32 * 3_000,
            &[(MID, b"1")],
            &vp8(index as u16, 0, keyframe),
            0,
        );
        world.datagram(&camera.path.clone(), &packet);
    };
    send(&mut world, &mut camera, 0, false);
    send(&mut world, &mut camera, 1, true);
    world.events();
    world.sent();
    world.command(Command::PauseTrack {
        track: 50,
        paused: true,
    });
    assert_eq!(
        world.events(),
        [Event::SlotOccupied {
            slot: 9,
            track: None
        }]
    );
    (2..20).for_each(|index| send(&mut world, &mut camera, index, true));
    let sent = world.sent();
    assert!(viewer.read(&sent).0.is_empty());
    world.command(Command::PauseTrack {
        track: 50,
        paused: false,
    });
    send(&mut world, &mut camera, 20, false);
    send(&mut world, &mut camera, 21, true);
    let sent = world.sent();
    assert_eq!(viewer.read(&sent).0.len(), 1);
}

/// People in one group, each with a microphone and three audio slots.
fn people(world: &mut World, group: u32, ids: std::ops::Range<u32>) -> Vec<(Peer, Peer)> {
    world.command(Command::AddGroup { group });
    ids.map(|id| {
        let (publisher, subscriber) = (world.connect(id, id), world.connect(id + 500, id));
        world.add_microphone(&publisher, id, group);
        for seat in 0..3 {
            world.command(Command::AddAudioSlot {
                slot: id * 10 + u32::from(seat),
                transport: subscriber.id,
                format: audio_format(id * 10 + u32::from(seat)),
                group,
                seat,
            });
        }
        (publisher, subscriber)
    })
    .collect()
}

#[test]
fn the_loudest_three_are_heard_by_all_but_themselves_and_by_no_other_room() {
    let mut world = World::default();
    let mut here = people(&mut world, 900, 1..9);
    let mut elsewhere = people(&mut world, 901, 11..13);
    let mut heard = vec![0; 8];
    for number in 0..150 {
        for (publisher, _) in &mut here {
            let level = if publisher.id <= 3 { 20 } else { 80 };
            voice(&mut world, publisher, number, level);
        }
        world.pass(20);
        let sent = world.sent();
        for (i, (_, subscriber)) in here.iter_mut().enumerate() {
            let (rtp, _) = subscriber.read(&sent);
            heard[i] += rtp.len();
        }
        for (_, subscriber) in &mut elsewhere {
            assert!(
                subscriber.read(&sent).0.is_empty(),
                "not a packet crosses rooms"
            );
        }
    }
    assert_eq!(heard[..3], [300; 3], "a speaker hears the two others");
    assert!(
        heard[3..].iter().all(|&packets| packets == 450),
        "{heard:?}"
    );
    let seats: Vec<_> = world
        .events()
        .into_iter()
        .filter(|e| matches!(e, Event::Seats { .. }))
        .collect();
    assert!(
        seats
            .iter()
            .all(|event| matches!(event, Event::Seats { group: 900, .. }))
    );
}

#[test]
fn voices_come_and_go_in_the_seats_without_a_gap_for_anybody() {
    let mut world = World::default();
    let mut here = people(&mut world, 900, 1..7);
    let mut next: HashMap<u32, u16> = HashMap::new();
    for number in 0..3_000u64 {
        // Who speaks changes every half second; once in a while somebody is muted for a moment.
        let turn = (number / 25) as u32;
        let muted = 1 + turn % 6;
        if number % 100 == 40 || number % 100 == 60 {
            world.command(Command::PauseTrack {
                track: muted,
                paused: number % 100 == 40,
            });
        }
        for (publisher, _) in &mut here {
            let loud = (turn * 7 + publisher.id * 3) % 6 < 2;
            voice(&mut world, publisher, number, if loud { 20 } else { 90 });
        }
        world.pass(20);
        let sent = world.sent();
        for (_, subscriber) in &mut here {
            for packet in subscriber.read(&sent).0 {
                let expected = next
                    .insert(packet.ssrc, packet.sequence.wrapping_add(1))
                    .unwrap_or(packet.sequence);
                assert_eq!(packet.sequence, expected, "slot {}", packet.ssrc);
            }
        }
    }
    assert_eq!(next.len(), 18, "every slot of everybody was heard");
}

#[test]
fn what_comes_late_of_a_voice_begins_no_seat() {
    let mut world = World::default();
    let mut here = people(&mut world, 900, 1..7);
    let mut next: HashMap<u32, u16> = HashMap::new();
    for number in 0..2_000u64 {
        // Four of six take turns in three seats. Of the first, whose link is bad, every fifth packet comes two seconds late.
        let turn = number / 75;
        for (publisher, _) in &mut here {
            let loud = (turn + u64::from(publisher.id)) % 6 < 4;
            let is_late = publisher.id == 1 && number % 5 == 0;
            if !is_late {
                voice(&mut world, publisher, number, if loud { 20 } else { 90 });
            }
        }
        if number % 5 == 0 && number >= 100 {
            voice(&mut world, &mut here[0].0, number - 100, 20);
        }
        world.pass(20);
        let sent = world.sent();
        for (_, subscriber) in &mut here {
            for packet in subscriber.read(&sent).0 {
                let newest = next.entry(packet.ssrc).or_insert(packet.sequence);
                let step = packet.sequence.wrapping_sub(*newest).cast_signed();
                assert!(step <= 2, "a gap of {step} in slot {}", packet.ssrc);
                *newest = newest.wrapping_add(step.max(0).cast_unsigned());
            }
        }
    }
}

#[test]
fn a_viewer_that_lost_the_picture_gets_a_keyframe_and_a_flood_of_requests_does_not() {
    let mut world = World::default();
    let (mut camera, mut viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &[]);
    world.add_video_slot(&viewer, 9);
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 2, 2)),
        priority: Priority::Tile,
    });
    let mut requests = 0;
    for index in 0..200u64 {
        let packet = camera.rtp(
            VP8,
            7,
            index,
            index as u32 * 3_000,
            &[(MID, b"1")],
            &vp8(index as u16, 0, index % 20 == 5),
            0,
        );
        world.datagram(&camera.path.clone(), &packet);
        let mut pli = [0; 12];
        write_pli(&mut pli, 1, 5_009);
        let pli = viewer.rtcp(&pli);
        world.datagram(&viewer.path.clone(), &pli);
        world.pass(10);
        let sent = world.sent();
        requests += keyframe_requests(&camera.read(&sent).1).len();
    }
    assert!(
        (3..=5).contains(&requests),
        "{requests} requests in two seconds"
    );
}

#[test]
fn reports_place_a_slot_on_the_planes_clock_and_publishers_get_feedback() {
    let mut world = World::default();
    let (mut camera, mut viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &[]);
    world.add_video_slot(&viewer, 9);
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 2, 2)),
        priority: Priority::Tile,
    });
    let (mut reports, mut feedback, mut receptions) = (Vec::new(), 0, 0);
    let mut last_packet = None;
    for index in 0..100u64 {
        let path = camera.path;
        let timestamp = index as u32 * 2_700;
        let payload = vp8(index as u16, 0, index == 1);
        let packet = camera.rtp(VP8, 7, index, timestamp, &[(MID, b"1")], &payload, 0);
        world.datagram(&path, &packet);
        if index % 30 == 0 {
            let mut out = [0; 64];
            let ntp = ((4_000_000_000 + index * 30 / 1_000) << 32)
                | ((index * 30 % 1_000) * (1 << 32) / 1_000);
            let info = SenderInfo {
                ssrc: 7,
                ntp,
                rtp_timestamp: timestamp,
                packets: 0,
                octets: 0,
            };
            let len = write_sender_report(&mut out, &info);
            let report = camera.rtcp(&out[..len]);
            world.datagram(&path, &report);
        }
        let at = world.now;
        world.pass(30);
        let sent = world.sent();
        let (rtp, rtcp) = viewer.read(&sent);
        last_packet = rtp
            .last()
            .map(|packet| (at, packet.timestamp))
            .or(last_packet);
        for packet in rtcp
            .iter()
            .flat_map(|compound| Packets::new(compound))
            .flatten()
        {
            if let Packet::SenderReport(info) = packet {
                let (at, timestamp) = last_packet.unwrap();
                let ahead = i64::from(info.rtp_timestamp.wrapping_sub(timestamp).cast_signed());
                let elapsed = world.now.since(at).micros().cast_signed() * 90 / 1_000;
                reports.push(ahead - elapsed);
            }
        }
        for compound in camera.read(&sent).1 {
            feedback += usize::from(compound[1] == 205 && compound[0] & 0x1f == 15);
            receptions += usize::from(compound[1] == 201);
        }
    }
    assert!(reports.len() >= 2);
    assert!(
        reports.iter().all(|ticks| ticks.abs() <= 60 * 90),
        "within 60 ms: {reports:?}"
    );
    assert!((25..=31).contains(&feedback), "every 100 ms: {feedback}");
    assert!((2..=4).contains(&receptions));
}

#[test]
fn nobody_takes_an_address_that_is_in_use() {
    let mut world = World::default();
    let (mut camera, viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &[]);
    world.sent();
    // The viewer's own, authentic check, with the camera's address forged as its source.
    world.datagram(&camera.path, &viewer.check());
    assert!(world.sent().is_empty());
    assert_eq!(world.plane.counters().get(Counter::DropAddressTaken), 1);
    let packet = camera.rtp(VP8, 7, 1, 0, &[(MID, b"1")], &vp8(0, 0, true), 0);
    world.datagram(&camera.path, &packet);
    assert_eq!(world.plane.counters().get(Counter::RtpReceived), 1);
}

#[test]
fn a_keyframe_whose_beginning_was_lost_is_asked_for_again() {
    let mut world = World::default();
    let (mut camera, viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &[]);
    world.add_video_slot(&viewer, 9);
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 2, 2)),
        priority: Priority::Tile,
    });
    let mut requests = 0;
    for index in 0..100u64 {
        let path = camera.path;
        let packet = camera.rtp(
            VP8,
            7,
            index,
            0,
            &[(MID, b"1")],
            &vp8(index as u16, 0, false),
            0,
        );
        world.datagram(&path, &packet);
        world.pass(20);
        let sent = world.sent();
        requests += keyframe_requests(&camera.read(&sent).1).len();
    }
    assert!(
        (4..=5).contains(&requests),
        "{requests} requests in two seconds"
    );
}

#[test]
fn a_silent_transport_is_told_dead_once_and_a_removed_one_gets_nothing() {
    let mut world = World::default();
    let viewer = world.connect(1, 1);
    world.events();
    world.pass(29_000);
    assert!(!world.events().contains(&Event::Dead { transport: 1 }));
    world.pass(31_000);
    let events = world.events();
    let told = |event: &&Event| **event == Event::Dead { transport: 1 };
    assert_eq!(events.iter().filter(told).count(), 1);
    assert!(
        events.last().as_ref().is_some_and(told),
        "and nothing after it"
    );
    world.command(Command::RemoveTransport { transport: 1 });
    world.sent();
    world.datagram(&viewer.path, &viewer.check());
    assert!(world.sent().is_empty());
    assert_eq!(world.plane.counters().get(Counter::DropStunUnknownUfrag), 1);
}

#[test]
fn removing_and_adding_leaves_nothing_behind() {
    let mut world = World::default();
    for round in 0..20u32 {
        let base = 1 + round * 10;
        world.command(Command::AddGroup {
            group: 5_000 + round,
        });
        let (mut camera, viewer) = (world.connect(base, base), world.connect(base + 1, base + 1));
        world.add_camera(&camera, base, &[]);
        world.add_microphone(&camera, base + 1, 5_000 + round);
        world.add_video_slot(&viewer, base);
        world.command(Command::Route {
            slot: base,
            wish: Some((base, 0, 2)),
            priority: Priority::Tile,
        });
        for index in 0..3 {
            let packet = camera.rtp(
                VP8,
                7,
                index,
                0,
                &[(MID, b"1")],
                &vp8(index as u16, 0, index == 1),
                0,
            );
            world.datagram(&camera.path.clone(), &packet);
        }
        assert!(world.events().contains(&Event::SlotOccupied {
            slot: base,
            track: Some(base)
        }));
        world.command(Command::RemoveTransport { transport: base });
        assert!(world.events().contains(&Event::SlotOccupied {
            slot: base,
            track: None
        }));
        world.command(Command::RemoveTransport {
            transport: base + 1,
        });
        world.command(Command::RemoveGroup {
            group: 5_000 + round,
        });
    }
    assert_eq!(
        world.plane.deadline(),
        None,
        "an empty plane has nothing to wait for"
    );
}
