//! The plane that is measured: one publisher, and everybody watching or hearing.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use plane::allocation::Priority;
use plane::counters::{Counter, Counters};
use plane::driver::{Worker, bind};
use plane::egress::{Format, Path};
use plane::plane::{Command, Plane};
use plane::time::Time;
use plane::track::MediaKind;

use crate::allocations;
use crate::case::{Case, SUBSCRIBERS, loopback_socket, thread_time};
use crate::floor::NoNetwork;
use crate::support::{LEVEL, MID, OPUS, Peer, SEQUENCE, VP8, audio_format, video_format, vp8};

/// The publisher's packets.
struct Publisher {
    case: Case,
    peer: Peer,
    payload: Vec<u8>,
    index: u64,
    /// Its next frame is a keyframe.
    keyframe: bool,
}

impl Publisher {
    fn new(case: &Case, peer: Peer) -> Self {
        let mut payload = match case.kind {
            MediaKind::Audio => Vec::new(),
            MediaKind::Video => vp8(0, 0, true),
        };
        payload.resize(case.payload(), 0x55);
        Self {
            case: *case,
            peer,
            payload,
            index: 0,
            keyframe: true,
        }
    }

    /// The datagrams of the next frame.
    fn frame(&mut self) -> Vec<Vec<u8>> {
        let payload_type = match self.case.kind {
            MediaKind::Audio => OPUS,
            MediaKind::Video => VP8,
        };
        let frame = self.index / self.case.burst;
        if self.case.kind == MediaKind::Video {
            // Another picture id, so that it is another frame; and no keyframe unless it is to be one.
            let keyframe = std::mem::take(&mut self.keyframe);
            let head = vp8(frame as u16 & 0x7fff, frame as u8, keyframe);
            self.payload[..head.len()].copy_from_slice(&head);
        }
        let first = self.index;
        self.index += self.case.burst;
        (first..self.index)
            .map(|index| {
                // Only the first packet of a frame starts it.
                let start = if index == first { 0x10 } else { 0 };
                if self.case.kind == MediaKind::Video {
                    self.payload[0] = 0x80 | start;
                }
                self.peer.marked_rtp(
                    index + 1 == self.index,
                    payload_type,
                    7,
                    index,
                    frame as u32 * 960,
                    &[(MID, b"0"), (LEVEL, &[0x90])],
                    &self.payload,
                    0,
                )
            })
            .collect()
    }
}

/// The commands that set the meeting up, the datagrams that connect everybody, and everybody: the publisher is the first.
fn meeting(case: &Case, paths: &[Path], answered: bool) -> (Vec<Command>, Vec<Vec<u8>>, Vec<Peer>) {
    // Who reports on each packet agreed to that.
    let transport_sequence_id = answered.then_some(SEQUENCE);
    let mut commands = vec![Command::AddGroup { group: 2 }];
    let mut checks = Vec::new();
    let peers: Vec<Peer> = paths
        .iter()
        .enumerate()
        .map(|(i, path)| Peer::new(i as u32 + 1, i as u32 + 1, *path))
        .collect();
    for peer in &peers {
        commands.extend(peer.commands());
        checks.push(peer.check());
    }
    commands.push(Command::AddTrack {
        track: 5,
        transport: 1,
        mid: "0".into(),
        kind: case.kind,
        rids: Vec::new(),
        group: (case.kind == MediaKind::Audio).then_some(2),
    });
    for peer in &peers[1..] {
        match case.kind {
            MediaKind::Audio => commands.extend((0..3).map(|seat| Command::AddAudioSlot {
                slot: peer.id * 4 + u32::from(seat),
                transport: peer.id,
                format: Format {
                    transport_sequence_id,
                    ..audio_format(peer.id * 4 + u32::from(seat))
                },
                group: 2,
                seat,
            })),
            MediaKind::Video => commands.extend([
                Command::AddVideoSlot {
                    slot: peer.id * 4,
                    transport: peer.id,
                    format: Format {
                        transport_sequence_id,
                        ..video_format(peer.id * 4)
                    },
                },
                Command::Route {
                    slot: peer.id * 4,
                    wish: Some((5, 2, 2)),
                    priority: Priority::Tile,
                },
            ]),
        }
    }
    (commands, checks, peers)
}

/// The real worker behind a real socket.
pub struct Driven {
    worker: Worker,
    publisher: Publisher,
    socket: UdpSocket,
    port: u16,
    began: Instant,
}

impl Driven {
    pub fn new(case: &Case, receivers: &[UdpSocket]) -> Self {
        Self::in_meeting(case, receivers, false).0
    }

