//! A shard: the sending side of some of the subscribers. It renumbers, protects and sends what it is told to.
//!
//! The plane decides; shards carry out. The plane's own shard does so at once; each other one is a state machine on a
//! thread of its own, and all that it shares with the plane are bursts that nobody changes any more.

use rustc_hash::FxHashMap;

use super::extension_block::ExtensionBlock;
use super::forwarding::forward_to;
use super::order::{Order, Reception, Report};
use super::way::Way;
use super::{Burst, OutgoingStream, Sink, SourceCache, VIDEO_BYTES};
use crate::counters::Counters;
use crate::rtcp::write_sender_report;
use crate::time::Time;
use crate::track::MediaKind;

/// Sender reports of this many slots fit one datagram.
const REPORTS_PER_DATAGRAM: usize = 24;

/// The sending side of some of the subscribers.
#[derive(Debug)]
pub struct Shard {
    /// Which of a burst's lists of targets is for this one.
    number: usize,
    pub(super) ways: Vec<Way>,
    pub(super) streams: Vec<Option<OutgoingStream>>,
    /// What was forwarded lately, by the name of the incoming stream.
    pub(super) caches: FxHashMap<u32, SourceCache>,
    pub(super) block: ExtensionBlock,
    pub(super) reports: Vec<Report>,
    /// When the first of what waits may leave.
    pub(super) due: Option<Time>,
}

impl Shard {
    /// Shard `number` of the plane, with nobody in it.
    pub fn new(number: usize) -> Self {
        Self {
            number,
            ways: Vec::new(),
            streams: Vec::new(),
            caches: FxHashMap::default(),
            block: ExtensionBlock::EMPTY,
            reports: Vec::new(),
            due: None,
        }
    }

    /// Carries out an order.
    pub fn handle<S: Sink>(&mut self, order: Order, counters: &mut Counters, sink: &mut S) {
        match order {
            Order::SetSender { transport, sender } => self.way(transport).sender = Some(sender),
            Order::SetPath { transport, path } => self.way(transport).path = Some(path),
            Order::RemoveTransport { transport } => *self.way(transport) = Way::default(),
            Order::AddSlot {
                slot,
                transport,
                format,
            } => {
                if self.streams.len() <= slot {
                    self.streams.resize_with(slot + 1, || None);
                }
                self.streams[slot] = Some(OutgoingStream::new(transport, format));
            }
            Order::Restrict { transport, agreed } => {
                let streams = self.streams.iter_mut().flatten();
                streams
                    .filter(|stream| stream.transport == transport)
                    .for_each(|stream| stream.format.restrict(agreed));
            }
            Order::RemoveSlot { slot } => {
                if let Some(stream) = self.streams.get_mut(slot) {
                    *stream = None;
                }
            }
            Order::Forward(burst) => self.forward(&burst, counters, sink),
            Order::Report {
                transport,
                ntp,
                slots,
            } => self.report(transport, ntp, &slots, sink),
            Order::SendAgain {
                now,
                slot,
                sequences,
            } => self.send_again(now, slot, sequences.into_iter(), counters, sink),
            Order::Feedback {
                now,
                transport,
                statuses,
            } => self.feedback(now, transport, statuses.into_iter()),
            Order::Reception {
                now,
                transport,
                reception,
            } => self.reception(now, transport, &reception),
            Order::SetWanted {
                now,
                transport,
                rate,
                granted,
                paused,
            } => {
                self.set_wanted(now, transport, rate, paused);
                self.way(transport).pacer.set_granted(now, granted);
            }
            Order::Tick(now) => self.tick(now),
        }
    }

    /// Sends a burst to its targets: all of it to one, then all of it to the next, so that what goes to one receiver
    /// can leave in one call.
    pub fn forward<S: Sink>(&mut self, burst: &Burst, counters: &mut Counters, sink: &mut S) {
        let targets = burst.targets(self.number);
        if targets.is_empty() {
            return;
        }
        // Voices are not sent again, and never wait.
        if burst.kind == MediaKind::Video {
            self.keep(burst);
        }
        for target in targets {
            let Some(stream) = self
                .streams
                .get_mut(target.slot as usize)
                .and_then(Option::as_mut)
            else {
                continue;
            };
            let Some(way) = self.ways.get_mut(stream.transport) else {
                continue;
            };
            if way.sender.is_none() || way.path.is_none() {
                continue;
            }
            let block = &mut self.block;
            if forward_to(stream, way, target, burst, block, counters, sink) {
                self.due = self.due.into_iter().chain(way.deadline()).min();
            }
        }
    }

