//! Where finished datagrams go.

use std::net::{IpAddr, SocketAddr};

/// The largest datagram that the plane sends: an Ethernet frame's worth.
pub const MAX_DATAGRAM: usize = 1500;

/// One way to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The peer's address.
    pub remote: SocketAddr,
    /// The local address that the peer sent to, and expects to hear from; `None` where the socket has just one.
    pub local: Option<IpAddr>,
}

/// Takes datagrams without copying them: a buffer is filled in place, then sent.
pub trait Sink {
    /// The buffer of the next datagram. Its old content means nothing.
    fn buffer(&mut self) -> &mut [u8; MAX_DATAGRAM];

    /// Whether datagrams of one length to one receiver, sent one after the other, leave in one call. Then it pays to
    /// make them equally long.
    fn coalesces(&self) -> bool;

    /// Sends the first `len` bytes of the buffer. The sink may gather many before it calls the system.
    fn send(&mut self, len: usize, path: &Path);
}
