//! The ICE-lite agent of one transport (RFC 8445 sections 2.5, 7.3 and 8.2): it answers checks, and learns from them
//! where its peer is.

use std::net::SocketAddr;

use crate::egress::Path;
use crate::stun::{BindingRequest, IntegrityKey, Refusal};
use crate::time::{Span, Time};

/// A transport that is silent for this long is dead (RFC 7675 section 5.1 has the same 30 s for consent).
pub const DEAD_AFTER: Span = Span::from_secs(30);
/// How many addresses one peer may be known by at once.
const MAX_ADDRESSES: usize = 8;
/// A nominated path that is silent for this long gives way to another that is checked, nominated or not: browsers do
/// not nominate anew when a NAT binding changes under them. A path over which little comes has its consent checks (every
/// 2.5 s, RFC 7675 section 5.1) to say that it lives.
const STALE_AFTER: Span = Span::from_secs(4);
/// The same for a path over which something came all the time: browsers take 3.5 s to choose another, and as long again to
/// nominate it.
const LIVELY_STALE_AFTER: Span = Span::from_secs(1);
/// A path is lively when no more than this lay between what came over it, smoothed.
const LIVELY_GAP: Span = Span::from_millis(200);

/// What a valid check led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Answer with success. The address is bound to this transport from now on; `evicted` no longer is.
    Valid {
        /// An address that made room.
        evicted: Option<SocketAddr>,
        /// Media goes another way than before.
        moved: bool,
    },
    /// Answer with this error; signed if the peer proved the password.
    Refused(Refusal, bool),
}

/// Where one transport's peer is.
#[derive(Debug)]
pub struct IceAgent {
    key: IntegrityKey,
    addresses: Vec<(SocketAddr, Time)>,
    selected: Option<Path>,
    nominated: bool,
    selected_heard: Time,
    /// In µs, between what comes over the selected path, smoothed.
    gap: u64,
    last_heard: Time,
}

impl IceAgent {
    /// An agent with its own password.
    pub fn new(now: Time, password: &str) -> Self {
        Self {
            key: IntegrityKey::new(password),
            addresses: Vec::with_capacity(MAX_ADDRESSES),
            selected: None,
            nominated: false,
            selected_heard: now,
            gap: STALE_AFTER.micros(),
            last_heard: now,
        }
    }

    /// The key that responses are signed with.
    pub fn key(&self) -> &IntegrityKey {
        &self.key
    }

    /// Where media goes.
    #[inline]
    pub fn selected(&self) -> Option<&Path> {
        self.selected.as_ref()
    }

