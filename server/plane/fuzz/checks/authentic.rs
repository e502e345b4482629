//! The whole plane under whatever an authenticated but hostile publisher or subscriber may send: RTP and RTCP of any content.

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::egress::Format;
use plane::plane::Command;
use plane::track::MediaKind;

use crate::support::{
    AV1, DEPENDENCIES, H264, LEVEL, MID, OPUS, RED, RID, RTX, SEQUENCE, VP8, VP9, World,
    any_video_format, audio_format,
};

/// Returns whether anything was forwarded.
pub fn check(packets: Vec<(u8, u16, u32, u8, Vec<u8>)>) -> bool {
    let mut world = World::default();
    let (mut camera, mut viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.command(Command::AddGroup { group: 3 });
    world.add_camera(&camera, 50, &["q", "h"]);
    // All layers of this one come in one stream.
    world.add_camera_in(&camera, 52, "2", &[]);
    world.command(Command::AddVideoSlot {
        slot: 10,
        transport: viewer.id,
        format: any_video_format(10),
    });
    world.command(Command::Route {
        slot: 10,
        wish: Some((52, 1, 1)),
        priority: Priority::Tile,
    });
    world.add_microphone(&camera, 51, 3);
    world.command(Command::AddVideoSlot {
        slot: 9,
        transport: viewer.id,
        // It reports on each packet, or what it sends passes for that.
        format: Format {
            transport_sequence_id: Some(SEQUENCE),
            ..any_video_format(9)
        },
    });
    world.command(Command::AddAudioSlot {
        slot: 8,
        transport: viewer.id,
        format: audio_format(8),
        group: 3,
        seat: 0,
    });
    // The sound of a screen.
    world.command(Command::AddTrack {
        track: 53,
        transport: camera.id,
        mid: "3".into(),
        kind: MediaKind::Audio,
        rids: Vec::new(),
        group: None,
    });
    world.command(Command::AddRoutedAudioSlot {
        slot: 11,
        transport: viewer.id,
        format: audio_format(11),
    });
    world.command(Command::Route {
        slot: 11,
        wish: Some((53, 0, 0)),
        priority: Priority::Screen,
    });
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 1, 2)),
        priority: Priority::Tile,
    });
    for (kind, sequence, timestamp, padding, body) in packets {
        let body = &body[..body.len().min(1_300)];
        let from_viewer = kind % 14 == 5 && body.len() >= 8;
        let path = if from_viewer {
            viewer.path
        } else {
            camera.path
        };
        let codec = [VP8, H264, VP9, AV1][usize::from(kind / 7 % 4)];
        let is_sound = kind / 14 % 2 == 1;
        let datagram = match kind % 7 {
            _ if from_viewer => viewer.rtcp(&body[..body.len() / 4 * 4]),
            0 => camera.rtp(
                OPUS,
                if is_sound { 10 } else { 1 },
                sequence.into(),
                timestamp,
                &[
                    (MID, if is_sound { b"3" } else { b"0" }),
                    (LEVEL, &[padding]),
                ],
                body,
                padding,
            ),
            1 => camera.rtp(
                RTX,
                2,
                sequence.into(),
                timestamp,
                &[(MID, b"1")],
                body,
                padding,
            ),
            2 if body.len() >= 8 => camera.rtcp(&body[..body.len() / 4 * 4]),
            6 => camera.rtp(
                RED,
                1,
                sequence.into(),
                timestamp,
                &[(MID, b"0"), (LEVEL, &[padding])],
                body,
                0,
            ),
            5 => {
                let (descriptor, body) = body.split_at(body.len().min(usize::from(padding)));
                let extensions: &[(u8, &[u8])] = &[(MID, b"2"), (DEPENDENCIES, descriptor)];
                camera.rtp(codec, 9, sequence.into(), timestamp, extensions, body, 0)
            }
            3 => camera.rtp(
                codec,
                3 + u32::from(padding),
                sequence.into(),
                timestamp,
                &[(MID, b"1"), (RID, b"h")],
                body,
                0,
            ),
            _ => camera.rtp(
                codec,
                3,
                sequence.into(),
                timestamp,
                &[(MID, b"1"), (RID, b"q")],
                body,
                padding,
            ),
        };
        world.datagram(&path, &datagram);
        world.pass(7);
        let sent = world.sent();
        // Whatever comes out is authentic, new to its receiver (SRTP's replay check), and well-formed.
        viewer.read(&sent);
    }
    world.plane.counters().get(Counter::Forwarded) > 0
}
