//! Sending many datagrams with one call: sendmmsg, and within it, equal ones to one receiver as one message that the
//! kernel cuts into segments (UDP GSO).

use std::io;
use std::mem::zeroed;
use std::os::fd::{AsRawFd, RawFd};

use super::address::{Control, RawAddress, write_address, write_segment_size, write_source};
use super::{BATCH, MediaSocket};
use crate::counters::{Counter, Counters};
use crate::egress::{MAX_DATAGRAM, Path, Sink};

/// How long to wait, in ms, for room in the kernel's buffer before the rest of a batch is given up.
const WAIT_FOR_ROOM: libc::c_int = 1;
/// Bytes collected before they are sent at the latest: what stays in the second-level cache until the kernel copies it.
const CAPACITY: usize = 256 << 10;
/// The most segments of one message: UDP_MAX_SEGMENTS before Linux 6.9.
const MAX_SEGMENTS: usize = 64;
/// The longest message, with room for the headers of IP and UDP.
const MAX_MESSAGE: usize = 65_000;

/// What one message is made of.
#[derive(Clone, Copy, Debug, Default)]
struct Message {
    /// Where its bytes begin.
    start: usize,
    /// The length of every segment but the last, which may be shorter.
    segment: usize,
    segments: usize,
    len: usize,
    /// A shorter segment has ended it.
    closed: bool,
    path: Option<Path>,
}

/// Collects datagrams and sends them when it is full, or when it is told to.
pub struct SendBatch {
    fd: RawFd,
    wildcard: bool,
    segments: bool,
    bytes: Box<[u8]>,
    filled: usize,
    messages: [Message; BATCH],
    count: usize,
    addresses: Box<[RawAddress]>,
    controls: Box<[Control]>,
    iovecs: Box<[libc::iovec]>,
    headers: Box<[libc::mmsghdr]>,
    counters: Counters,
}

// SAFETY: the raw pointers lead into the boxes of the same structure, which move with it and are not shared.
unsafe impl Send for SendBatch {}

impl SendBatch {
    /// A batch for a socket.
    pub fn new(socket: &MediaSocket) -> Self {
        // SAFETY: all of these are plain C data, for which zeros are valid.
        let mut batch = unsafe {
            Self {
                fd: socket.socket.as_raw_fd(),
                wildcard: socket.wildcard,
                segments: socket.segments,
                bytes: vec![0; CAPACITY].into(),
                filled: 0,
                messages: [Message::default(); BATCH],
                count: 0,
                addresses: vec![zeroed(); BATCH].into(),
                controls: vec![Control([0; 96]); BATCH].into(),
                iovecs: vec![zeroed(); BATCH].into(),
                headers: vec![zeroed(); BATCH].into(),
                counters: Counters::default(),
            }
        };
        for i in 0..BATCH {
            let header = &mut batch.headers[i].msg_hdr;
            header.msg_name = std::ptr::from_mut(&mut batch.addresses[i]).cast();
            header.msg_iov = &raw mut batch.iovecs[i];
            header.msg_iovlen = 1;
        }
        batch
    }

    /// Sends all that is collected. What the kernel will not take is counted and given up: media does not wait.
    pub fn flush(&mut self) {
        for i in 0..self.count {
            self.describe(i);
        }
        self.counters.add(Counter::SentMessages, self.count as u64);
        let mut at = 0;
        let mut waited = false;
        while at < self.count {
            let left = &mut self.headers[at..self.count];
            // SAFETY: the headers point at live buffers of the lengths that they name.
            let sent = unsafe {
                libc::sendmmsg(
                    self.fd,
                    left.as_mut_ptr(),
                    left.len() as libc::c_uint,
                    libc::MSG_DONTWAIT,
                )
            };
            if sent > 0 {
                at += sent as usize;
                continue;
            }
            let error = io::Error::last_os_error().raw_os_error();
            match error {
                Some(libc::EINTR) => {}
                Some(libc::EAGAIN | libc::ENOBUFS) if !waited => {
                    waited = true;
                    self.wait_for_room();
                }
                Some(libc::EAGAIN | libc::ENOBUFS) => {
                    let left = self.messages[at..self.count].iter();
                    let datagrams: usize = left.map(|message| message.segments).sum();
                    self.counters
                        .add(Counter::DropSendBufferFull, datagrams as u64);
                    break;
                }
                _ if self.messages[at].segments > 1 => {
                    // EIO: no checksum offload on the way out, which will not change. Else this way alone is too narrow.
                    self.segments &= error != Some(libc::EIO);
                    self.counters.count(Counter::SegmentsRefused);
                    self.send_one_by_one(at);
                    at += 1;
                }
                // It is the first of the rest that the kernel refuses; the others may yet go.
                _ => {
                    self.counters.count(Counter::DropSendFailed);
                    at += 1;
                }
            }
        }
        self.count = 0;
        self.filled = 0;
    }

