//! What waits for its time: video that a thin link could not take at once, and probes.

use super::forwarding::{Incoming, forward};
use super::order::Report;
use super::way::Outbound;
use super::{OutgoingStream, Rewritten, Shard, Sink};
use crate::counters::{Counter, Counters};
use crate::time::Time;

/// A slot misses some of what it was to send: it goes on with a keyframe, which the plane is to ask for.
fn starve(streams: &mut [Option<OutgoingStream>], reports: &mut Vec<Report>, slot: usize) {
    if let Some(stream) = streams.get_mut(slot).and_then(Option::as_mut) {
        stream.source = None;
    }
    let report = Report::Starved { slot };
    if !reports.contains(&report) {
        reports.push(report);
    }
}

impl Shard {
    /// When [`Shard::handle_timeout`] has something to send; `None` while nothing waits.
    pub fn deadline(&self) -> Option<Time> {
        self.due
    }

    /// Sends what has waited long enough.
    pub fn handle_timeout<S: Sink>(&mut self, now: Time, counters: &mut Counters, sink: &mut S) {
        if self.due.is_none_or(|due| due > now) {
            return;
        }
        self.due = None;
        for transport in 0..self.ways.len() {
            if self.ways[transport].deadline().is_none() {
                continue;
            }
            self.send_lost(now, transport, counters, sink);
            self.send_waiting(now, transport, counters, sink);
            self.send_probe(now, transport, counters, sink);
            let next = self.ways[transport].deadline();
            self.due = self.due.into_iter().chain(next).min();
        }
    }

    fn send_waiting<S: Sink>(
        &mut self,
        now: Time,
        transport: usize,
        counters: &mut Counters,
        sink: &mut S,
    ) {
        let way = &mut self.ways[transport];
        if way.pacer.is_stuck(now) {
            for waiting in way.pacer.give_up() {
                counters.count(Counter::DropWaitedTooLong);
                starve(&mut self.streams, &mut self.reports, waiting.slot);
            }
            return;
        }
        loop {
            if !way.pacer.is_empty() && way.is_full(now) {
                way.pacer.hold(now);
                break;
            }
            let Some(waiting) = way.pacer.pop(now) else {
                break;
            };
            let stream = self.streams.get_mut(waiting.slot).and_then(Option::as_mut);
            let Some(stream) = stream.filter(|stream| stream.transport == transport) else {
                continue;
            };
            let cache = self.caches.get(&waiting.source);
            let Some((packet, payload, descriptor)) =
                cache.and_then(|cache| cache.get(now, waiting.index))
            else {
                counters.count(Counter::DropWaitedTooLong);
                starve(&mut self.streams, &mut self.reports, waiting.slot);
                continue;
            };
            let incoming = Incoming {
                source: waiting.source,
                packet,
                payload,
                descriptor,
                switch: waiting.switch,
                layers: waiting.layers,
                padding: 0,
            };
            let block = &mut self.block;
            forward(stream, way, now, &incoming, block, counters, sink);
        }
    }

    /// Sends what is due of a probe: padding, in the numbers of a slot's retransmissions, which nobody decodes.
    fn send_probe<S: Sink>(
        &mut self,
        now: Time,
        transport: usize,
        counters: &mut Counters,
        sink: &mut S,
    ) {
        let way = &mut self.ways[transport];
        if !way.is_probing() {
            return;
        }
        let mut streams = self.streams.iter_mut().flatten();
        let Some(stream) = streams.find(|stream| {
            stream.transport == transport && stream.format.any_retransmission().is_some()
        }) else {
            return way.stop_probing();
        };
        let Some((ssrc, payload_type)) = stream.format.any_retransmission() else {
            return;
        };
        while let Some((cluster, padding)) = way.take_probe_packet(now) {
            let outbound = Outbound {
                ssrc,
                payload_type,
                marker: false,
                rewritten: Rewritten {
                    index: stream.retransmission_index,
                    timestamp: stream.rewriter.newest_timestamp(),
                    picture_id: 0,
                    tl0_index: 0,
                },
                original: None,
                payload: &[],
                descriptor: &[],
                picture: None,
                audio_level: None,
                padding,
            };
            let (block, probe) = (&mut self.block, Some(cluster));
            if way.send(now, &stream.format, &outbound, probe, block, counters, sink) {
                stream.retransmission_index += 1;
                counters.count(Counter::ProbesSent);
            }
        }
    }
}
