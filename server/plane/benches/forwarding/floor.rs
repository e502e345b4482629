//! What any forwarder must do at least: the same datagrams to the same sockets, encrypted and sent in the same batches,
//! one datagram a message, and nothing else.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::Duration;

use plane::driver::{MediaSocket, SendBatch, bind};
use plane::egress::{MAX_DATAGRAM, Path, Sink};
use plane::rtp::write_header;
use plane::srtp::{MasterKey, Profile, SrtpSender};

use crate::case::{Case, SUBSCRIBERS, thread_time};

pub struct Floor {
    case: Case,
    batch: SendBatch,
    _socket: MediaSocket,
    senders: Vec<(SrtpSender, Path)>,
    payload: Vec<u8>,
    index: u64,
}

impl Floor {
    pub fn new(case: &Case, receivers: &[UdpSocket]) -> Self {
        let mut socket = bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0).expect("a port");
        socket.segments = false;
        let senders = receivers.iter().enumerate().map(|(i, receiver)| {
            let key = MasterKey::new(Profile::AeadAes128Gcm, &[i as u8; 16], &[1; 12]);
            let path = Path {
                remote: receiver.local_addr().expect("bound"),
                local: None,
            };
            (SrtpSender::new(&key.expect("right lengths")), path)
        });
        Self {
            case: *case,
            batch: SendBatch::new(&socket),
            _socket: socket,
            senders: senders.collect(),
            payload: vec![0x55; case.payload()],
            index: 0,
        }
    }

    /// Packets sent a second of processor time.
    pub fn round(&mut self) -> f64 {
        let spent: Duration = (0..self.case.frames).map(|_| self.frame()).sum();
        rate(&self.case, spent.as_secs_f64())
    }

    /// Sends one frame; the processor time that it took.
    pub fn frame(&mut self) -> Duration {
        let began = thread_time();
        write_frame(
            &self.case,
            &self.senders,
            &self.payload,
            self.index,
            &mut self.batch,
        );
        self.batch.flush();
        self.index += self.case.burst;
        thread_time() - began
    }

    /// Seconds of processor time that the encryption alone takes for one packet.
    pub fn protect_alone(&mut self, rounds: u64) -> f64 {
        let mut sink = NoNetwork::default();
        let began = thread_time();
        for _ in 0..rounds {
            write_frame(&self.case, &self.senders, &[], self.index, &mut sink);
            self.index += self.case.burst;
        }
        let packets = rounds * self.case.burst * SUBSCRIBERS as u64;
        (thread_time() - began).as_secs_f64() / packets as f64
    }
}

fn rate(case: &Case, seconds: f64) -> f64 {
    (case.packets() * SUBSCRIBERS as u64) as f64 / seconds
}

/// One frame to everybody. An empty payload leaves the buffers as they are: nothing is measured but the encryption.
fn write_frame<S: Sink>(
    case: &Case,
    senders: &[(SrtpSender, Path)],
    payload: &[u8],
    index: u64,
    sink: &mut S,
) {
    let header = case.header();
    let extensions: &[u8] = &[0xBE, 0xDE, 0, 1, 0x10, 0x90, 0, 0];
    for (sender, path) in senders {
        for packet in index..index + case.burst {
            let buffer = sink.buffer();
            write_header(
                buffer,
                false,
                96,
                packet as u16,
                0,
                7,
                &extensions[..header - 12],
            );
            let len = header + case.payload();
            buffer[header..header + payload.len()].copy_from_slice(payload);
            let len = sender.protect_rtp(black_box(buffer), header, len, packet);
            sink.send(len, path);
        }
    }
}

/// A sink that sends nothing.
pub struct NoNetwork {
    buffer: [u8; MAX_DATAGRAM],
}

impl Default for NoNetwork {
    fn default() -> Self {
        Self {
            buffer: [0; MAX_DATAGRAM],
        }
    }
}

impl Sink for NoNetwork {
    fn buffer(&mut self) -> &mut [u8; MAX_DATAGRAM] {
        &mut self.buffer
    }

    fn coalesces(&self) -> bool {
        true
    }

    fn send(&mut self, len: usize, path: &Path) {
        black_box((&self.buffer[..len], path));
    }
}
