//! The one UDP socket.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd;

use socket2::{Domain, Protocol, Socket, Type};

/// Kernel buffer for what has arrived: some 50 ms of a full meeting.
const RECEIVE_BUFFER: usize = 8 << 20;
/// Kernel buffer for what is to leave.
const SEND_BUFFER: usize = 8 << 20;

/// A bound socket, and whether it must tell and choose local addresses because it has several.
#[derive(Debug)]
pub struct MediaSocket {
    /// The socket, non-blocking.
    pub socket: Socket,
    /// It is bound to a wildcard address: replies must name the address that they leave from.
    pub wildcard: bool,
    /// The kernel cuts one long datagram into equal ones (UDP GSO, Linux 4.18).
    pub segments: bool,
}

/// Binds the media port. An IPv6 wildcard takes IPv4 too, and falls back to IPv4 where the host has no IPv6.
pub fn bind(host: IpAddr, port: u16) -> io::Result<MediaSocket> {
    match open(SocketAddr::new(host, port), false) {
        Err(error)
            if host == IpAddr::V6(Ipv6Addr::UNSPECIFIED)
                && matches!(
                    error.raw_os_error(),
                    Some(libc::EAFNOSUPPORT | libc::EADDRNOTAVAIL)
                ) =>
        {
            open(
                SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port),
                false,
            )
        }
        result => result,
    }
}

/// More sockets on the port of `first`, which alone goes on receiving: the others only send. Where the kernel can't steer
/// (SO_ATTACH_REUSEPORT_CBPF, Linux 4.5), they share the first one's socket.
pub fn bind_senders(first: &MediaSocket, count: usize) -> io::Result<Vec<MediaSocket>> {
    let shared = || {
        Ok(MediaSocket {
            socket: first.socket.try_clone()?,
            ..*first
        })
    };
    if count == 0 {
        return Ok(Vec::new());
    }
    // Only now: until here, a port that anybody else has was refused.
    let group = set_option(&first.socket, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1)
        .and_then(|()| steer_to_first(&first.socket));
    let address = first.socket.local_addr()?.as_socket();
    (0..count)
        .map(|_| match (&group, address) {
            (Ok(()), Some(address)) => open(address, true).or_else(|_| shared()),
            _ => shared(),
        })
        .collect()
}

/// Has the kernel give every datagram for a group of sockets to the first of them.
fn steer_to_first(socket: &Socket) -> io::Result<()> {
    let mut program = [libc::sock_filter {
        code: (libc::BPF_RET | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k: 0,
    }];
    let program = libc::sock_fprog {
        len: 1,
        filter: program.as_mut_ptr(),
    };
    // SAFETY: the pointer and length are those of a program that outlives the call, which copies it.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_REUSEPORT_CBPF,
            std::ptr::from_ref(&program).cast(),
            size_of::<libc::sock_fprog>() as libc::socklen_t,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn open(address: SocketAddr, in_group: bool) -> io::Result<MediaSocket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    if in_group {
        set_option(&socket, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1)?;
    }
    grow_buffer(
        &socket,
        libc::SO_RCVBUFFORCE,
        RECEIVE_BUFFER,
        Socket::set_recv_buffer_size,
    )?;
    grow_buffer(
        &socket,
        libc::SO_SNDBUFFORCE,
        SEND_BUFFER,
        Socket::set_send_buffer_size,
    )?;
    set_option(&socket, libc::SOL_SOCKET, libc::SO_RXQ_OVFL, 1)?;
    let wildcard = address.ip().is_unspecified();
    if wildcard && address.is_ipv6() {
        set_option(&socket, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, 1)?;
    } else if wildcard {
        set_option(&socket, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?;
    }
    socket.bind(&address.into())?;
    // Where the kernel refuses either, datagrams come and go one by one.
    let segments = set_option(&socket, libc::SOL_UDP, libc::UDP_SEGMENT, 0).is_ok();
    let _ = set_option(&socket, libc::SOL_UDP, libc::UDP_GRO, 1);
    Ok(MediaSocket {
        socket,
        wildcard,
        segments,
    })
}

/// Beyond net.core.[rw]mem_max where the process may, else as much as the kernel gives.
fn grow_buffer(
    socket: &Socket,
    force: libc::c_int,
    bytes: usize,
    plain: fn(&Socket, usize) -> io::Result<()>,
) -> io::Result<()> {
    set_option(socket, libc::SOL_SOCKET, force, bytes as libc::c_int)
        .or_else(|_| plain(socket, bytes))
}

fn set_option(
    socket: &Socket,
    level: libc::c_int,
    name: libc::c_int,
    value: libc::c_int,
) -> io::Result<()> {
    // SAFETY: the pointer and length are those of a c_int that outlives the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            std::ptr::from_ref(&value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
