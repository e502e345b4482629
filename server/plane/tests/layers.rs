//! Layers in virtual time: frames leave together, temporal layers are left out without a gap, layers that start are
//! taken at their first keyframe.

mod support;

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::egress::MAX_DATAGRAM;
use plane::plane::Command;
use plane::rtcp::{KeyframeRequest, Packet, Packets, write_pli};
use plane::rtp::vp8::Descriptor;
use support::{MID, Peer, RID, Received, VP8, World, vp8};

const SSRC: u32 = 7;

struct Scene {
    world: World,
    camera: Peer,
    viewer: Peer,
    next: u64,
}

impl Scene {
    /// One camera, and one viewer whose slot 9 wants these layers of it.
    fn new(rids: &[&str], max_layer: u8, max_temporal: u8) -> Self {
        let mut world = World::default();
        let (camera, viewer) = (world.connect(1, 1), world.connect(2, 2));
        world.add_camera(&camera, 50, rids);
        world.add_video_slot(&viewer, 9);
        let mut scene = Self {
            world,
            camera,
            viewer,
            next: 0,
        };
        scene.wish(max_layer, max_temporal);
        scene.world.sent();
        scene
    }

    fn wish(&mut self, max_layer: u8, max_temporal: u8) {
        self.world.command(Command::Route {
            slot: 9,
            wish: Some((50, max_layer, max_temporal)),
            priority: Priority::Tile,
        });
    }

    /// A protected packet of picture `picture`, the next in sequence.
    fn packet(&mut self, rid: &[u8], picture: u16, payload: &[u8], marker: bool) -> Vec<u8> {
        let index = self.next;
        self.next += 1;
        let ssrc = SSRC + u32::from(rid.first().copied().unwrap_or(0));
        let extensions: &[(u8, &[u8])] = &[(MID, b"1"), (RID, rid)];
        let timestamp = u32::from(picture) * 3_000;
        self.camera
            .marked_rtp(marker, VP8, ssrc, index, timestamp, extensions, payload, 0)
    }

    /// Sends a frame of one packet in temporal layer `temporal`.
    fn frame(&mut self, picture: u16, temporal: u8, sync: bool, keyframe: bool) {
        let mut payload = vp8(picture, picture as u8, keyframe);
        payload[5] = temporal << 6 | u8::from(sync) << 5;
        let packet = self.packet(b"", picture, &payload, true);
        self.send(&packet);
    }

    fn send(&mut self, packet: &[u8]) {
        let path = self.camera.path;
        self.world.datagram(&path, packet);
    }

    fn received(&mut self) -> Vec<Received> {
        let sent = self.world.sent();
        self.viewer.read(&sent).0
    }
}

fn picture_ids(packets: &[Received]) -> Vec<u16> {
    let id = |packet: &Received| Descriptor::parse(&packet.payload)?.picture_id;
    packets
        .iter()
        .filter_map(|packet| Some(id(packet)?.value))
        .collect()
}

fn assert_dense(packets: &[Received]) {
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
    for pair in picture_ids(packets).windows(2) {
        assert_eq!(pair[1], (pair[0] + 1) & 0x7fff);
    }
}

fn temporal_layers(packets: &[Received]) -> Vec<u8> {
    let layer = |packet: &Received| Descriptor::parse(&packet.payload).unwrap().temporal_layer;
    packets.iter().map(layer).collect()
}

/// libwebrtc's pattern of three temporal layers.
const PATTERN: [(u8, bool); 4] = [(0, false), (2, true), (1, true), (2, false)];

#[test]
fn temporal_layers_beyond_the_wish_are_left_out_without_a_gap() {
    for (wished, expected) in [(0, vec![0; 3]), (1, vec![0, 1, 0, 1, 0, 1])] {
        let mut scene = Scene::new(&[], 0, wished);
        for picture in 0..12 {
            let (temporal, sync) = PATTERN[usize::from(picture) % 4];
            scene.frame(picture, temporal, sync, picture == 0);
            scene.world.pass(33);
        }
        let received = scene.received();
        assert_eq!(temporal_layers(&received), expected);
        assert_dense(&received);
        assert_eq!(
            scene.world.plane.counters().get(Counter::DropTemporalLayer),
            12 - expected.len() as u64
        );
    }
}

