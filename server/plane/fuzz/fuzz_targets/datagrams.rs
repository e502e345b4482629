//! The whole plane under datagrams from a bound address that nobody authenticated: nothing is believed.
#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;
use plane::allocation::Priority;
use plane::counters::Counter;
use plane::plane::Command;
use support::{World, any_video_format};

fuzz_target!(|datagrams: Vec<Vec<u8>>| {
    let mut world = World::default();
    let (camera, viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &["q", "h"]);
    world.command(Command::AddVideoSlot { slot: 9, transport: viewer.id, format: any_video_format(9) });
    world.command(Command::Route { slot: 9, wish: Some((50, 1, 2)), priority: Priority::Tile });
    for datagram in &datagrams {
        world.datagram(&camera.path, datagram);
        world.pass(5);
    }
    assert_eq!(world.plane.counters().get(Counter::RtpReceived), 0);
    assert_eq!(world.plane.counters().get(Counter::Forwarded), 0);
});
