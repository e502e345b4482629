//! The state machine: `(now, datagram, path) -> datagrams out, events out, next deadline`.
//!
//! It owns no socket, clock or thread. It knows transports, tracks, streams, slots and speaker groups, and neither
//! rooms nor names. The files beside this one each hold one part of it: [`command`] what the control side may ask,
//! [`event`] what it is told, `membership` what there is, `connect` STUN and DTLS, `ingest` and `forward` the path of an
//! RTP packet, `pictures` what is video's own on it, `recovery` lost ones, `control` RTCP, `routing` who goes into which
//! slot, `allocating` what its link has room for, `demand` what of it publishers need not send, `telling` what is told of
//! that, [`telephone`] voices from within this machine and what is heard there, `tick` what time brings.

mod allocating;
pub mod command;
mod connect;
mod control;
mod demand;
pub mod event;
mod forward;
mod ingest;
mod membership;
mod pictures;
mod recovery;
mod routing;
pub mod telephone;
mod telling;
mod tick;

use std::net::SocketAddr;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::arena::Arena;
use crate::counters::{Counter, Counters};
use crate::demux::{Protocol, classify};
use crate::egress::{Burst, BurstPool, MAX_DATAGRAM, Order, Path, Report, Shard, Sink, Slot};
use crate::speakers::{SEATS, Speakers};
use crate::srtp::Rejected;
use crate::time::{Span, Time};
use crate::track::Track;
use crate::transport::Transport;

pub use command::Command;
pub use event::Event;
pub use telephone::Heard;
pub(crate) use telling::{Measurements, Told};

/// How often time is looked at: feedback, reports, deaths and layers are all multiples of it.
const TICK: Span = Span::from_millis(50);

/// The audio tracks that compete for being heard, and the slots that play the winners.
#[derive(Debug, Default)]
struct Group {
    id: u32,
    speakers: Speakers,
    /// Indices of the audio slots that play each seat.
    listeners: [Vec<usize>; SEATS],
    /// What is heard in it is told, too.
    tapped: bool,
}

/// The media plane of one worker.
#[derive(Debug)]
pub struct Plane {
    transports: Arena<Transport>,
    tracks: Arena<Track>,
    slots: Arena<Slot>,
    groups: Arena<Group>,
    by_address: FxHashMap<SocketAddr, usize>,
    by_ufrag: FxHashMap<Box<[u8]>, usize>,
    /// Streams (transport, index) of which a keyframe came to be wanted just now.
    keyframes_wanted: Vec<(usize, usize)>,
    /// How many streams there were.
    sources: u32,
    /// When lost packets are to be asked for next.
    nacks_due: Option<Time>,
    /// Video packets that wait for the rest of their frames, and bursts that have left.
    bursts: Vec<Arc<Burst>>,
    idle_bursts: BurstPool,
    /// The sending side of the subscribers of this worker.
    local: Shard,
    /// What each other shard is to do, shard 1 first.
    orders: Vec<Vec<Order>>,
    /// Kept from tick to tick, so that what the local shard tells needs no memory.
    reports: Vec<Report>,
    /// Kept from tick to tick, so that reports need no memory.
    reported: Vec<(usize, u32)>,
    events: Vec<Event>,
    /// What was heard in tapped groups since it was last taken out.
    heard: Vec<Heard>,
    counters: Counters,
    unix_micros_at_epoch: u64,
    next_tick: Time,
    ticks: u64,
}

impl Plane {
    /// A plane whose epoch (`Time` zero) was at `unix_micros_at_epoch` microseconds of Unix time.
    pub fn new(unix_micros_at_epoch: u64) -> Self {
        Self {
            transports: Arena::default(),
            tracks: Arena::default(),
            slots: Arena::default(),
            groups: Arena::default(),
            by_address: FxHashMap::default(),
            by_ufrag: FxHashMap::default(),
            keyframes_wanted: Vec::with_capacity(64),
            sources: 0,
            nacks_due: None,
            bursts: Vec::with_capacity(64),
            idle_bursts: BurstPool::default(),
            local: Shard::new(0),
            orders: Vec::new(),
            reports: Vec::with_capacity(64),
            reported: Vec::with_capacity(64),
            events: Vec::with_capacity(64),
            heard: Vec::new(),
            counters: Counters::default(),
            unix_micros_at_epoch,
            next_tick: Time::default(),
            ticks: 0,
        }
    }

