//! What subscribers miss is sent again.

use super::way::Outbound;
use super::{OutgoingStream, Rewritten, Shard, Sink};
use crate::counters::{Counter, Counters};
use crate::time::Time;

/// Where nothing is known of a link, retransmissions are not bounded by it.
const UNKNOWN: u64 = 100_000_000;
/// From this loss on everything is sent again twice: what is lost a second time comes too late to be seen.
const TWICE_FROM: f32 = 0.05;

impl Shard {
    /// Answers a subscriber that misses packets of a slot (RFC 4585 section 6.2.1): they are sent again in a stream of
    /// their own (RFC 4588), with numbers of its own, so that no number ever protects two packets that differ.
    pub fn send_again<S: Sink>(
        &mut self,
        now: Time,
        slot: usize,
        sequences: impl Iterator<Item = u16>,
        counters: &mut Counters,
        sink: &mut S,
    ) {
        for sequence in sequences {
            counters.count(Counter::NacksReceived);
            self.repair(now, slot, sequence, counters, sink);
        }
    }

    /// Sends again what a subscriber's reports say is lost, unless the slot has gone over to another stream. Not while
    /// the link is full: it would be lost again.
    pub(super) fn send_lost<S: Sink>(
        &mut self,
        now: Time,
        transport: usize,
        counters: &mut Counters,
        sink: &mut S,
    ) {
        loop {
            let Some(way) = self.ways.get_mut(transport) else {
                return;
            };
            if way.reported.is_empty() {
                return;
            }
            if way.is_full(now) {
                return way.pacer.hold(now);
            }
            let Some(lost) = way.reported.take() else {
                return;
            };
            let is_of = |stream: &OutgoingStream| {
                let again = stream.format.retransmission_ssrc;
                stream.transport == transport
                    && (stream.format.ssrc == lost.ssrc || again == Some(lost.ssrc))
            };
            let mut streams = self.streams.iter();
            let slot = streams.position(|stream| stream.as_ref().is_some_and(is_of));
            if let Some(slot) = slot {
                self.repair(now, slot, lost.sequence, counters, sink);
            }
        }
    }

    fn repair<S: Sink>(
        &mut self,
        now: Time,
        slot: usize,
        sequence: u16,
        counters: &mut Counters,
        sink: &mut S,
    ) {
        let Some(stream) = self.streams.get_mut(slot).and_then(Option::as_mut) else {
            return;
        };
        let Some(way) = self.ways.get_mut(stream.transport) else {
            return;
        };
        let found = stream.history.find(now, sequence, way.round_trip());
        let kept = found.and_then(|sent| {
            let cache = self.caches.get(&sent.source)?;
            Some((sent, cache.get(now, sent.source_index)?))
        });
        // The codec may have changed since.
        let kept = kept.and_then(|(sent, kept)| {
            let by = match kept.0.picture {
                Some(picture) => stream.format.retransmission(picture.codec)?,
                None => stream.format.any_retransmission()?,
            };
            Some((sent, kept, by))
        });
        let Some((sent, (packet, payload, descriptor), (ssrc, payload_type))) = kept else {
            counters.count(Counter::DropNackUnanswered);
            return;
        };
        let (payload, descriptor) = match sent.is_filler {
            true => (&[][..], &[][..]),
            false => (payload, descriptor),
        };
        let estimate = way.estimate().unwrap_or(UNKNOWN);
        let times = if way.loss() >= TWICE_FROM { 2 } else { 1 };
        for _ in 0..times {
            if !way.retransmissions.allow(now, estimate, payload.len()) {
                counters.count(Counter::DropNackLimited);
                return;
            }
            let outbound = Outbound {
                ssrc,
                payload_type,
                marker: sent.marker,
                rewritten: Rewritten {
                    index: stream.retransmission_index,
                    ..sent.rewritten
                },
                original: Some(sequence),
                payload,
                descriptor,
                picture: packet.picture.as_ref(),
                audio_level: None,
                padding: 0,
            };
            let block = &mut self.block;
            if way.send(now, &stream.format, &outbound, None, block, counters, sink) {
                stream.retransmission_index += 1;
                counters.count(Counter::Retransmitted);
            }
        }
    }
}
