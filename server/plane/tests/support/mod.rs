//! Peers and a plane in virtual time, for tests, fuzzing and benches: what a browser would send and read.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

pub mod pictures;
pub mod scene;

use std::net::SocketAddr;

use plane::counters::Counters;
use plane::egress::{Format, MAX_DATAGRAM, Path, Shard, Sink, VideoFormat, VideoFormats};
use plane::plane::{Command, Event, Plane};
use plane::rtp::{
    Elements, ExtensionKind, ExtensionWriter, Header, MAX_BLOCK, VideoCodec, write_header,
};
use plane::srtp::{MasterKey, Profile, RTCP_OVERHEAD, RTP_OVERHEAD, SrtpReceiver, SrtpSender};
use plane::stun::{IntegrityKey, MAX_RESPONSE, write_binding_request};
use plane::time::Time;
use plane::track::MediaKind;
use plane::transport::Codec;

pub const OPUS: u8 = 111;
pub const VP8: u8 = 96;
pub const RTX: u8 = 97;
pub const RED: u8 = 63;
pub const MID: u8 = 1;
pub const RID: u8 = 2;
pub const LEVEL: u8 = 3;
pub const SEQUENCE: u8 = 4;
pub const REPAIRED_RID: u8 = 5;
pub const DEPENDENCIES: u8 = 6;
/// The payload types of the other codecs, each with its retransmissions one above.
pub const H264: u8 = 102;
pub const VP9: u8 = 98;
pub const AV1: u8 = 45;

/// A slot's format as browsers agree to it, but for reports on each packet, which most tests' peers don't give.
pub fn audio_format(ssrc: u32) -> Format {
    Format {
        ssrc,
        payload_type: OPUS,
        audio_level_id: Some(1),
        redundancy: Some(RED),
        clock_rate: 48_000,
        ..Format::default()
    }
}

/// The same for a picture.
pub fn video_format(ssrc: u32) -> Format {
    Format {
        ssrc,
        video: formats(&[(VideoCodec::Vp8, VP8)]),
        retransmission_ssrc: Some(ssrc + 100_000),
        clock_rate: 90_000,
        ..Format::default()
    }
}

/// The same for pictures of every codec.
pub fn any_video_format(ssrc: u32) -> Format {
    Format {
        video: formats(&[
            (VideoCodec::Vp8, VP8),
            (VideoCodec::H264, H264),
            (VideoCodec::Vp9, VP9),
            (VideoCodec::Av1, AV1),
        ]),
        dependency_descriptor_id: Some(DEPENDENCIES),
        ..video_format(ssrc)
    }
}

fn formats(codecs: &[(VideoCodec, u8)]) -> VideoFormats {
    let mut video = VideoFormats::default();
    for &(codec, payload_type) in codecs {
        let format = VideoFormat {
            payload_type,
            retransmission: Some(payload_type + 1),
        };
        video.set(codec, format);
    }
    video
}

/// Keeps what the plane sends.
pub struct Outbox {
    buffer: [u8; MAX_DATAGRAM],
    pub sent: Vec<(Path, Vec<u8>)>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            buffer: [0; MAX_DATAGRAM],
            sent: Vec::new(),
        }
    }
}

impl Sink for Outbox {
    fn buffer(&mut self) -> &mut [u8; MAX_DATAGRAM] {
        &mut self.buffer
    }
    fn coalesces(&self) -> bool {
        true
    }
    fn send(&mut self, len: usize, path: &Path) {
        self.sent.push((*path, self.buffer[..len].to_vec()));
    }
}

/// One RTP packet, as a test looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
    pub marker: bool,
    pub payload_type: u8,
    pub payload: Vec<u8>,
    /// AV1's dependency descriptor; empty where there is none.
    pub descriptor: Vec<u8>,
}

/// A browser's end of one transport.
pub struct Peer {
    pub id: u32,
    pub endpoint: u32,
    pub path: Path,
    subscribes: bool,
    pub ufrag: String,
    pub password: String,
    sender: SrtpSender,
    receiver: SrtpReceiver,
    transport_sequence: u16,
}

