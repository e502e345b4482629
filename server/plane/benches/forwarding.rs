//! Packets a second of one core: the real driver fanning one stream out to 121 transports over loopback, beside a bare
//! loop in the same run that does only the same encryption and sendmmsg (the floor), and their ratio.
//!
//! `cargo bench --bench forwarding -- [--json] [--seconds N]`. The two take turns, round by round, so that a machine
//! that grows slower meanwhile does not favour either; each figure is the median of its rounds, on the thread's own
//! processor time.
#![allow(unsafe_code)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use plane::counters::Counter;
use plane::driver::{SendBatch, Worker, bind};
use plane::egress::{Path, Sink};
use plane::plane::Command;
use plane::rtp::write_header;
use plane::srtp::{MasterKey, Profile, SrtpSender};
use support::{MID, OPUS, Peer, VP8, vp8};

const SUBSCRIBERS: usize = 121;
/// Packets of the publisher in one round.
const ROUND: u64 = 40;

/// One kind of stream that is measured.
struct Case {
    name: &'static str,
    /// Bytes of a whole datagram as a subscriber gets it.
    bytes: usize,
}

const CASES: [Case; 2] = [
    Case {
        name: "audio",
        bytes: 120,
    },
    Case {
        name: "video",
        bytes: 1_100,
    },
];

struct Measured {
    case: &'static str,
    bytes: usize,
    plane: f64,
    floor: f64,
    ratio: f64,
    rounds: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let seconds = arguments
        .iter()
        .position(|argument| argument == "--seconds")
        .and_then(|at| arguments.get(at + 1)?.parse().ok())
        .unwrap_or(5);
    let measured: Vec<_> = CASES
        .iter()
        .map(|case| measure(case, Duration::from_secs(seconds)))
        .collect();
    if json {
        let rows: Vec<_> = measured
            .iter()
            .map(|m| {
                format!(
                    r#"{{"stream":"{}","bytes":{},"subscribers":{SUBSCRIBERS},"plane_packets_per_s":{:.0},"floor_packets_per_s":{:.0},"ratio":{:.3},"rounds":{}}}"#,
                    m.case, m.bytes, m.plane, m.floor, m.ratio, m.rounds
                )
            })
            .collect();
        println!("[{}]", rows.join(","));
        return;
    }
    println!("one stream to {SUBSCRIBERS} transports over loopback, per core (AEAD_AES_128_GCM)\n");
    println!(
        "{:<8}{:>7}{:>16}{:>16}{:>14}{:>8}{:>8}",
        "stream", "bytes", "plane pkt/s", "floor pkt/s", "plane µs/pkt", "ratio", "rounds"
    );
    for m in measured {
        println!(
            "{:<8}{:>7}{:>16.0}{:>16.0}{:>14.2}{:>8.2}{:>8}",
            m.case,
            m.bytes,
            m.plane,
            m.floor,
            1e6 / m.plane,
            m.ratio,
            m.rounds
        );
    }
}