    /// What was sent and given up since the last call, to be added to the plane's counters.
    pub fn take_counters(&mut self) -> Counters {
        std::mem::take(&mut self.counters)
    }

    /// Tells the kernel of a message.
    fn describe(&mut self, i: usize) {
        let message = &self.messages[i];
        let header = &mut self.headers[i].msg_hdr;
        let control = &mut self.controls[i];
        self.iovecs[i].iov_base = self.bytes[message.start..].as_mut_ptr().cast();
        self.iovecs[i].iov_len = message.len;
        let (mut len, mut controls) = (0, 0);
        if let Some(path) = &message.path {
            len = write_address(&path.remote, &mut self.addresses[i]);
            if let Some(local) = path.local.filter(|_| self.wildcard) {
                controls = write_source(local, control);
            }
        }
        if message.segments > 1 {
            controls = write_segment_size(message.segment as u16, control, controls);
        }
        header.msg_namelen = len;
        header.msg_controllen = controls as _;
        header.msg_control = if controls == 0 {
            std::ptr::null_mut()
        } else {
            control.0.as_mut_ptr().cast()
        };
    }

    /// Sends the segments of a message that the kernel would not cut.
    fn send_one_by_one(&mut self, i: usize) {
        let message = self.messages[i];
        let mut left = message.len;
        let mut one = Message {
            segments: 1,
            ..message
        };
        while left > 0 {
            one.len = message.segment.min(left);
            self.messages[i] = one;
            self.describe(i);
            // SAFETY: as in `flush`; one header.
            let sent =
                unsafe { libc::sendmmsg(self.fd, &raw mut self.headers[i], 1, libc::MSG_DONTWAIT) };
            if sent != 1 {
                self.counters.count(Counter::DropSendFailed);
            }
            one.start += one.len;
            left -= one.len;
        }
    }

    fn wait_for_room(&self) {
        let mut poll = libc::pollfd {
            fd: self.fd,
            events: libc::POLLOUT,
            revents: 0,
        };
        // SAFETY: one pollfd that outlives the call.
        unsafe { libc::poll(&raw mut poll, 1, WAIT_FOR_ROOM) };
    }

    /// Lets the datagram of `len` bytes at `filled` be one more segment of the last message, where it fits.
    #[inline]
    fn append(&mut self, len: usize, path: &Path) -> bool {
        if !self.segments || self.count == 0 {
            return false;
        }
        let last = &mut self.messages[self.count - 1];
        let fits = !last.closed
            && len <= last.segment
            && last.segments < MAX_SEGMENTS
            && last.len + len <= MAX_MESSAGE
            && last.path == Some(*path);
        if fits {
            last.segments += 1;
            last.len += len;
            last.closed = len < last.segment;
        }
        fits
    }
}

impl Sink for SendBatch {
    #[inline]
    fn buffer(&mut self) -> &mut [u8; MAX_DATAGRAM] {
        if self.filled + MAX_DATAGRAM > CAPACITY {
            self.flush();
        }
        self.bytes[self.filled..]
            .first_chunk_mut()
            .unwrap_or_else(|| unreachable!("the batch was flushed when it had no room left"))
    }

    fn coalesces(&self) -> bool {
        self.segments
    }

    #[inline]
    fn send(&mut self, len: usize, path: &Path) {
        self.counters.count(Counter::Sent);
        self.counters.add(Counter::SentBytes, len as u64);
        if !self.append(len, path) {
            if self.count == BATCH {
                let start = self.filled;
                self.flush();
                self.bytes.copy_within(start..start + len, 0);
            }
            self.messages[self.count] = Message {
                start: self.filled,
                segment: len,
                segments: 1,
                len,
                closed: false,
                path: Some(*path),
            };
            self.count += 1;
        }
        self.filled += len;
    }
}
