//! System calls that the standard library has no words for. The only `unsafe` of this crate.

use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;
use std::time::Duration;

/// Datagrams that one call takes at most.
pub const BATCH: usize = 32;
const DATAGRAM: usize = 2_048;
const CONTROL: usize = 16;

/// Asks for a receive buffer of so many bytes: beyond the system's limit where this process may, else up to it.
pub fn set_receive_buffer(socket: &impl AsRawFd, bytes: i32) -> io::Result<()> {
    set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, bytes)
        .or_else(|_| set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUF, bytes))
}

/// From now on the kernel says when each datagram came (CLOCK_REALTIME), and how many it had no room for.
pub fn tell_arrivals(socket: &impl AsRawFd) -> io::Result<()> {
    set_option(socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
    set_option(socket, libc::SOL_SOCKET, libc::SO_RXQ_OVFL, 1)
}

fn set_option(socket: &impl AsRawFd, level: i32, name: i32, value: i32) -> io::Result<()> {
    // SAFETY: the pointer and the length are those of a live i32, which is what these options take.
    let result = unsafe {
        let value = ptr::from_ref(&value).cast();
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            value,
            size_of::<i32>() as libc::socklen_t,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// The processor time of this process so far, all threads together.
pub fn processor_time() -> Duration {
    // SAFETY: the call fills the struct that it is given.
    let time = unsafe {
        let mut time: libc::timespec = zeroed();
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time);
        time
    };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Lets this process open as many sockets as the system allows it at most.
pub fn raise_open_files() {
    // SAFETY: both calls take a pointer to a live struct; failure leaves the limit as it was, which is noticed later.
    unsafe {
        let mut limit: libc::rlimit = zeroed();
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        }
    }
}

/// Room for the datagrams of one call of recvmmsg(2).
pub struct Batch {
    buffers: Vec<[u8; DATAGRAM]>,
    controls: Vec<[u64; CONTROL]>,
    vectors: Vec<libc::iovec>,
    headers: Vec<libc::mmsghdr>,
}

/// A datagram and what the kernel told of it.
pub struct Arrival<'a> {
    /// The datagram.
    pub bytes: &'a [u8],
    /// When it came, in microseconds since 1970; `None` when the kernel did not say.
    pub at: Option<u64>,
    /// How many the kernel had thrown away on this socket by then; `None` before the first.
    pub dropped: Option<u32>,
}

impl Batch {
    /// Room for [`BATCH`] datagrams.
    pub fn new() -> Self {
        // SAFETY: all of these are plain C structs, for which zeroes are valid.
        let (vector, header) = unsafe { (zeroed::<libc::iovec>(), zeroed::<libc::mmsghdr>()) };
        Self {
            buffers: vec![[0; DATAGRAM]; BATCH],
            controls: vec![[0; CONTROL]; BATCH],
            vectors: vec![vector; BATCH],
            headers: vec![header; BATCH],
        }
    }

    /// Takes what has come to a nonblocking socket; gives how many. Errors as recvmmsg(2).
    pub fn receive(&mut self, socket: RawFd) -> io::Result<usize> {
        for index in 0..BATCH {
            self.vectors[index].iov_base = self.buffers[index].as_mut_ptr().cast();
            self.vectors[index].iov_len = DATAGRAM;
            let header = &mut self.headers[index].msg_hdr;
            header.msg_iov = &raw mut self.vectors[index];
            header.msg_iovlen = 1;
            header.msg_control = self.controls[index].as_mut_ptr().cast();
            header.msg_controllen = CONTROL * size_of::<u64>();
        }
        // SAFETY: every header points to buffers of this struct, of the lengths given, that outlive the call.
        let count = unsafe {
            let no_timeout = ptr::null_mut();
            libc::recvmmsg(
                socket,
                self.headers.as_mut_ptr(),
                BATCH as u32,
                libc::MSG_DONTWAIT,
                no_timeout,
            )
        };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }

    /// The datagram at `index`, below the count that [`Self::receive`] gave.
    pub fn arrival(&self, index: usize) -> Arrival<'_> {
        let length = (self.headers[index].msg_len as usize).min(DATAGRAM);
        let mut arrival = Arrival {
            bytes: &self.buffers[index][..length],
            at: None,
            dropped: None,
        };
        let header = &self.headers[index].msg_hdr;
        // SAFETY: the header was filled by recvmmsg, and its control buffer lives in this struct; CMSG_* stay within
        // msg_controllen, and the kernel wrote the types that are read here.
        unsafe {
            let mut message = libc::CMSG_FIRSTHDR(header);
            while let Some(control) = message.as_ref() {
                let data = libc::CMSG_DATA(message);
                match (control.cmsg_level, control.cmsg_type) {
                    (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                        let time: libc::timespec = data.cast::<libc::timespec>().read_unaligned();
                        arrival.at =
                            Some(time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1_000);
                    }
                    (libc::SOL_SOCKET, libc::SO_RXQ_OVFL) => {
                        arrival.dropped = Some(data.cast::<u32>().read_unaligned());
                    }
                    _ => {}
                }
                message = libc::CMSG_NXTHDR(header, message);
            }
        }
        arrival
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::time::{SystemTime, UNIX_EPOCH};

    #[test]
    fn datagrams_come_with_their_times() {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        receiver.set_nonblocking(true).unwrap();
        set_receive_buffer(&receiver, 1 << 20).unwrap();
        tell_arrivals(&receiver).unwrap();
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        for number in 0..3u8 {
            sender
                .send_to(&[number; 100], receiver.local_addr().unwrap())
                .unwrap();
        }
        let mut batch = Batch::new();
        assert_eq!(batch.receive(receiver.as_raw_fd()).unwrap(), 3);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_micros() as u64;
        for number in 0..3 {
            let arrival = batch.arrival(number);
            assert_eq!(arrival.bytes, [number as u8; 100]);
            assert!(now - arrival.at.unwrap() < 1_000_000);
        }
        assert_eq!(
            batch.receive(receiver.as_raw_fd()).unwrap_err().kind(),
            io::ErrorKind::WouldBlock
        );
    }
}