#[test]
fn a_slot_goes_down_at_the_next_frame_and_up_only_where_the_stream_allows() {
    let mut scene = Scene::new(&[], 0, 2);
    scene.frame(0, 0, true, true);
    scene.frame(1, 2, true, false);
    scene.wish(0, 0);
    scene.frame(2, 1, true, false);
    scene.frame(3, 2, false, false);
    scene.frame(4, 0, false, false);
    scene.wish(0, 2);
    scene.frame(5, 2, false, false); // it may need what was left out
    scene.frame(6, 1, true, false); // it needs the base layer alone
    scene.frame(7, 2, false, false); // of a layer that has not been joined
    scene.frame(8, 0, false, false);
    scene.frame(9, 2, true, false);
    scene.frame(10, 1, false, false);
    let received = scene.received();
    assert_eq!(temporal_layers(&received), [0, 2, 0, 1, 0, 2, 1]);
    assert_dense(&received);
}

#[test]
fn a_frame_that_is_late_and_of_no_use_is_replaced_by_padding_so_that_nobody_waits_for_it() {
    let mut scene = Scene::new(&[], 0, 0);
    scene.frame(0, 0, true, true);
    let mut late = vp8(1, 0, false);
    late[5] = 2 << 6;
    let late = scene.packet(b"", 1, &late, true);
    scene.frame(2, 0, false, false);
    scene.send(&late);
    scene.frame(3, 0, false, false);
    let mut received = scene.received();
    received.sort_by_key(|packet| packet.sequence);
    let first = received[0].sequence;
    let sequences: Vec<_> = received
        .iter()
        .map(|packet| packet.sequence - first)
        .collect();
    assert_eq!(sequences, [0, 1, 2, 3]);
    assert!(received[1].payload.is_empty());
}

#[test]
fn the_packets_of_a_frame_leave_together_and_equally_long() {
    let mut scene = Scene::new(&[], 0, 2);
    let lengths = [1_060, 1_099, 1_099, 1_100];
    for (i, len) in lengths.into_iter().enumerate() {
        assert!(
            scene
                .world
                .outbox
                .sent
                .iter()
                .all(|(path, _)| path.remote == scene.camera.path.remote)
        );
        let mut payload = vp8(0, 0, true);
        payload[0] = if i == 0 { 0x90 } else { 0x80 };
        payload.resize(len, 1);
        let packet = scene.packet(b"", 0, &payload, i == 3);
        scene.send(&packet);
    }
    let sent = scene.world.sent();
    let to_viewer: Vec<_> = sent
        .iter()
        .filter(|(path, _)| path.remote == scene.viewer.path.remote)
        .map(|(_, datagram)| datagram.len())
        .collect();
    assert_eq!(to_viewer, [12 + 1_100 + 16; 4]);
    let received = scene.viewer.read(&sent).0;
    assert_eq!(
        received
            .iter()
            .map(|packet| packet.payload.len())
            .collect::<Vec<_>>(),
        lengths
    );
    assert!(to_viewer[0] <= MAX_DATAGRAM);
}

#[test]
fn the_rest_of_a_frame_is_waited_for_a_millisecond_and_no_longer() {
    let mut scene = Scene::new(&[], 0, 2);
    let packet = scene.packet(b"", 0, &vp8(0, 0, true), false);
    scene.send(&packet);
    assert_eq!(scene.received(), []);
    let waits = scene.world.plane.deadline().unwrap().since(scene.world.now);
    assert!(waits.micros() <= 1_000);
    scene.world.pass(1);
    assert_eq!(scene.received().len(), 1);
}

#[test]
fn a_layer_that_starts_is_taken_at_its_very_first_keyframe_and_not_asked_for_another() {
    let mut scene = Scene::new(&["q", "h"], 1, 2);
    let low = scene.packet(b"q", 0, &vp8(0, 0, true), true);
    scene.send(&low);
    scene.world.pass(500);
    scene.received();
    let before = scene
        .world
        .plane
        .counters()
        .get(Counter::KeyframesRequested);
    let high = scene.packet(b"h", 100, &vp8(100, 9, true), true);
    scene.send(&high);
    scene.world.pass(40);
    let received = scene.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].payload[7..], vp8(100, 9, true)[7..]);
    assert_eq!(
        scene
            .world
            .plane
            .counters()
            .get(Counter::KeyframesRequested),
        before
    );
}