    /// The same, with so many shards that send, its own included.
    pub fn with_shards(unix_micros_at_epoch: u64, shards: usize) -> Self {
        let mut plane = Self::new(unix_micros_at_epoch);
        plane.orders.resize_with(shards.max(1) - 1, Vec::new);
        plane
    }

    /// Takes one datagram. It is opened in place, so its content is lost.
    pub fn handle_datagram<S: Sink>(
        &mut self,
        now: Time,
        path: &Path,
        datagram: &mut [u8],
        sink: &mut S,
    ) {
        self.counters.count(Counter::Received);
        self.counters
            .add(Counter::ReceivedBytes, datagram.len() as u64);
        if datagram.len() > MAX_DATAGRAM {
            return self.counters.count(Counter::DropTooLarge);
        }
        let Some(protocol) = classify(datagram) else {
            return self.counters.count(Counter::DropUnknownProtocol);
        };
        if protocol == Protocol::Stun {
            return self.receive_stun(now, path, datagram, sink);
        }
        let Some(&transport) = self.by_address.get(&path.remote) else {
            return self.counters.count(Counter::DropUnknownAddress);
        };
        match protocol {
            Protocol::Srtp => self.receive_rtp(now, transport, path, datagram, sink),
            Protocol::Srtcp => self.receive_rtcp(now, transport, path, datagram, sink),
            Protocol::Dtls => self.receive_dtls(now, transport, datagram),
            Protocol::Stun => {}
        }
        self.request_keyframes(now, sink);
    }

    /// When [`Plane::handle_timeout`] wants to be called next. `None` while there is nothing to wait for.
    pub fn deadline(&self) -> Option<Time> {
        if self.transports.is_empty() {
            return None;
        }
        let bursts = self.bursts.iter().map(|burst| burst.due());
        let due = bursts.chain(self.nacks_due).chain(self.local.deadline());
        Some(due.fold(self.next_tick, Time::min))
    }

    /// Takes out what the control side is to be told.
    pub fn drain_events(&mut self) -> std::vec::Drain<'_, Event> {
        self.counters.add(Counter::Events, self.events.len() as u64);
        self.events.drain(..)
    }

    /// What each other shard is to do, shard 1 first; to be taken out.
    pub fn orders(&mut self) -> &mut [Vec<Order>] {
        &mut self.orders
    }

    /// What was done and dropped so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// For what the driver counts.
    pub fn counters_mut(&mut self) -> &mut Counters {
        &mut self.counters
    }

    /// What the link to a transport's peer is believed to carry, in bit/s; `None` while nobody knows.
    pub fn estimate(&self, transport: u32) -> Option<u64> {
        let index = self.transports.index(transport)?;
        self.transports.get(index)?.estimate
    }

    /// Has the shard do something in which a transport is.
    fn order<S: Sink>(&mut self, transport: usize, order: Order, sink: &mut S) {
        let shard = self
            .transports
            .get(transport)
            .map_or(0, |transport| transport.shard);
        match shard
            .checked_sub(1)
            .and_then(|other| self.orders.get_mut(other))
        {
            Some(orders) => orders.push(order),
            None => self.local.handle(order, &mut self.counters, sink),
        }
    }

    fn count_rejected(&mut self, rejected: Rejected, control: bool) {
        self.counters.count(match (rejected, control) {
            (Rejected::Malformed, false) => Counter::DropRtpMalformed,
            (Rejected::Malformed, true) => Counter::DropRtcpMalformed,
            (Rejected::Auth, false) => Counter::DropSrtpAuth,
            (Rejected::Auth, true) => Counter::DropSrtcpAuth,
            (Rejected::Replay, false) => Counter::DropSrtpReplay,
            (Rejected::Replay, true) => Counter::DropSrtcpReplay,
            (Rejected::TooManySsrcs, _) => Counter::DropTooManySsrcs,
        });
    }
}
