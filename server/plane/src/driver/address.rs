//! Socket addresses and packet information as the kernel writes them.

use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// Room for one IPv4 or IPv6 address; the kernel's `sockaddr_in` is a prefix of it in size.
pub(super) type RawAddress = libc::sockaddr_in6;

/// Room for the control messages of one datagram: packet information and the kernel's drop count.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct Control(pub(super) [u8; 96]);

pub(super) fn write_address(address: &SocketAddr, raw: &mut RawAddress) -> libc::socklen_t {
    match address {
        SocketAddr::V6(v6) => {
            raw.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            raw.sin6_port = v6.port().to_be();
            raw.sin6_addr.s6_addr = v6.ip().octets();
            raw.sin6_scope_id = v6.scope_id();
            raw.sin6_flowinfo = 0;
            size_of::<libc::sockaddr_in6>() as libc::socklen_t
        }
        SocketAddr::V4(v4) => {
            // SAFETY: sockaddr_in is smaller than, and no stricter aligned than, sockaddr_in6; both are plain data.
            let v4_raw = unsafe { &mut *std::ptr::from_mut(raw).cast::<libc::sockaddr_in>() };
            v4_raw.sin_family = libc::AF_INET as libc::sa_family_t;
            v4_raw.sin_port = v4.port().to_be();
            v4_raw.sin_addr.s_addr = u32::from(*v4.ip()).to_be();
            size_of::<libc::sockaddr_in>() as libc::socklen_t
        }
    }
}

pub(super) fn read_address(raw: &RawAddress) -> Option<SocketAddr> {
    match i32::from(raw.sin6_family) {
        libc::AF_INET6 => Some(SocketAddr::V6(SocketAddrV6::new(
            Ipv6Addr::from(raw.sin6_addr.s6_addr),
            u16::from_be(raw.sin6_port),
            0,
            raw.sin6_scope_id,
        ))),
        libc::AF_INET => {
            // SAFETY: as in `write_address`; the family says that a sockaddr_in was written.
            let raw = unsafe { &*std::ptr::from_ref(raw).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(u32::from_be(raw.sin_addr.s_addr));
            Some(SocketAddr::V4(SocketAddrV4::new(
                ip,
                u16::from_be(raw.sin_port),
            )))
        }
        _ => None,
    }
}

/// What control messages told of one received datagram.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    /// The local address that it was sent to.
    pub(super) local: Option<IpAddr>,
    /// How many datagrams the kernel has dropped on this socket so far (SO_RXQ_OVFL).
    pub(super) kernel_drops: Option<u32>,
    /// How long each of the datagrams is that the kernel gave in one piece (UDP GRO).
    pub(super) segment_size: Option<usize>,
}

/// Reads the control messages of a received header.
pub(super) fn read_control(header: &libc::msghdr) -> Told {
    let mut told = Told::default();
    // SAFETY: the kernel filled `msg_control` for `msg_controllen` bytes; the CMSG macros stay inside of it.
    unsafe {
        let mut message = libc::CMSG_FIRSTHDR(header);
        while !message.is_null() {
            let data = libc::CMSG_DATA(message);
            match ((*message).cmsg_level, (*message).cmsg_type) {
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let info = data.cast::<libc::in6_pktinfo>().read_unaligned();
                    told.local = Some(IpAddr::V6(Ipv6Addr::from(info.ipi6_addr.s6_addr)));
                }
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let info = data.cast::<libc::in_pktinfo>().read_unaligned();
                    told.local = Some(IpAddr::V4(Ipv4Addr::from(u32::from_be(
                        info.ipi_addr.s_addr,
                    ))));
                }
                (libc::SOL_UDP, libc::UDP_GRO) => {
                    let size = data.cast::<libc::c_int>().read_unaligned();
                    told.segment_size = usize::try_from(size).ok().filter(|size| *size > 0);
                }
                (libc::SOL_SOCKET, libc::SO_RXQ_OVFL) => {
                    told.kernel_drops = Some(data.cast::<u32>().read_unaligned());
                }
                _ => {}
            }
            message = libc::CMSG_NXTHDR(header, message);
        }
    }
    told
}

/// Writes the control message that cuts a datagram into segments of `size` bytes (UDP GSO), after the first `at` bytes
/// of messages that are there already. Returns the length of all.
pub(super) fn write_segment_size(size: u16, control: &mut Control, at: usize) -> usize {
    // SAFETY: `at` is 0 or what `write_source` returned, a multiple of the alignment; 96 bytes hold both messages.
    unsafe {
        let message = control.0[at..].as_mut_ptr().cast::<libc::cmsghdr>();
        (*message).cmsg_level = libc::SOL_UDP;
        (*message).cmsg_type = libc::UDP_SEGMENT;
        (*message).cmsg_len = libc::CMSG_LEN(size_of::<u16>() as u32) as _;
        libc::CMSG_DATA(message).cast::<u16>().write_unaligned(size);
        at + libc::CMSG_SPACE(size_of::<u16>() as u32) as usize
    }
}

/// Writes the control message that makes a datagram leave from `local`. Returns its length.
pub(super) fn write_source(local: IpAddr, control: &mut Control) -> usize {
    // SAFETY: `control` is zeroed, aligned for cmsghdr, and longer than CMSG_SPACE of either structure.
    unsafe {
        control.0.fill(0);
        let message = control.0.as_mut_ptr().cast::<libc::cmsghdr>();
        let data = libc::CMSG_DATA(message);
        match local {
            IpAddr::V6(ip) => {
                let mut info: libc::in6_pktinfo = zeroed();
                info.ipi6_addr.s6_addr = ip.octets();
                (*message).cmsg_level = libc::IPPROTO_IPV6;
                (*message).cmsg_type = libc::IPV6_PKTINFO;
                (*message).cmsg_len = libc::CMSG_LEN(size_of::<libc::in6_pktinfo>() as u32) as _;
                data.cast::<libc::in6_pktinfo>().write_unaligned(info);
                libc::CMSG_SPACE(size_of::<libc::in6_pktinfo>() as u32) as usize
            }
            IpAddr::V4(ip) => {
                let mut info: libc::in_pktinfo = zeroed();
                info.ipi_spec_dst.s_addr = u32::from(ip).to_be();
                (*message).cmsg_level = libc::IPPROTO_IP;
                (*message).cmsg_type = libc::IP_PKTINFO;
                (*message).cmsg_len = libc::CMSG_LEN(size_of::<libc::in_pktinfo>() as u32) as _;
                data.cast::<libc::in_pktinfo>().write_unaligned(info);
                libc::CMSG_SPACE(size_of::<libc::in_pktinfo>() as u32) as usize
            }
        }
    }
}