    /// The addresses that are bound to this transport.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.addresses.iter().map(|(address, _)| *address)
    }

    /// An authentic packet came from a bound address.
    #[inline]
    pub fn heard(&mut self, now: Time, from: &SocketAddr) {
        self.last_heard = now;
        if self.selected.is_some_and(|path| path.remote == *from) {
            self.gap = (self.gap * 15 + now.since(self.selected_heard).micros()) / 16;
            self.selected_heard = now;
        }
    }

    /// Whether media goes to this address, and something authentic has come from it lately.
    pub fn is_in_use(&self, now: Time, address: &SocketAddr) -> bool {
        self.selected.is_some_and(|path| path.remote == *address)
            && now.since(self.selected_heard) < STALE_AFTER
    }

    /// Whether the selected path has been silent for longer than it would be if it worked.
    fn is_stale(&self, now: Time) -> bool {
        let patience = if self.gap <= LIVELY_GAP.micros() {
            LIVELY_STALE_AFTER
        } else {
            STALE_AFTER
        };
        now.since(self.selected_heard) >= patience
    }

    /// For how long nothing authentic has come.
    pub fn silence(&self, now: Time) -> Span {
        now.since(self.last_heard)
    }

    /// Whether nothing authentic has come for [`DEAD_AFTER`].
    pub fn is_dead(&self, now: Time) -> bool {
        self.silence(now) >= DEAD_AFTER
    }

    /// A check for this transport's ufrag came along `path`.
    pub fn check(&mut self, now: Time, path: Path, request: &BindingRequest<'_>) -> Checked {
        if !request.has_integrity() {
            return Checked::Refused(Refusal::BadRequest, false);
        }
        if !request.is_authentic(&self.key) {
            return Checked::Refused(Refusal::Unauthenticated, false);
        }
        if let Some(attribute) = request.unknown_attribute {
            return Checked::Refused(Refusal::UnknownAttribute(attribute), true);
        }
        if request.peer_is_controlled {
            // A lite agent is always controlled, so the peer is the one to switch (RFC 8445 section 6.1.1).
            return Checked::Refused(Refusal::RoleConflict, true);
        }
        let evicted = self.bind(now, path.remote);
        let moves = match self.selected {
            None => true,
            Some(selected) if selected == path => false,
            Some(_) => request.nominates || !self.nominated || self.is_stale(now),
        };
        if moves {
            self.selected = Some(path);
            self.selected_heard = now;
        }
        if moves || request.nominates {
            self.nominated = request.nominates;
        }
        self.heard(now, &path.remote);
        Checked::Valid {
            evicted,
            moved: moves,
        }
    }

    fn bind(&mut self, now: Time, address: SocketAddr) -> Option<SocketAddr> {
        if let Some((_, seen)) = self
            .addresses
            .iter_mut()
            .find(|(known, _)| *known == address)
        {
            *seen = now;
            return None;
        }
        let mut evicted = None;
        if self.addresses.len() == MAX_ADDRESSES {
            let selected = self.selected.map(|path| path.remote);
            let oldest = (0..MAX_ADDRESSES)
                .filter(|&i| Some(self.addresses[i].0) != selected)
                .min_by_key(|&i| self.addresses[i].1);
            evicted = oldest.map(|i| self.addresses.swap_remove(i).0);
        }
        self.addresses.push((address, now));
        evicted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stun::{MAX_RESPONSE, write_binding_request};

    const PASSWORD: &str = "a long enough password";

    fn at(seconds: u64) -> Time {
        Time::from_micros(seconds * 1_000_000)
    }

    fn path(port: u16) -> Path {
        Path {
            remote: SocketAddr::from(([127, 0, 0, 1], port)),
            local: None,
        }
    }

    fn check(
        agent: &mut IceAgent,
        now: Time,
        port: u16,
        nominate: bool,
        password: &str,
    ) -> Checked {
        let mut out = [0; MAX_RESPONSE];
        let len = write_binding_request(
            "here:there",
            &IntegrityKey::new(password),
            nominate,
            [1; 12],
            &mut out,
        );
        agent.check(
            now,
            path(port),
            &BindingRequest::parse(&out[..len]).unwrap(),
        )
    }

    #[test]
    fn the_first_valid_check_selects_and_a_nomination_decides() {
        let mut agent = IceAgent::new(at(0), PASSWORD);
        assert_eq!(
            check(&mut agent, at(0), 1, false, PASSWORD),
            Checked::Valid {
                evicted: None,
                moved: true
            }
        );
        check(&mut agent, at(0), 2, true, PASSWORD);
        assert_eq!(agent.selected(), Some(&path(2)));
        check(&mut agent, at(1), 1, false, PASSWORD);
        assert_eq!(
            agent.selected(),
            Some(&path(2)),
            "a plain check does not undo a nomination"
        );
    }

    #[test]
    fn a_peer_that_moved_is_followed_once_its_old_address_is_silent() {
        let mut agent = IceAgent::new(at(0), PASSWORD);
        check(&mut agent, at(0), 1, true, PASSWORD);
        check(&mut agent, at(2), 2, false, PASSWORD);
        assert_eq!(agent.selected(), Some(&path(1)));
        check(&mut agent, at(5), 2, false, PASSWORD);
        assert_eq!(agent.selected(), Some(&path(2)));
    }

    #[test]
    fn where_something_came_all_the_time_a_second_of_silence_is_enough() {
        let mut agent = IceAgent::new(at(0), PASSWORD);
        check(&mut agent, at(0), 1, true, PASSWORD);
        for hundredths in 0..200 {
            agent.heard(Time::from_micros(hundredths * 20_000), &path(1).remote);
        }
        let silent_from = 199 * 20_000;
        let after = |agent: &mut IceAgent, micros: u64| {
            check(
                agent,
                Time::from_micros(silent_from + micros),
                2,
                false,
                PASSWORD,
            )
        };
        after(&mut agent, 900_000);
        assert_eq!(agent.selected(), Some(&path(1)));
        after(&mut agent, 1_100_000);
        assert_eq!(agent.selected(), Some(&path(2)));
    }

    #[test]
    fn a_wrong_password_binds_nothing() {
        let mut agent = IceAgent::new(at(0), PASSWORD);
        assert_eq!(
            check(&mut agent, at(0), 1, true, "somebody else's password"),
            Checked::Refused(Refusal::Unauthenticated, false)
        );
        assert_eq!((agent.addresses().count(), agent.selected()), (0, None));
    }

    #[test]
    fn thirty_seconds_of_silence_are_death_and_a_check_is_life() {
        let mut agent = IceAgent::new(at(0), PASSWORD);
        assert!(!agent.is_dead(at(29)));
        check(&mut agent, at(29), 1, true, PASSWORD);
        assert!(!agent.is_dead(at(58)));
        assert!(agent.is_dead(at(59)));
    }

    #[test]
    fn many_addresses_do_not_grow_without_bound_nor_evict_the_selected() {
        let mut agent = IceAgent::new(at(0), PASSWORD);
        check(&mut agent, at(0), 1, true, PASSWORD);
        let evicted = (2..50)
            .filter(|&port| {
                matches!(
                    check(&mut agent, at(1), port, false, PASSWORD),
                    Checked::Valid {
                        evicted: Some(_),
                        ..
                    }
                )
            })
            .count();
        assert_eq!((agent.addresses().count(), evicted), (MAX_ADDRESSES, 41));
        assert!(agent.addresses().any(|address| address == path(1).remote));
    }
}
