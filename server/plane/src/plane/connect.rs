//! STUN and DTLS: how a transport comes to be connected.

use std::net::SocketAddr;

use crate::counters::Counter;
use crate::egress::{MAX_DATAGRAM, Order, Path, Sink};
use crate::ice::Checked;
use crate::stun::{BindingRequest, MAX_RESPONSE};
use crate::time::Time;

use super::{Event, Plane};

impl Plane {
    pub(super) fn receive_stun<S: Sink>(
        &mut self,
        now: Time,
        path: &Path,
        message: &[u8],
        sink: &mut S,
    ) {
        let Ok(request) = BindingRequest::parse(message) else {
            return self.counters.count(Counter::DropStunMalformed);
        };
        // Ufrags are secrets of one connection: whoever does not know one learns nothing, not even that we are here.
        let known = request
            .local_ufrag()
            .and_then(|ufrag| self.by_ufrag.get(ufrag));
        let Some(&index) = known else {
            return self.counters.count(Counter::DropStunUnknownUfrag);
        };
        if self.belongs_to_another(now, &path.remote, index) {
            return self.counters.count(Counter::DropAddressTaken);
        }
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        let before = transport.ice.selected().copied();
        let mut out = [0; MAX_RESPONSE];
        let len = match transport.ice.check(now, *path, &request) {
            Checked::Valid { evicted, .. } => {
                self.counters.count(Counter::StunAnswered);
                if let Some(evicted) = evicted {
                    self.by_address.remove(&evicted);
                }
                self.by_address.insert(path.remote, index);
                if before.is_none() {
                    self.events.push(Event::Connected {
                        transport: transport.id,
                    });
                }
                request.write_success(path.remote, transport.ice.key(), &mut out)
            }
            Checked::Refused(refusal, signed) => {
                self.counters.count(Counter::StunRefused);
                request.write_error(refusal, signed.then_some(transport.ice.key()), &mut out)
            }
        };
        let selected = transport.ice.selected().copied();
        sink.buffer()[..len].copy_from_slice(&out[..len]);
        sink.send(len, path);
        if let Some(path) = selected.filter(|_| selected != before) {
            let transport = index;
            self.order(index, Order::SetPath { transport, path }, sink);
        }
    }

    /// Whether an address is in use by another transport. Otherwise a participant could take another's address with
    /// checks of their own that carry a forged source.
    fn belongs_to_another(&self, now: Time, address: &SocketAddr, index: usize) -> bool {
        let owner = self
            .by_address
            .get(address)
            .filter(|&&owner| owner != index);
        let owner = owner.and_then(|&owner| self.transports.get(owner));
        owner.is_some_and(|transport| transport.ice.is_in_use(now, address))
    }

    pub(super) fn receive_dtls(&mut self, now: Time, index: usize, datagram: &[u8]) {
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        if transport.admit_dtls(now) {
            self.events.push(Event::Dtls {
                transport: transport.id,
                datagram: datagram.to_vec(),
            });
        } else {
            self.counters.count(Counter::DropDtlsLimited);
        }
    }

    pub(super) fn send_dtls<S: Sink>(&mut self, id: u32, datagram: &[u8], sink: &mut S) {
        let Some(transport) = self.transports.by_id_mut(id) else {
            return;
        };
        let Some(path) = transport.ice.selected() else {
            return;
        };
        if datagram.len() > MAX_DATAGRAM {
            return self.counters.count(Counter::DropOversize);
        }
        sink.buffer()[..datagram.len()].copy_from_slice(datagram);
        sink.send(datagram.len(), path);
    }
}
