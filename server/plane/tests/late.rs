//! Who joins late sees the shared screen at its first keyframe, before anything is known of their link.

mod support;

use plane::allocation::Priority;
use plane::plane::{Command, Event};
use plane::rtcp::{KeyframeRequest, Packet, Packets, ReceptionBlock, write_receiver_report};
use support::{MID, Peer, VP8, World, video_format, vp8};

const SCREEN: u32 = 50;
const SLOT: u32 = 9;
const MILLIS_PER_FRAME: u64 = 100;

/// A screen of 1.2 Mbit/s that answers a request for a keyframe with its next frame.
struct Sharer {
    peer: Peer,
    frame: u64,
    asked: usize,
}

impl Sharer {
    fn new(world: &mut World) -> Self {
        let peer = world.connect_publisher(1, 1);
        world.add_camera(&peer, SCREEN, &[]);
        Self {
            peer,
            frame: 0,
            asked: 0,
        }
    }

    /// Sends a frame, and hears until the next.
    fn send(&mut self, world: &mut World, keyframe: bool) {
        const PACKETS: u64 = 15;
        for packet in 0..PACKETS {
            let mut payload = vp8(self.frame as u16, 0, keyframe);
            if packet > 0 {
                payload[0] &= !0x10; // not the start of a partition
            }
            payload.resize(1_000, 7);
            let datagram = self.peer.marked_rtp(
                packet == PACKETS - 1,
                VP8,
                7,
                100 + self.frame * PACKETS + packet,
                9_000 * self.frame as u32,
                &[(MID, b"1")],
                &payload,
                0,
            );
            world.datagram(&self.peer.path.clone(), &datagram);
        }
        self.frame += 1;
        world.pass(MILLIS_PER_FRAME);
    }

    fn hear(&mut self, sent: &[(plane::egress::Path, Vec<u8>)]) {
        let told = self.peer.read(sent).1;
        let packets = told.iter().flat_map(|compound| Packets::new(compound));
        self.asked += packets
            .filter(|packet| {
                matches!(
                    packet,
                    Some(Packet::KeyframeRequest(KeyframeRequest::Pli { .. }))
                )
            })
            .count();
    }
}

/// Somebody joins while a screen is shared, and reports on what comes. The pauses of the slot in the first `frames`, and
/// how often a keyframe was asked for until the first picture came.
fn join_late(frames: usize) -> (Vec<bool>, usize) {
    let mut world = World::default();
    let mut sharer = Sharer::new(&mut world);
    sharer.send(&mut world, true);
    for _ in 0..20 {
        sharer.send(&mut world, false);
    }
    world.events();
    world.sent();
    let mut viewer = world.connect(2, 2);
    world.command(Command::AddVideoSlot {
        slot: SLOT,
        transport: viewer.id,
        format: video_format(5_009),
    });
    world.command(Command::Route {
        slot: SLOT,
        wish: Some((SCREEN, 0, 3)),
        priority: Priority::Screen,
    });
    let mut report = [0; 64];
    let len = write_receiver_report(&mut report, 2, &[ReceptionBlock::default()]);
    let report = viewer.rtcp(&report[..len]);
    world.datagram(&viewer.path.clone(), &report);
    let (mut pauses, mut asked_until_seen) = (Vec::new(), None);
    for _ in 0..frames {
        let before = sharer.asked;
        let sent = world.sent();
        sharer.hear(&sent);
        if asked_until_seen.is_none() && !viewer.read(&sent).0.is_empty() {
            asked_until_seen = Some(before);
        }
        let is_asked_for = sharer.asked > before;
        sharer.send(&mut world, is_asked_for);
        pauses.extend(world.events().iter().filter_map(|event| match event {
            Event::SlotPaused { paused, .. } => Some(*paused),
            _ => None,
        }));
    }
    (pauses, asked_until_seen.expect("a picture"))
}

#[test]
fn a_screen_is_not_paused_on_a_guess_so_that_its_first_keyframe_is_seen() {
    let (pauses, asked) = join_late(4);
    assert_eq!(pauses, []);
    assert_eq!(asked, 1, "a second one takes half a second");
}

#[test]
fn a_screen_is_paused_where_a_link_is_not_found_to_carry_it() {
    let (pauses, _) = join_late(12);
    assert_eq!(pauses.first(), Some(&true));
}
