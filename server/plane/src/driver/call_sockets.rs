//! The sockets of telephone calls: one for each, read and written all at once.
//!
//! They are for a thread of Python that wakes every 20 ms. One call that takes what has come for all calls, and one that
//! sends to all, let go of the interpreter twice; a call for each datagram would do so a hundred times, and wait for
//! whoever holds it each time.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use socket2::{Domain, Protocol, Socket, Type};

/// The longest datagram that is taken: no packet of a call is longer.
const MAX_DATAGRAM: usize = 1_500;
/// So many datagrams of one call are taken at once: sixty times what a call sends in 20 ms.
const AT_ONCE: usize = 64;

/// One datagram of a call: its socket's port, what it carries, and where it comes from or goes to.
pub type CallDatagram = (u16, Vec<u8>, SocketAddr);

/// All of them, by their ports.
#[derive(Debug, Default)]
pub struct CallSockets {
    sockets: Mutex<FxHashMap<u16, UdpSocket>>,
}

impl CallSockets {
    /// Opens one more. Port 0 lets the system choose; returns the port.
    pub fn bind(&self, host: IpAddr, port: u16) -> io::Result<u16> {
        let address = SocketAddr::new(host, port);
        let socket = Socket::new(
            Domain::for_address(address),
            Type::DGRAM,
            Some(Protocol::UDP),
        )?;
        if address.is_ipv6() {
            socket.set_only_v6(false)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        let socket = UdpSocket::from(socket);
        let port = socket.local_addr()?.port();
        self.sockets().insert(port, socket);
        Ok(port)
    }

    /// Closes one.
    pub fn close(&self, port: u16) {
        self.sockets().remove(&port);
    }

    /// Takes what has come, in the order of each call.
    pub fn receive(&self) -> Vec<CallDatagram> {
        let mut taken = Vec::new();
        let mut buffer = [0; MAX_DATAGRAM];
        for (&port, socket) in self.sockets().iter() {
            for _ in 0..AT_ONCE {
                match socket.recv_from(&mut buffer) {
                    Ok((len, source)) => {
                        let source = SocketAddr::new(source.ip().to_canonical(), source.port());
                        taken.push((port, buffer[..len].to_vec(), source));
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    // What an earlier datagram met with on its way (ICMP) comes as an error, once.
                    Err(_) => {}
                }
            }
        }
        taken
    }

    /// Sends all. Returns how many the system took; of the others the next is as good.
    pub fn send(&self, datagrams: &[CallDatagram]) -> usize {
        let sockets = self.sockets();
        let sent = datagrams.iter().filter(|(port, payload, target)| {
            let Some(socket) = sockets.get(port) else {
                return false;
            };
            let is_v6 = socket.local_addr().is_ok_and(|local| local.is_ipv6());
            let target = match target.ip() {
                IpAddr::V4(ip) if is_v6 => {
                    SocketAddr::new(ip.to_ipv6_mapped().into(), target.port())
                }
                _ => *target,
            };
            socket.send_to(payload, target).is_ok()
        });
        sent.count()
    }

    fn sockets(&self) -> MutexGuard<'_, FxHashMap<u16, UdpSocket>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(port: u16, payload: &[u8], to: u16, host: &str) -> CallDatagram {
        (
            port,
            payload.to_vec(),
            SocketAddr::new(host.parse().unwrap(), to),
        )
    }

    #[test]
    fn datagrams_pass_between_calls_of_both_families_and_a_closed_one_gets_none() {
        let sockets = CallSockets::default();
        let v4 = sockets.bind("127.0.0.1".parse().unwrap(), 0).unwrap();
        let any = sockets.bind("::".parse().unwrap(), 0).unwrap();
        assert!(sockets.bind("127.0.0.1".parse().unwrap(), v4).is_err());
        let sent = sockets.send(&[
            from(v4, b"one", any, "127.0.0.1"),
            from(any, b"two", v4, "127.0.0.1"),
            from(4, b"of no call", v4, "127.0.0.1"),
        ]);
        assert_eq!(sent, 2);
        let mut taken = sockets.receive();
        taken.sort_by(|a, b| a.1.cmp(&b.1));
        let expected = [
            from(any, b"one", v4, "127.0.0.1"),
            from(v4, b"two", any, "127.0.0.1"),
        ];
        assert_eq!(taken, expected);
        sockets.close(any);
        sockets.send(&[from(v4, b"late", any, "127.0.0.1")]);
        assert_eq!(sockets.receive(), []);
    }

    #[test]
    fn a_flood_of_one_call_is_taken_in_parts() {
        let sockets = CallSockets::default();
        let port = sockets.bind("127.0.0.1".parse().unwrap(), 0).unwrap();
        let flood = vec![from(port, b"again", port, "127.0.0.1"); 100];
        assert_eq!(sockets.send(&flood), 100);
        assert_eq!(sockets.receive().len(), AT_ONCE);
        assert_eq!(sockets.receive().len(), 100 - AT_ONCE);
    }
}