fn key(seed: u8, id: u32) -> MasterKey {
    let mut material = [seed; 16];
    material[..4].copy_from_slice(&id.to_be_bytes());
    MasterKey::new(Profile::AeadAes128Gcm, &material, &[seed; 12]).unwrap()
}

impl Peer {
    pub fn new(id: u32, endpoint: u32, path: Path) -> Self {
        Self {
            id,
            endpoint,
            path,
            subscribes: true,
            ufrag: format!("ufrag{id:06}"),
            password: format!("a password of transport {id}"),
            sender: SrtpSender::new(&key(1, id)),
            receiver: SrtpReceiver::new(&key(2, id)),
            transport_sequence: 0,
        }
    }

    /// A peer that only publishes.
    pub fn publisher(id: u32, endpoint: u32, path: Path) -> Self {
        Self {
            subscribes: false,
            ..Self::new(id, endpoint, path)
        }
    }

    /// The commands that make the plane expect this peer, with its handshake done.
    pub fn commands(&self) -> Vec<Command> {
        vec![
            Command::AddTransport {
                transport: self.id,
                endpoint: self.endpoint,
                subscribes: self.subscribes,
                ufrag: self.ufrag.clone(),
                password: self.password.clone(),
            },
            Command::SetKeys {
                transport: self.id,
                receive: key(1, self.id),
                send: key(2, self.id),
            },
            Command::ConfigurePublisher {
                transport: self.id,
                codecs: vec![
                    (OPUS, Codec::Opus),
                    (VP8, Codec::Video(VideoCodec::Vp8)),
                    (H264, Codec::Video(VideoCodec::H264)),
                    (VP9, Codec::Video(VideoCodec::Vp9)),
                    (AV1, Codec::Video(VideoCodec::Av1)),
                    (RTX, Codec::Retransmission),
                    (H264 + 1, Codec::Retransmission),
                    (VP9 + 1, Codec::Retransmission),
                    (AV1 + 1, Codec::Retransmission),
                    (RED, Codec::Redundant),
                ],
                audio_nack: true,
                extensions: vec![
                    (MID, ExtensionKind::Mid),
                    (RID, ExtensionKind::Rid),
                    (LEVEL, ExtensionKind::AudioLevel),
                    (SEQUENCE, ExtensionKind::TransportSequence),
                    (REPAIRED_RID, ExtensionKind::RepairedRid),
                    (DEPENDENCIES, ExtensionKind::DependencyDescriptor),
                ],
            },
        ]
    }

    pub fn check(&self) -> Vec<u8> {
        let mut out = [0; MAX_RESPONSE];
        let username = format!("{}:peer", self.ufrag);
        let len = write_binding_request(
            &username,
            &IntegrityKey::new(&self.password),
            true,
            [7; 12],
            &mut out,
        );
        out[..len].to_vec()
    }

    /// A protected RTP packet that is a whole frame. `index` is its sequence number with the rollovers in front.
    #[allow(clippy::too_many_arguments)]
    pub fn rtp(
        &mut self,
        payload_type: u8,
        ssrc: u32,
        index: u64,
        timestamp: u32,
        extensions: &[(u8, &[u8])],
        payload: &[u8],
        padding: u8,
    ) -> Vec<u8> {
        self.marked_rtp(
            true,
            payload_type,
            ssrc,
            index,
            timestamp,
            extensions,
            payload,
            padding,
        )
    }

