//! The whole plane under datagrams from a bound address that nobody authenticated: nothing is believed.

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::plane::Command;

use crate::support::{World, any_video_format};

/// Returns whether anything passed for SRTP, until it was opened.
pub fn check(datagrams: Vec<Vec<u8>>) -> bool {
    let mut world = World::default();
    let (camera, viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.add_camera(&camera, 50, &["q", "h"]);
    world.command(Command::AddVideoSlot {
        slot: 9,
        transport: viewer.id,
        format: any_video_format(9),
    });
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 1, 2)),
        priority: Priority::Tile,
    });
    for datagram in &datagrams {
        world.datagram(&camera.path, datagram);
        world.pass(5);
    }
    assert_eq!(world.plane.counters().get(Counter::RtpReceived), 0);
    assert_eq!(world.plane.counters().get(Counter::Forwarded), 0);
    world.plane.counters().get(Counter::DropSrtpAuth) > 0
}
