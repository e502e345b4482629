//! One UDP socket for each transport of each participant, as a browser has.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::system;

/// A burst that this process is too late for must wait, and not be lost, or the server would be blamed.
const RECEIVE_BUFFER: i32 = 4 << 20;
const SEND_BUFFER: usize = 1 << 20;

/// A nonblocking socket at this address, on any free port, with arrival times.
pub fn open(local: IpAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(SocketAddr::new(local, 0))?;
    socket.set_nonblocking(true)?;
    system::set_receive_buffer(&socket, RECEIVE_BUFFER)?;
    system::tell_arrivals(&socket)?;
    socket2::SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER)?;
    Ok(socket)
}

/// Our own address on the way to `remote`.
pub fn local_address(remote: SocketAddr) -> io::Result<IpAddr> {
    let any: SocketAddr = if remote.is_ipv4() {
        ([0; 4], 0).into()
    } else {
        ([0u16; 8], 0).into()
    };
    let probe = UdpSocket::bind(any)?;
    probe.connect(remote)?;
    Ok(probe.local_addr()?.ip())
}