    /// The same, with the marker bit (the end of a frame) as it is given.
    #[allow(clippy::too_many_arguments)]
    pub fn marked_rtp(
        &mut self,
        marker: bool,
        payload_type: u8,
        ssrc: u32,
        index: u64,
        timestamp: u32,
        extensions: &[(u8, &[u8])],
        payload: &[u8],
        padding: u8,
    ) -> Vec<u8> {
        let mut writer = ExtensionWriter::default();
        for (id, data) in extensions {
            assert!(writer.push(*id, data));
        }
        assert!(writer.push(SEQUENCE, &self.transport_sequence.to_be_bytes()));
        self.transport_sequence = self.transport_sequence.wrapping_add(1);
        let mut block = [0; MAX_BLOCK];
        let block_len = writer.finish(&mut block);
        let mut packet = vec![0; 1600];
        let header = write_header(
            &mut packet,
            marker,
            payload_type,
            index as u16,
            timestamp,
            ssrc,
            &block[..block_len],
        );
        packet[header..header + payload.len()].copy_from_slice(payload);
        let mut len = header + payload.len();
        if padding > 0 {
            packet[0] |= 0x20;
            len += usize::from(padding);
            packet[len - 1] = padding;
        }
        packet.resize(len + RTP_OVERHEAD, 0);
        let protected = self.sender.protect_rtp(&mut packet, header, len, index);
        packet.truncate(protected);
        packet
    }

    pub fn rtcp(&mut self, plain: &[u8]) -> Vec<u8> {
        let mut packet = plain.to_vec();
        packet.resize(plain.len() + RTCP_OVERHEAD, 0);
        let len = self.sender.protect_rtcp(&mut packet, plain.len());
        packet.truncate(len);
        packet
    }

    /// Opens one datagram that was sent to this peer; `None` if it is not RTP.
    pub fn open_rtp(&mut self, datagram: &[u8]) -> Option<Vec<u8>> {
        let is_rtp = plane::demux::classify(datagram) == Some(plane::demux::Protocol::Srtp);
        is_rtp.then(|| {
            let mut plain = datagram.to_vec();
            let opened = self.receiver.unprotect_rtp(&mut plain);
            let (len, _) = opened.expect("authentic and new");
            plain.truncate(len);
            plain
        })
    }

    /// Reads what was sent to this peer: the RTP packets, and the plain RTCP compounds.
    pub fn read(&mut self, sent: &[(Path, Vec<u8>)]) -> (Vec<Received>, Vec<Vec<u8>>) {
        let (mut rtp, mut rtcp) = (Vec::new(), Vec::new());
        for (_, datagram) in sent
            .iter()
            .filter(|(path, _)| path.remote == self.path.remote)
        {
            let mut datagram = datagram.clone();
            match plane::demux::classify(&datagram) {
                Some(plane::demux::Protocol::Srtp) => {
                    let (len, _) = self
                        .receiver
                        .unprotect_rtp(&mut datagram)
                        .expect("authentic and new");
                    let header = Header::parse(&datagram[..len]).expect("well-formed");
                    rtp.push(Received {
                        ssrc: header.ssrc,
                        sequence: header.sequence,
                        timestamp: header.timestamp,
                        marker: header.marker,
                        payload_type: header.payload_type,
                        payload: header.payload.to_vec(),
                        descriptor: descriptor_of(&header),
                    });
                }
                Some(plane::demux::Protocol::Srtcp) => {
                    let len = self
                        .receiver
                        .unprotect_rtcp(&mut datagram)
                        .expect("authentic and new");
                    rtcp.push(datagram[..len].to_vec());
                }
                _ => {}
            }
        }
        (rtp, rtcp)
    }
}

fn descriptor_of(header: &Header<'_>) -> Vec<u8> {
    let block = header.extension.into_iter();
    let mut elements = block.flat_map(|(form, body)| Elements::new(form, body));
    let found = elements.find(|element| element.id == DEPENDENCIES);
    found.map_or_else(Vec::new, |element| element.data.to_vec())
}

/// A plane with peers around it, in virtual time.
pub struct World {
    pub plane: Plane,
    /// The shards beyond the plane's own, which here carry out their orders at once.
    pub shards: Vec<Shard>,
    pub shard_counters: Counters,
    pub outbox: Outbox,
    pub now: Time,
}

impl Default for World {
    fn default() -> Self {
        Self::with_shards(1)
    }
}

