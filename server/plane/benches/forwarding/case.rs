//! The streams that are measured, and the sockets they go to.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use plane::track::MediaKind;

/// How many transports one stream fans out to: a meeting of 122.
pub const SUBSCRIBERS: usize = 121;

/// One kind of stream.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub name: &'static str,
    pub kind: MediaKind,
    /// Bytes of a whole datagram as a subscriber gets it.
    pub bytes: usize,
    /// Packets of one frame: they arrive together, and the last carries the marker.
    pub burst: u64,
    /// Frames in one round.
    pub frames: u64,
    /// Frames a second in a meeting.
    pub frames_per_second: u32,
    /// What the ratio to the floor is to be at least.
    pub bar: f64,
}

pub const CASES: [Case; 2] = [
    Case {
        name: "audio",
        kind: MediaKind::Audio,
        bytes: 120,
        burst: 1,
        frames: 40,
        frames_per_second: 50,
        bar: 0.85,
    },
    Case {
        name: "video",
        kind: MediaKind::Video,
        bytes: 1_100,
        burst: 8,
        frames: 8,
        frames_per_second: 30,
        bar: 2.0,
    },
];

impl Case {
    /// Packets that one round sends to each subscriber.
    pub fn packets(&self) -> u64 {
        self.burst * self.frames
    }

    /// How long one frame comes after another in a meeting.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.frames_per_second
    }

    /// Bytes of header and extension block as a subscriber gets them.
    pub fn header(&self) -> usize {
        match self.kind {
            MediaKind::Audio => 20,
            MediaKind::Video => 12,
        }
    }

    /// Bytes of payload.
    pub fn payload(&self) -> usize {
        self.bytes - self.header() - plane::srtp::RTP_OVERHEAD
    }
}

pub fn loopback_socket() -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port");
    socket.set_nonblocking(true).expect("non-blocking");
    socket
}

pub fn drain(receivers: &[UdpSocket]) {
    let mut buffer = [0; 2048];
    for receiver in receivers {
        while receiver.recv(&mut buffer).is_ok() {}
    }
}

/// Processor time of this thread.
pub fn thread_time() -> Duration {
    // SAFETY: the pointer is to a timespec that outlives the call.
    let now = unsafe {
        let mut now = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now);
        now
    };
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