#[test]
fn nothing_of_a_stream_that_nobody_watches_is_kept() {
    let mut scene = Scene::new(&[], 0, 2);
    scene.world.command(Command::Route {
        slot: 9,
        wish: None,
        priority: Priority::Tile,
    });
    let packet = scene.packet(b"", 0, &vp8(0, 0, true), false);
    scene.send(&packet);
    scene.wish(0, 2);
    scene.world.pass(100);
    assert_eq!(scene.received(), []);
}

#[test]
fn a_publisher_who_leaves_in_the_middle_of_a_frame_leaves_nothing_behind() {
    let mut scene = Scene::new(&[], 0, 2);
    let packet = scene.packet(b"", 0, &vp8(0, 0, true), false);
    scene.send(&packet);
    scene
        .world
        .command(Command::RemoveTransport { transport: 1 });
    scene.world.pass(100);
    assert_eq!(scene.received(), []);
}

#[test]
fn when_a_publishers_upper_layer_stops_slots_go_on_with_the_lower_and_nothing_is_asked_of_the_dead_one()
 {
    let mut scene = Scene::new(&["q", "h"], 1, 2);
    let (q, h) = (SSRC + u32::from(b'q'), SSRC + u32::from(b'h'));
    let mut keyframe_of_q = true;
    let (mut lower_at, mut asked_of_h) = (None, 0);
    for n in 0..150u16 {
        let low = scene.packet(b"q", n, &vp8(n, 0, keyframe_of_q), true);
        scene.send(&low);
        keyframe_of_q = false;
        if n < 50 {
            let high = scene.packet(b"h", n, &vp8(1_000 + n, 0, n == 0), true);
            scene.send(&high);
        }
        if n == 49 {
            // The viewer asks for a keyframe that will never come.
            let mut pli = [0; 64];
            let len = write_pli(&mut pli, 1, 5_009);
            let pli = scene.viewer.rtcp(&pli[..len]);
            let path = scene.viewer.path;
            scene.world.datagram(&path, &pli);
        }
        scene.world.pass(40);
        let sent = scene.world.sent();
        let (_, rtcp) = scene.camera.read(&sent);
        let packets = rtcp.iter().flat_map(|compound| Packets::new(compound));
        for packet in packets.flatten() {
            if let Packet::KeyframeRequest(KeyframeRequest::Pli { media_ssrc }) = packet {
                keyframe_of_q |= media_ssrc == q;
                let is_dead = n >= 50 + 1_500 / 40;
                asked_of_h += u32::from(media_ssrc == h && is_dead);
            }
        }
        let (received, _) = scene.viewer.read(&sent);
        if n >= 50 && !received.is_empty() {
            lower_at.get_or_insert(n);
        }
    }
    let waited = (lower_at.expect("it goes on") - 49) * 40;
    assert!(waited <= 600, "{waited} ms");
    assert_eq!(asked_of_h, 0);
}

#[test]
fn a_layer_that_was_switched_off_is_asked_for_no_keyframe() {
    let mut scene = Scene::new(&["q", "h"], 1, 3);
    let mut requested_by_second = Vec::new();
    for picture in 0..240 {
        let lowest = vp8(picture, picture as u8, picture == 0);
        scene.next = u64::from(picture);
        let packet = scene.packet(b"q", picture, &lowest, true);
        scene.send(&packet);
        // The upper layer is never at a keyframe, and ends after two seconds.
        if (30..90).contains(&picture) {
            scene.next = u64::from(picture);
            let packet = scene.packet(b"h", picture, &vp8(picture, 0, false), true);
            scene.send(&packet);
        }
        scene.world.pass(33);
        if picture % 30 == 29 {
            let counters = scene.world.plane.counters();
            requested_by_second.push(counters.get(Counter::KeyframesRequested));
        }
    }
    assert!(requested_by_second[2] >= requested_by_second[0] + 3);
    assert_eq!(requested_by_second[7], requested_by_second[4]);
}
