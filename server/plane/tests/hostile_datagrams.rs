//! A million random and mutated datagrams through the whole plane: no panic, no growth, and nothing forwarded or
//! believed that was not authenticated.

mod support;

use std::net::SocketAddr;

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::egress::Path;
use plane::plane::Command;
use plane::rtp::VideoCodec;
use support::pictures::Picture;
use support::{AV1, DEPENDENCIES, H264, LEVEL, MID, OPUS, VP8, VP9, World, any_video_format, vp8};

const DATAGRAMS: u64 = 1_000_000;

/// xorshift64*: the same datagrams at every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

#[test]
fn a_million_hostile_datagrams_change_nothing() {
    let mut world = World::default();
    let (mut camera, viewer) = (world.connect(1, 1), world.connect(2, 2));
    world.command(Command::AddGroup { group: 9 });
    world.add_camera(&camera, 50, &[]);
    world.add_microphone(&camera, 51, 9);
    world.command(Command::AddVideoSlot {
        slot: 9,
        transport: viewer.id,
        format: any_video_format(5_009),
    });
    world.command(Command::Route {
        slot: 9,
        wish: Some((50, 2, 2)),
        priority: Priority::Tile,
    });
    // One authentic packet of each kind, so that there are streams to disturb; and originals to mutate. The originals
    // are kept from the plane: only a mutation that changes nothing would be accepted.
    for (payload_type, ssrc, mid, payload) in [
        (VP8, 7, b"1", vp8(0, 0, true)),
        (OPUS, 8, b"0", vec![1; 40]),
    ] {
        let packet = camera.rtp(
            payload_type,
            ssrc,
            1,
            0,
            &[(MID, mid), (LEVEL, &[30])],
            &payload,
            0,
        );
        world.datagram(&camera.path.clone(), &packet);
    }
    let mut originals = vec![camera.check()];
    for index in 2..10 {
        originals.push(camera.rtp(
            VP8,
            7,
            index,
            9,
            &[(MID, b"1")],
            &vp8(index as u16, 0, true),
            0,
        ));
        originals.push(camera.rtp(
            OPUS,
            8,
            index,
            9,
            &[(MID, b"0"), (LEVEL, &[3])],
            &[5; 60],
            0,
        ));
        originals.push(camera.rtcp(&[0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 7]));
    }
    for (index, payload_type, codec) in [
        (10, H264, VideoCodec::H264),
        (11, VP9, VideoCodec::Vp9),
        (12, AV1, VideoCodec::Av1),
    ] {
        let packet = &Picture::layered(0, true).packets(codec)[0];
        let extensions: &[(u8, &[u8])] = &[(MID, b"1"), (DEPENDENCIES, &packet.descriptor)];
        let payload = &packet.payload;
        originals.push(camera.rtp(payload_type, 7, index, 9, extensions, payload, 0));
    }
    originals.push([&[22, 254, 253][..], &[7; 60]].concat());
    world.sent();
    world.events();
    let before = world.plane.counters().clone();
    let strangers: Vec<_> = (0..4u16)
        .map(|i| Path {
            remote: SocketAddr::from(([127, 0, 0, 9], 1 + i)),
            local: None,
        })
        .collect();

    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut dtls = 0;
    for _ in 0..DATAGRAMS {
        let mut datagram = if random.below(3) == 0 {
            let longest = if random.below(50) == 0 { 2_000 } else { 120 };
            let len = random.below(longest);
            (0..len).map(|_| random.next() as u8).collect::<Vec<_>>()
        } else {
            originals[random.below(originals.len())].clone()
        };
        // Every original is changed: in one to four places, or cut, or made longer.
        match random.below(6) {
            0 => datagram.truncate(random.below(datagram.len().max(1))),
            1 => datagram.push(random.next() as u8),
            _ if datagram.is_empty() => {}
            _ => {
                for place in (0..=random.below(4))
                    .map(|_| random.below(datagram.len()))
                    .collect::<std::collections::BTreeSet<_>>()
                {
                    datagram[place] ^= 1 + random.below(255) as u8;
                }
            }
        }
        let path = if random.below(3) == 0 {
            strangers[random.below(4)]
        } else {
            camera.path
        };
        world
            .plane
            .handle_datagram(world.now, &path, &mut datagram, &mut world.outbox);
        // What comes out is at most an error answer to a check whose ufrag was left whole.
        for (_, sent) in world.outbox.sent.drain(..) {
            assert!(sent[0] == 1, "only STUN error responses leave: {sent:?}");
            assert_eq!(u16::from_be_bytes([sent[0], sent[1]]), 0x0111);
        }
        for event in world.plane.drain_events() {
            assert!(
                matches!(event, plane::plane::Event::Dtls { transport: 1, .. }),
                "{event:?}"
            );
            dtls += 1;
        }
    }

    let counters = world.plane.counters();
    let same =
        |counter: Counter| assert_eq!(counters.get(counter), before.get(counter), "{counter:?}");
    same(Counter::Forwarded);
    same(Counter::RtpReceived);
    same(Counter::StunAnswered);
    same(Counter::SlotSwitches);
    assert_eq!(
        counters.get(Counter::Received) - before.get(Counter::Received),
        DATAGRAMS
    );
    assert!(
        dtls <= 40,
        "time stood still: no more DTLS than one second's worth, {dtls}"
    );
    let dropped: u64 = Counter::ALL
        .iter()
        .filter(|counter| counter.name().starts_with("drop_"))
        .map(|&counter| counters.get(counter) - before.get(counter))
        .sum();
    assert_eq!(
        dropped + dtls + counters.get(Counter::StunRefused),
        DATAGRAMS,
        "every one is accounted for"
    );

    // The authentic packets still pass: nothing of the storm was remembered.
    for original in &originals[1..4] {
        world.datagram(&camera.path.clone(), original);
    }
    assert!(
        world.plane.counters().get(Counter::RtpReceived) >= before.get(Counter::RtpReceived) + 2
    );
}
