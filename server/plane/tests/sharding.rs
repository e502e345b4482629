//! However many shards there are, everybody gets the very same packets.

mod support;

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::plane::{Command, Event};
use support::{LEVEL, MID, OPUS, Received, VP8, World, audio_format, vp8};

const PUBLISHERS: u32 = 4;
const SUBSCRIBERS: u32 = 9;

/// What one subscriber received.
type Taken = (Vec<Received>, Vec<Vec<u8>>);

/// A meeting with speakers who change, slots that go from one camera to another, and somebody who leaves in between.
/// Returns what each subscriber received: RTP, then RTCP.
fn meeting(shards: usize) -> (Vec<Taken>, Vec<Event>, World) {
    let mut world = World::with_shards(shards);
    world.command(Command::AddGroup { group: 1 });
    let mut publishers: Vec<_> = (1..=PUBLISHERS)
        .map(|id| world.connect_publisher(id, id))
        .collect();
    let mut subscribers: Vec<_> = (0..SUBSCRIBERS)
        .map(|n| world.connect(100 + n, 1 + n))
        .collect();
    for publisher in &publishers {
        world.add_camera(publisher, 200 + publisher.id, &[]);
        world.add_microphone(publisher, 300 + publisher.id, 1);
    }
    for subscriber in &subscribers {
        for seat in 0..3 {
            world.command(Command::AddAudioSlot {
                slot: subscriber.id * 10 + u32::from(seat),
                transport: subscriber.id,
                format: audio_format(subscriber.id * 10 + u32::from(seat)),
                group: 1,
                seat,
            });
        }
        world.add_video_slot(subscriber, subscriber.id * 10 + 5);
    }
    for step in 0..60u32 {
        if step % 15 == 0 {
            for subscriber in &subscribers {
                let wish = Some((201 + (subscriber.id + step / 15) % PUBLISHERS, 2, 2));
                let slot = subscriber.id * 10 + 5;
                world.command(Command::Route {
                    slot,
                    wish,
                    priority: Priority::Tile,
                });
            }
        }
        if step == 40 {
            world.command(Command::RemoveTransport { transport: 103 });
        }
        for (n, publisher) in publishers.iter_mut().enumerate() {
            let path = publisher.path;
            let index = u64::from(step);
            let payload = vp8(step as u16, step as u8, step % 5 == 0);
            for (part, marker) in [(0, false), (1, true)] {
                let packet = publisher.marked_rtp(
                    marker,
                    VP8,
                    1_000 + n as u32,
                    index * 2 + part,
                    step * 3_000,
                    &[(MID, b"1")],
                    if part == 0 {
                        &payload
                    } else {
                        &[0x80, 0xC0, 1, 1, 7, 7]
                    },
                    0,
                );
                world.datagram(&path, &packet);
            }
            let level = if step as usize / 15 == n { 20 } else { 90 };
            let packet = publisher.rtp(
                OPUS,
                2_000 + n as u32,
                index,
                step * 960,
                &[(MID, b"0"), (LEVEL, &[level])],
                &[9; 30],
                0,
            );
            world.datagram(&path, &packet);
        }
        world.pass(40);
    }
    let sent = world.sent();
    let received = subscribers
        .iter_mut()
        .map(|subscriber| subscriber.read(&sent))
        .collect();
    let events = world.events();
    (received, events, world)
}

#[test]
fn however_many_shards_there_are_everybody_gets_the_very_same_packets() {
    let (expected, told, alone) = meeting(1);
    assert!(
        expected
            .iter()
            .all(|(rtp, rtcp)| rtp.len() > 100 && !rtcp.is_empty())
    );
    for shards in [2, 3, 5] {
        let (received, events, world) = meeting(shards);
        assert_eq!(received, expected);
        assert_eq!(events, told);
        let forwarded = |world: &World| {
            let here = world.plane.counters().get(Counter::Forwarded);
            (here, world.shard_counters.get(Counter::Forwarded))
        };
        let (here, elsewhere) = forwarded(&world);
        assert_eq!(here + elsewhere, forwarded(&alone).0);
        assert!(elsewhere > here, "subscribers are spread over the shards");
    }
}