    /// Keeps a burst for those who will miss some of it.
    fn keep(&mut self, burst: &Burst) {
        let now = burst.leaves();
        if !self.caches.contains_key(&burst.source) {
            // Sources that have ended go when others begin.
            self.caches.retain(|_, cache| !cache.is_stale(now));
        }
        let cache = self
            .caches
            .entry(burst.source)
            .or_insert_with(|| SourceCache::new(VIDEO_BYTES));
        for packet in burst.packets() {
            cache.insert(now, packet, burst.payload(packet), burst.descriptor(packet));
        }
    }

    /// A subscriber tells when packets arrived.
    pub fn feedback(
        &mut self,
        now: Time,
        transport: usize,
        statuses: impl Iterator<Item = (u16, Option<i64>)>,
    ) {
        let way = self.way(transport);
        way.feedback(now, statuses);
        let deadline = way.deadline();
        self.due = self.due.into_iter().chain(deadline).min();
    }

    /// A subscriber tells of its reception otherwise.
    pub fn reception(&mut self, now: Time, transport: usize, reception: &Reception) {
        let estimator = self.way(transport).estimator(now);
        match *reception {
            Reception::Remb(rate) => estimator.remb(now, rate),
            Reception::Block {
                fraction_lost,
                round_trip,
            } => estimator.reception(now, fraction_lost, round_trip),
        }
    }

    /// What a transport would be sent if its link allowed it, in bit/s, and whether some of its slots are paused.
    pub fn set_wanted(&mut self, now: Time, transport: usize, rate: u64, paused: bool) {
        let estimator = self.way(transport).estimator(now);
        estimator.set_wanted(rate, paused);
    }

    /// Time passed, some ten times a second.
    pub fn tick(&mut self, now: Time) {
        for (transport, way) in self.ways.iter_mut().enumerate() {
            if let Some(link) = way.tick(now) {
                self.reports.push(Report::Link { transport, link });
            }
            self.due = self.due.into_iter().chain(way.deadline()).min();
        }
        for (slot, stream) in self.streams.iter_mut().enumerate() {
            if stream
                .as_mut()
                .is_some_and(|stream| stream.layers.take_keyframe_wanted(now))
            {
                self.reports.push(Report::KeyframeWanted { slot });
            }
        }
    }

    /// Takes out what the plane is to be told.
    pub fn drain_reports(&mut self) -> std::vec::Drain<'_, Report> {
        self.reports.drain(..)
    }

    /// Sends sender reports for slots of one transport.
    pub fn report<S: Sink>(
        &mut self,
        transport: usize,
        ntp: u64,
        slots: &[(usize, u32)],
        sink: &mut S,
    ) {
        for some in slots.chunks(REPORTS_PER_DATAGRAM) {
            let mut infos = [None; REPORTS_PER_DATAGRAM];
            for (info, &(slot, rtp_time)) in infos.iter_mut().zip(some) {
                let stream = self.streams.get_mut(slot).and_then(Option::as_mut);
                *info = stream.and_then(|stream| stream.report(ntp, rtp_time));
            }
            self.send_rtcp(transport, sink, |out| {
                let mut len = 0;
                for info in infos.iter().flatten() {
                    len += write_sender_report(&mut out[len..], info);
                }
                len
            });
        }
    }

    /// Protects and sends the RTCP packet that `write` puts into the buffer. It returns the packet's length; 0 sends
    /// nothing. Returns whether it was sent.
    pub fn send_rtcp<S: Sink>(
        &mut self,
        transport: usize,
        sink: &mut S,
        write: impl FnOnce(&mut [u8]) -> usize,
    ) -> bool {
        let way = self.ways.get_mut(transport);
        way.is_some_and(|way| way.send_rtcp(sink, write))
    }

    fn way(&mut self, transport: usize) -> &mut Way {
        if self.ways.len() <= transport {
            self.ways.resize_with(transport + 1, Way::default);
        }
        &mut self.ways[transport]
    }
}