fn measure(case: &Case, time: Duration) -> Measured {
    let receivers: Vec<UdpSocket> = (0..SUBSCRIBERS).map(|_| loopback_socket()).collect();
    let mut plane = PlaneUnderTest::new(case, &receivers);
    let mut floor = Floor::new(case, &receivers);
    let (mut planes, mut floors) = (Vec::new(), Vec::new());
    let end = Instant::now() + time;
    let mut round = 0;
    while Instant::now() < end || planes.len() < 5 {
        let (a, b) = if round % 2 == 0 {
            let a = plane.round();
            drain(&receivers);
            (a, floor.round())
        } else {
            let b = floor.round();
            drain(&receivers);
            (plane.round(), b)
        };
        drain(&receivers);
        // The first rounds warm caches and branch predictors up.
        if round >= 3 {
            planes.push(a);
            floors.push(b);
        }
        round += 1;
    }
    let ratios = planes
        .iter()
        .zip(&floors)
        .map(|(plane, floor)| plane / floor)
        .collect();
    Measured {
        case: case.name,
        bytes: case.bytes,
        rounds: planes.len(),
        plane: median(planes),
        floor: median(floors),
        ratio: median(ratios),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn loopback_socket() -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port");
    socket.set_nonblocking(true).expect("non-blocking");
    socket
}

fn drain(receivers: &[UdpSocket]) {
    let mut buffer = [0; 2048];
    for receiver in receivers {
        while receiver.recv(&mut buffer).is_ok() {}
    }
}

/// Processor time of this thread.
fn thread_time() -> Duration {
    // SAFETY: the pointer is to a timespec that outlives the call.
    let now = unsafe {
        let mut now = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now);
        now
    };
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// The real worker, with a publisher's socket in front of it.
struct PlaneUnderTest {
    worker: Worker,
    publisher: Peer,
    socket: UdpSocket,
    port: u16,
    payload: Vec<u8>,
    payload_type: u8,
    index: u64,
}

impl PlaneUnderTest {
    fn new(case: &Case, receivers: &[UdpSocket]) -> Self {
        let socket = bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0).expect("a media port");
        let port = socket
            .socket
            .local_addr()
            .expect("bound")
            .as_socket()
            .expect("an IP socket")
            .port();
        let mut worker = Worker::new(socket);
        let publisher_socket = loopback_socket();
        let path = |socket: &UdpSocket| Path {
            remote: socket.local_addr().expect("bound"),
            local: None,
        };
        let publisher = Peer::new(1, 1, path(&publisher_socket));
        let audio = case.name == "audio";
        let mut peers = vec![(Peer::new(1, 1, publisher.path), &publisher_socket)];
        for (i, receiver) in receivers.iter().enumerate() {
            let id = 10 + i as u32;
            peers.push((Peer::new(id, id, path(receiver)), receiver));
        }
        worker.command(Command::AddGroup { group: 2 });
        for (peer, _) in &peers {
            peer.commands()
                .into_iter()
                .for_each(|command| worker.command(command));
        }
        worker.command(Command::AddTrack {
            track: 5,
            transport: 1,
            mid: "0".into(),
            kind: if audio {
                plane::track::MediaKind::Audio
            } else {
                plane::track::MediaKind::Video
            },
            rids: Vec::new(),
            group: audio.then_some(2),
        });
        for (peer, socket) in &peers {
            if peer.id != 1 && audio {
                for seat in 0..3 {
                    worker.command(Command::AddAudioSlot {
                        slot: peer.id * 4 + u32::from(seat),
                        transport: peer.id,
                        ssrc: peer.id * 4 + u32::from(seat),
                        payload_type: OPUS,
                        audio_level_id: Some(1),
                        group: 2,
                        seat,
                    });
                }
            } else if peer.id != 1 {
                let ssrc = peer.id * 4;
                worker.command(Command::AddVideoSlot {
                    slot: ssrc,
                    transport: peer.id,
                    ssrc,
                    payload_type: VP8,
                });
                worker.command(Command::Route {
                    slot: ssrc,
                    wish: Some((5, 2)),
                });
            }
            socket
                .send_to(&peer.check(), (Ipv4Addr::LOCALHOST, port))
                .expect("loopback");
        }
        // Header, extension block (8 bytes for audio) and tag make up the rest of the datagram.
        let payload_len = case.bytes - 12 - 16 - if audio { 8 } else { 0 };
        let mut payload = if audio { Vec::new() } else { vp8(0, 0, true) };
        payload.resize(payload_len, 0x55);
        let payload_type = if audio { OPUS } else { VP8 };
        let mut this = Self {
            worker,
            publisher,
            socket: publisher_socket,
            port,
            payload,
            payload_type,
            index: 0,
        };
        for _ in 0..10 {
            this.worker.turn().expect("the socket works");
            this.send();
            std::thread::sleep(Duration::from_millis(20));
        }
        this.worker.turn().expect("the socket works");
        let forwarded = this.worker.plane().counters().get(Counter::Forwarded);
        assert!(
            forwarded >= SUBSCRIBERS as u64,
            "everybody is served: {forwarded}"
        );
        this
    }

    fn send(&mut self) {
        let level: &[u8] = &[0x90];
        let packet = self.publisher.rtp(
            self.payload_type,
            7,
            self.index,
            self.index as u32 * 960,
            &[(MID, b"0"), (support::LEVEL, level)],
            &self.payload,
            0,
        );
        self.index += 1;
        self.socket
            .send_to(&packet, (Ipv4Addr::LOCALHOST, self.port))
            .expect("loopback");
    }

    /// Packets forwarded a second of processor time.
    fn round(&mut self) -> f64 {
        let before = self.worker.plane().counters().get(Counter::Forwarded);
        let mut spent = Duration::ZERO;
        for _ in 0..ROUND {
            self.send();
            let began = thread_time();
            self.worker.turn().expect("the socket works");
            spent += thread_time() - began;
        }
        let forwarded = self.worker.plane().counters().get(Counter::Forwarded) - before;
        assert_eq!(
            forwarded,
            ROUND * SUBSCRIBERS as u64,
            "nothing is lost on the way"
        );
        forwarded as f64 / spent.as_secs_f64()
    }
}

/// The same datagrams to the same sockets, encrypted and sent in the same batches, and nothing else.
struct Floor {
    batch: SendBatch,
    _socket: plane::driver::MediaSocket,
    sender: Vec<(SrtpSender, Path)>,
    payload: Vec<u8>,
    header: usize,
    index: u64,
}

impl Floor {
    fn new(case: &Case, receivers: &[UdpSocket]) -> Self {
        let socket = bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0).expect("a port");
        let header = if case.name == "audio" { 20 } else { 12 };
        let sender = receivers
            .iter()
            .enumerate()
            .map(|(i, receiver)| {
                let key = MasterKey::new(Profile::AeadAes128Gcm, &[i as u8; 16], &[1; 12])
                    .expect("right lengths");
                (
                    SrtpSender::new(&key),
                    Path {
                        remote: receiver.local_addr().expect("bound"),
                        local: None,
                    },
                )
            })
            .collect();
        Self {
            batch: SendBatch::new(socket.socket.as_raw_fd(), socket.wildcard),
            _socket: socket,
            sender,
            payload: vec![0x55; case.bytes - header - 16],
            header,
            index: 0,
        }
    }

    fn round(&mut self) -> f64 {
        let began = thread_time();
        for _ in 0..ROUND {
            for (sender, path) in &self.sender {
                let buffer = self.batch.buffer();
                let extensions: &[u8] = if self.header == 20 {
                    &[0xBE, 0xDE, 0, 1, 0x10, 0x90, 0, 0]
                } else {
                    &[]
                };
                write_header(buffer, false, 96, self.index as u16, 0, 7, extensions);
                let len = self.header + self.payload.len();
                buffer[self.header..len].copy_from_slice(&self.payload);
                let len = sender.protect_rtp(black_box(buffer), self.header, len, self.index);
                self.batch.send(len, path);
            }
            self.batch.flush();
            self.index += 1;
        }
        (ROUND * SUBSCRIBERS as u64) as f64 / (thread_time() - began).as_secs_f64()
    }
}
