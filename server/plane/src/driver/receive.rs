//! Taking many datagrams with one call (recvmmsg).

use std::io;
use std::mem::zeroed;
use std::os::fd::RawFd;

use super::BATCH;
use super::address::{Control, RawAddress, read_address, read_control};
use crate::egress::Path;

/// Longer than any datagram that the plane takes, so that longer ones are seen to be so.
const BUFFER: usize = 2048;

/// Buffers for one batch of received datagrams.
pub struct ReceiveBatch {
    buffers: Box<[[u8; BUFFER]]>,
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
                buffers: vec![[0; BUFFER]; BATCH].into(),
                addresses: vec![zeroed(); BATCH].into(),
                controls: vec![Control([0; 96]); BATCH].into(),
                iovecs: vec![zeroed(); BATCH].into(),
                headers: vec![zeroed(); BATCH].into(),
                kernel_drops: 0,
            }
        };
        for i in 0..BATCH {
            batch.iovecs[i].iov_base = batch.buffers[i].as_mut_ptr().cast();
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
    /// Takes what has arrived, up to a batch, without waiting. Returns how many; 0 when there is nothing.
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
                BATCH as libc::c_uint,
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

    /// One of the datagrams that [`ReceiveBatch::receive`] took, and its way; a datagram that was cut short is given
    /// whole-length of its buffer, which is longer than the plane takes.
    pub fn datagram(&mut self, i: usize) -> Option<(&mut [u8], Path)> {
        let header = &self.headers[i];
        let told = read_control(&header.msg_hdr);
        if let Some(drops) = told.kernel_drops {
            self.kernel_drops = drops;
        }
        let remote = read_address(&self.addresses[i])?;
        let len = (header.msg_len as usize).min(BUFFER);
        Some((
            &mut self.buffers[i][..len],
            Path {
                remote,
                local: told.local,
            },
        ))
    }

    /// How many datagrams the kernel dropped so far because its buffer was full.
    pub fn kernel_drops(&self) -> u64 {
        u64::from(self.kernel_drops)
    }
}