impl World {
    pub fn with_shards(count: usize) -> Self {
        Self {
            plane: Plane::with_shards(1_790_000_000_000_000, count),
            shards: (1..count).map(Shard::new).collect(),
            shard_counters: Counters::default(),
            outbox: Outbox::default(),
            now: Time::from_micros(1),
        }
    }
}

impl World {
    pub fn command(&mut self, command: Command) {
        self.plane
            .handle_command(self.now, command, &mut self.outbox);
        self.carry_out();
    }

    fn carry_out(&mut self) {
        for (shard, orders) in self.shards.iter_mut().zip(self.plane.orders()) {
            for order in orders.drain(..) {
                shard.handle(order, &mut self.shard_counters, &mut self.outbox);
            }
        }
    }

    pub fn datagram(&mut self, path: &Path, datagram: &[u8]) {
        self.plane
            .handle_datagram(self.now, path, &mut datagram.to_vec(), &mut self.outbox);
        self.carry_out();
    }

    /// Lets time pass, and the plane do what is due.
    pub fn pass(&mut self, millis: u64) {
        let end = Time::from_micros(self.now.micros() + millis * 1_000);
        while let Some(deadline) = self.plane.deadline().filter(|deadline| *deadline <= end) {
            self.now = self.now.max(deadline);
            self.plane.handle_timeout(self.now, &mut self.outbox);
            self.carry_out();
        }
        self.now = end;
    }

    pub fn sent(&mut self) -> Vec<(Path, Vec<u8>)> {
        std::mem::take(&mut self.outbox.sent)
    }

    pub fn events(&mut self) -> Vec<Event> {
        self.plane.drain_events().collect()
    }

    /// A peer that is connected already, and publishes.
    pub fn connect_publisher(&mut self, id: u32, endpoint: u32) -> Peer {
        self.connect_by(id, endpoint, Peer::publisher)
    }

    /// A peer that is connected already.
    pub fn connect(&mut self, id: u32, endpoint: u32) -> Peer {
        self.connect_by(id, endpoint, Peer::new)
    }

    fn connect_by(&mut self, id: u32, endpoint: u32, new: fn(u32, u32, Path) -> Peer) -> Peer {
        let port = 10_000 + u16::try_from(id).unwrap();
        let path = Path {
            remote: SocketAddr::from(([127, 0, 0, 1], port)),
            local: None,
        };
        let peer = new(id, endpoint, path);
        for command in peer.commands() {
            self.command(command);
        }
        self.datagram(&peer.path, &peer.check());
        peer
    }

    pub fn add_camera(&mut self, peer: &Peer, track: u32, rids: &[&str]) {
        self.add_camera_in(peer, track, "1", rids);
    }

    /// One in another media section.
    pub fn add_camera_in(&mut self, peer: &Peer, track: u32, mid: &str, rids: &[&str]) {
        self.command(Command::AddTrack {
            track,
            transport: peer.id,
            mid: mid.into(),
            kind: MediaKind::Video,
            rids: rids.iter().map(ToString::to_string).collect(),
            group: None,
        });
    }

    pub fn add_microphone(&mut self, peer: &Peer, track: u32, group: u32) {
        self.command(Command::AddTrack {
            track,
            transport: peer.id,
            mid: "0".into(),
            kind: MediaKind::Audio,
            rids: Vec::new(),
            group: Some(group),
        });
    }

    pub fn add_video_slot(&mut self, peer: &Peer, slot: u32) {
        self.command(Command::AddVideoSlot {
            slot,
            transport: peer.id,
            format: video_format(5_000 + slot),
        });
    }
}

/// A VP8 payload with picture id, TL0PICIDX and a body that tells the frames apart.
pub fn vp8(picture_id: u16, tl0: u8, keyframe: bool) -> Vec<u8> {
    let [high, low] = (picture_id | 0x8000).to_be_bytes();
    vec![
        0x90,
        0xE0,
        high,
        low,
        tl0,
        0x20,
        u8::from(!keyframe),
        high,
        low,
    ]
}
