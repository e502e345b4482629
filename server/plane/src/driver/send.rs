//! Sending many datagrams with one call (sendmmsg).

use std::io;
use std::mem::zeroed;
use std::os::fd::RawFd;

use super::BATCH;
use super::address::{Control, RawAddress, write_address, write_source};
use crate::counters::{Counter, Counters};
use crate::egress::{MAX_DATAGRAM, Path, Sink};

/// How long to wait, in ms, for room in the kernel's buffer before the rest of a batch is given up.
const WAIT_FOR_ROOM: libc::c_int = 1;

/// Collects datagrams and sends them when it is full, or when it is told to.
pub struct SendBatch {
    fd: RawFd,
    wildcard: bool,
    buffers: Box<[[u8; MAX_DATAGRAM]]>,
    addresses: Box<[RawAddress]>,
    controls: Box<[Control]>,
    iovecs: Box<[libc::iovec]>,
    headers: Box<[libc::mmsghdr]>,
    filled: usize,
    counters: Counters,
}

// SAFETY: as for `ReceiveBatch`.
unsafe impl Send for SendBatch {}

impl SendBatch {
    /// A batch for a socket; `wildcard` as in [`super::MediaSocket`].
    pub fn new(fd: RawFd, wildcard: bool) -> Self {
        // SAFETY: all of these are plain C data, for which zeros are valid.
        let mut batch = unsafe {
            Self {
                fd,
                wildcard,
                buffers: vec![[0; MAX_DATAGRAM]; BATCH].into(),
                addresses: vec![zeroed(); BATCH].into(),
                controls: vec![Control([0; 96]); BATCH].into(),
                iovecs: vec![zeroed(); BATCH].into(),
                headers: vec![zeroed(); BATCH].into(),
                filled: 0,
                counters: Counters::default(),
            }
        };
        for i in 0..BATCH {
            batch.iovecs[i].iov_base = batch.buffers[i].as_mut_ptr().cast();
            let header = &mut batch.headers[i].msg_hdr;
            header.msg_name = std::ptr::from_mut(&mut batch.addresses[i]).cast();
            header.msg_iov = &raw mut batch.iovecs[i];
            header.msg_iovlen = 1;
        }
        batch
    }

    /// Sends all that is collected. What the kernel will not take is counted and given up: media does not wait.
    pub fn flush(&mut self) {
        let mut at = 0;
        let mut waited = false;
        while at < self.filled {
            let left = &mut self.headers[at..self.filled];
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
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EINTR) => {}
                Some(libc::EAGAIN | libc::ENOBUFS) if !waited => {
                    waited = true;
                    self.wait_for_room();
                }
                Some(libc::EAGAIN | libc::ENOBUFS) => {
                    self.counters
                        .add(Counter::DropSendBufferFull, (self.filled - at) as u64);
                    break;
                }
                // It is the first of the rest that the kernel refuses; the others may yet go.
                _ => {
                    self.counters.count(Counter::DropSendFailed);
                    at += 1;
                }
            }
        }
        self.filled = 0;
    }

    /// What was sent and given up since the last call, to be added to the plane's counters.
    pub fn take_counters(&mut self) -> Counters {
        std::mem::take(&mut self.counters)
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
}

impl Sink for SendBatch {
    #[inline]
    fn buffer(&mut self) -> &mut [u8; MAX_DATAGRAM] {
        &mut self.buffers[self.filled]
    }

    #[inline]
    fn send(&mut self, len: usize, path: &Path) {
        let i = self.filled;
        self.iovecs[i].iov_len = len;
        let header = &mut self.headers[i].msg_hdr;
        header.msg_namelen = write_address(&path.remote, &mut self.addresses[i]);
        match path.local.filter(|_| self.wildcard) {
            Some(local) => {
                header.msg_controllen = write_source(local, &mut self.controls[i]) as _;
                header.msg_control = self.controls[i].0.as_mut_ptr().cast();
            }
            None => {
                header.msg_controllen = 0;
                header.msg_control = std::ptr::null_mut();
            }
        }
        self.counters.count(Counter::Sent);
        self.counters.add(Counter::SentBytes, len as u64);
        self.filled += 1;
        if self.filled == BATCH {
            self.flush();
        }
    }
}