    /// The same, and the peers that watch or hear; `answered`: they will report on each packet.
    pub fn in_meeting(case: &Case, receivers: &[UdpSocket], answered: bool) -> (Self, Vec<Peer>) {
        let socket = bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0).expect("a media port");
        let address = socket.socket.local_addr().expect("bound").as_socket();
        let port = address.expect("an IP socket").port();
        let began = Instant::now();
        let mut worker = Worker::new(socket);
        let publisher_socket = loopback_socket();
        let sockets: Vec<&UdpSocket> = std::iter::once(&publisher_socket)
            .chain(receivers)
            .collect();
        let paths: Vec<Path> = sockets
            .iter()
            .map(|socket| Path {
                remote: socket.local_addr().expect("bound"),
                local: None,
            })
            .collect();
        let (commands, checks, mut peers) = meeting(case, &paths, answered);
        for command in commands {
            worker.command(command);
        }
        for (socket, check) in sockets.iter().zip(checks) {
            let sent = socket.send_to(&check, (Ipv4Addr::LOCALHOST, port));
            sent.expect("loopback");
        }
        worker.turn().expect("the socket works");
        let listeners = peers.split_off(1);
        let mut this = Self {
            worker,
            publisher: Publisher::new(case, peers.remove(0)),
            socket: publisher_socket,
            port,
            began,
        };
        for _ in 0..5 {
            this.send();
            this.worker.turn().expect("the socket works");
        }
        // Not of all that was sent: where a link is not known yet, what comes at once is paced.
        assert!(
            this.worker.plane().counters().get(Counter::Forwarded) >= SUBSCRIBERS as u64,
            "everybody is served"
        );
        (this, listeners)
    }

    /// The server's.
    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn case(&self) -> &Case {
        &self.publisher.case
    }

    pub fn counters(&self) -> &Counters {
        self.worker.plane().counters()
    }

    /// Now, by a clock that began with the worker's.
    pub fn now(&self) -> Time {
        Time::from_micros(self.began.elapsed().as_micros() as u64)
    }

    /// Whether time alone makes the plane do something.
    pub fn is_due(&self) -> bool {
        let deadline = self.worker.plane().deadline();
        deadline.is_some_and(|deadline| deadline <= self.now())
    }

    /// The publisher's next frame is to be a keyframe.
    pub fn want_keyframe(&mut self) {
        self.publisher.keyframe = true;
    }

    /// The publisher sends a frame.
    pub fn send(&mut self) {
        for datagram in self.publisher.frame() {
            let sent = self
                .socket
                .send_to(&datagram, (Ipv4Addr::LOCALHOST, self.port));
            sent.expect("loopback");
        }
    }

    /// Packets forwarded a second of processor time, and allocations meanwhile.
    pub fn round(&mut self) -> (f64, u64) {
        let before = self.worker.plane().counters().get(Counter::Forwarded);
        let (mut spent, mut allocated) = (Duration::ZERO, 0);
        for _ in 0..self.publisher.case.frames {
            self.send();
            let (began, had) = (thread_time(), allocations::so_far());
            self.turn();
            spent += thread_time() - began;
            allocated += allocations::so_far() - had;
        }
        let forwarded = self.worker.plane().counters().get(Counter::Forwarded) - before;
        let expected = self.publisher.case.packets() * SUBSCRIBERS as u64;
        assert_eq!(forwarded, expected, "nothing is lost on the way");
        (forwarded as f64 / spent.as_secs_f64(), allocated)
    }

    /// What callgrind counts.
    #[inline(never)]
    pub fn turn(&mut self) {
        self.worker.turn().expect("the socket works");
    }

    /// Datagrams to a message, on average.
    pub fn datagrams_per_message(&self) -> f64 {
        let counters = self.worker.plane().counters();
        counters.get(Counter::Sent) as f64 / counters.get(Counter::SentMessages) as f64
    }
}

/// The plane alone, without a network.
pub struct Alone {
    plane: Plane,
    publisher: Publisher,
    path: Path,
    now: Time,
}

impl Alone {
    /// `watched`: whether anybody watches or hears; else each packet is only received.
    pub fn new(case: &Case, watched: bool) -> Self {
        let paths: Vec<Path> = (0..=SUBSCRIBERS as u16)
            .map(|i| Path {
                remote: (Ipv4Addr::LOCALHOST, 20_000 + i).into(),
                local: None,
            })
            .collect();
        let (commands, checks, mut peers) = meeting(case, &paths, false);
        let mut plane = Plane::new(1_790_000_000_000_000);
        let (now, mut sink) = (Time::from_micros(1), NoNetwork::default());
        for command in commands {
            let wanted = watched
                || !matches!(
                    command,
                    Command::Route { .. } | Command::AddAudioSlot { .. }
                );
            if wanted {
                plane.handle_command(now, command, &mut sink);
            }
        }
        for (path, mut check) in paths.iter().zip(checks) {
            plane.handle_datagram(now, path, &mut check, &mut sink);
        }
        let mut this = Self {
            plane,
            publisher: Publisher::new(case, peers.remove(0)),
            path: paths[0],
            now,
        };
        this.round();
        this
    }

    /// Seconds of processor time that one received packet costs.
    pub fn round(&mut self) -> f64 {
        let mut sink = NoNetwork::default();
        let case = self.publisher.case;
        let mut frames: Vec<_> = (0..case.frames)
            .flat_map(|_| self.publisher.frame())
            .collect();
        let began = thread_time();
        for datagram in &mut frames {
            self.plane
                .handle_datagram(self.now, &self.path, datagram, &mut sink);
        }
        (thread_time() - began).as_secs_f64() / case.packets() as f64
    }
}
