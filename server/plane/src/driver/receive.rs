//! Taking many datagrams with one call: recvmmsg, and within it, equal ones of one sender in one piece (UDP GRO).

use std::io;
use std::mem::zeroed;
use std::os::fd::RawFd;

use super::address::{Control, RawAddress, Told, read_address, read_control};
use crate::egress::Path;

/// How many messages one call takes.
const MESSAGES: usize = 64;
/// The longest message: datagrams of one sender that the kernel put together, or one that is longer than the plane takes.
const BUFFER: usize = 65_536;

/// Buffers for one batch of received messages.
pub struct ReceiveBatch {
    bytes: Box<[u8]>,
    addresses: Box<[RawAddress]>,
    controls: Box<[Control]>,
    iovecs: Box<[libc::iovec]>,
    headers: Box<[libc::mmsghdr]>,
    kernel_drops: u32,
}

// SAFETY: the raw pointers lead into the boxes of the same structure, which move with it and are not shared.
unsafe impl Send for ReceiveBatch {}

impl Default for ReceiveBatch {
    fn default() -> Self {
        // SAFETY: all of these are plain C data, for which zeros are valid.
        let mut batch = unsafe {
            Self {
                // Zeroed by the kernel when touched: what no message reaches costs no memory.
                bytes: vec![0; BUFFER * MESSAGES].into(),
                addresses: vec![zeroed(); MESSAGES].into(),
                controls: vec![Control([0; 96]); MESSAGES].into(),
                iovecs: vec![zeroed(); MESSAGES].into(),
                headers: vec![zeroed(); MESSAGES].into(),
                kernel_drops: 0,
            }
        };
        for (i, buffer) in batch.bytes.chunks_exact_mut(BUFFER).enumerate() {
            batch.iovecs[i].iov_base = buffer.as_mut_ptr().cast();
            batch.iovecs[i].iov_len = BUFFER;
            let header = &mut batch.headers[i].msg_hdr;
            header.msg_name = std::ptr::from_mut(&mut batch.addresses[i]).cast();
            header.msg_iov = &raw mut batch.iovecs[i];
            header.msg_iovlen = 1;
            header.msg_control = batch.controls[i].0.as_mut_ptr().cast();
        }
        batch
    }
}

impl ReceiveBatch {
    /// How many messages one call takes: fewer mean that nothing is left.
    pub const MESSAGES: usize = MESSAGES;

    /// Takes what has arrived, up to a batch, without waiting. Returns how many messages; 0 when there is nothing.
    pub fn receive(&mut self, fd: RawFd) -> io::Result<usize> {
        for header in &mut self.headers {
            header.msg_hdr.msg_namelen = size_of::<RawAddress>() as libc::socklen_t;
            header.msg_hdr.msg_controllen = size_of::<Control>() as _;
        }
        // SAFETY: every header points at live buffers of the lengths that it names.
        let count = unsafe {
            libc::recvmmsg(
                fd,
                self.headers.as_mut_ptr(),
                MESSAGES as libc::c_uint,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        if count >= 0 {
            return Ok(count as usize);
        }
        match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            error if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            error => Err(error),
        }
    }

    /// The datagrams of one of the messages that [`ReceiveBatch::receive`] took, all of one way.
    pub fn datagrams(&mut self, i: usize) -> Option<(impl Iterator<Item = &mut [u8]>, Path)> {
        let header = &self.headers[i];
        let Told {
            local,
            kernel_drops,
            segment_size,
        } = read_control(&header.msg_hdr);
        if let Some(drops) = kernel_drops {
            self.kernel_drops = drops;
        }
        let remote = read_address(&self.addresses[i])?;
        let len = (header.msg_len as usize).min(BUFFER);
        let message = &mut self.bytes[i * BUFFER..i * BUFFER + len];
        let size = segment_size.unwrap_or(BUFFER);
        Some((message.chunks_mut(size), Path { remote, local }))
    }

    /// How many datagrams the kernel dropped so far because its buffer was full.
    pub fn kernel_drops(&self) -> u64 {
        u64::from(self.kernel_drops)
    }
}
