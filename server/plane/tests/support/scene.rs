//! One camera and one viewer who has a slot, in virtual time.

use std::collections::HashMap;

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::egress::Format;
use plane::plane::Command;
use plane::rtcp::{Packet as Rtcp, Packets};
use plane::rtp::VideoCodec;
use plane::rtp::VideoCodec::{Av1, H264, Vp8, Vp9};

use super::pictures::{Packet, Picture};
use super::{DEPENDENCIES, MID, Peer, RID, Received, World, any_video_format};

pub const SSRC: u32 = 7;
pub const SLOT: u32 = 9;
pub const SLOT_SSRC: u32 = 5_009;
pub const TRACK: u32 = 50;

pub fn payload_type(codec: VideoCodec) -> u8 {
    match codec {
        Vp8 => super::VP8,
        H264 => super::H264,
        Vp9 => super::VP9,
        Av1 => super::AV1,
    }
}

/// One camera, and one viewer who has a slot.
pub struct Scene {
    pub world: World,
    pub camera: Peer,
    pub viewer: Peer,
    /// The last index of each stream.
    pub indices: HashMap<u32, u64>,
    pub told: Vec<Vec<u8>>,
}

impl Scene {
    pub fn new(rids: &[&str], format: Format) -> Self {
        let mut world = World::default();
        let (camera, viewer) = (world.connect_publisher(1, 1), world.connect(2, 2));
        world.add_camera(&camera, TRACK, rids);
        world.command(Command::AddVideoSlot {
            slot: SLOT,
            transport: viewer.id,
            format,
        });
        // Between two ticks.
        world.pass(60);
        Self {
            world,
            camera,
            viewer,
            indices: HashMap::new(),
            told: Vec::new(),
        }
    }

    /// A viewer of everything, in all codecs.
    pub fn of_everything() -> Self {
        let mut scene = Self::new(&[], any_video_format(SLOT_SSRC));
        scene.wish(3, 3);
        scene
    }

    pub fn wish(&mut self, layer: u8, temporal: u8) {
        self.world.command(Command::Route {
            slot: SLOT,
            wish: Some((TRACK, layer, temporal)),
            priority: Priority::Tile,
        });
    }

    /// The camera's next packet, protected.
    pub fn protect(
        &mut self,
        codec: VideoCodec,
        rid: &str,
        number: u16,
        packet: &Packet,
    ) -> Vec<u8> {
        let ssrc = SSRC + u32::from(rid.bytes().next().unwrap_or(0));
        let mut extensions: Vec<(u8, &[u8])> = vec![(MID, b"1"), (RID, rid.as_bytes())];
        if !packet.descriptor.is_empty() {
            extensions.push((DEPENDENCIES, &packet.descriptor));
        }
        let index = self.indices.entry(ssrc).or_insert(100);
        *index += 1;
        self.camera.marked_rtp(
            packet.marker,
            payload_type(codec),
            ssrc,
            *index,
            u32::from(number) * 3_000,
            &extensions,
            &packet.payload,
            0,
        )
    }

    pub fn send(&mut self, codec: VideoCodec, rid: &str, picture: Picture) {
        self.send_packets(codec, rid, picture.number, &picture.packets(codec));
    }

    pub fn send_packets(&mut self, codec: VideoCodec, rid: &str, number: u16, packets: &[Packet]) {
        for packet in packets {
            let datagram = self.protect(codec, rid, number, packet);
            self.deliver(&datagram);
        }
    }

    pub fn deliver(&mut self, datagram: &[u8]) {
        let path = self.camera.path;
        self.world.datagram(&path, datagram);
    }

    /// What the viewer got; what the camera was told is kept.
    pub fn received(&mut self) -> Vec<Received> {
        let sent = self.world.sent();
        self.told.extend(self.camera.read(&sent).1);
        self.viewer.read(&sent).0
    }

    pub fn count(&self, counter: Counter) -> u64 {
        self.world.plane.counters().get(counter)
    }

    pub fn keyframes_asked_for(&mut self) -> usize {
        let told = std::mem::take(&mut self.told);
        let packets = told.iter().flat_map(|compound| Packets::new(compound));
        packets
            .filter(|packet| matches!(packet, Some(Rtcp::KeyframeRequest(_))))
            .count()
    }
}

pub fn assert_dense(packets: &[Received]) {
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
}
