//! The whole plane under whatever an authenticated but hostile publisher may send: RTP and RTCP of any content.
#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;
use plane::plane::Command;
use support::{LEVEL, MID, OPUS, RID, RTX, VP8, World};

fuzz_target!(|packets: Vec<(u8, u16, u32, u8, Vec<u8>)>| {
    let mut world = World::default();
    let (mut camera, mut viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.command(Command::AddGroup { group: 3 });
    world.add_camera(&camera, 50, &["q", "h"]);
    world.add_microphone(&camera, 51, 3);
    world.add_video_slot(&viewer, 9);
    world.command(Command::Route { slot: 9, wish: Some((50, 1, 2)) });
    for (kind, sequence, timestamp, padding, body) in packets {
        let body = &body[..body.len().min(1_300)];
        let path = camera.path;
        let datagram = match kind % 5 {
            0 => camera.rtp(OPUS, 1, sequence.into(), timestamp, &[(MID, b"0"), (LEVEL, &[padding])], body, padding),
            1 => camera.rtp(RTX, 2, sequence.into(), timestamp, &[(MID, b"1")], body, padding),
            2 if body.len() >= 8 => camera.rtcp(&body[..body.len() / 4 * 4]),
            3 => camera.rtp(VP8, 3 + u32::from(padding), sequence.into(), timestamp, &[(MID, b"1"), (RID, b"h")], body, 0),
            _ => camera.rtp(VP8, 3, sequence.into(), timestamp, &[(MID, b"1"), (RID, b"q")], body, padding),
        };
        world.datagram(&path, &datagram);
        world.pass(7);
        let sent = world.sent();
        // Whatever comes out is authentic, new to its receiver (SRTP's replay check), and well-formed.
        viewer.read(&sent);
    }
});
