//! Packets that publishers lost on their way here: asking for them, and taking what comes of it.

use crate::counters::Counter;
use crate::egress::{Occupant, Sink};
use crate::ingress::Arrival;
use crate::rtcp::write_nack;
use crate::rtp::{red, rtx};
use crate::time::{Span, Time};
use crate::track::MediaKind;

use super::Plane;
use super::control::FEEDBACK_SSRC;
use super::forward::Outgoing;

/// How many packets of one stream are asked for in one message.
const ASKED_AT_ONCE: usize = 128;

impl Plane {
    /// A publisher sent a packet again (RFC 4588): `again` is as its own stream carried it.
    pub(super) fn receive_again<S: Sink>(
        &mut self,
        now: Time,
        transport_index: usize,
        stream_index: usize,
        again: &Outgoing<'_>,
        sink: &mut S,
    ) {
        let Some((sequence, payload)) = rtx::unwrap(again.payload) else {
            return self.counters.count(Counter::DropPadding);
        };
        let Some(transport) = self.transports.get_mut(transport_index) else {
            return;
        };
        let original = transport.streams.get(stream_index).and_then(|stream| {
            let track = self.tracks.get(stream.track)?;
            track.layers[stream.layer]
        });
        let Some((original_index, original)) =
            original.and_then(|index| Some((index, transport.streams.get_mut(index)?)))
        else {
            return self.counters.count(Counter::DropUnknownStream);
        };
        let index = original.nacks.index_of(sequence);
        let arrival = index.map(|index| original.nacks.received(now, index));
        let (Some(index), Some(Arrival::New | Arrival::Recovered { .. })) = (index, arrival) else {
            return self.counters.count(Counter::DropRetransmission);
        };
        if let Some(Arrival::Recovered { after: Some(after) }) = arrival {
            let smoothed = (transport.round_trip.micros() * 7 + after.micros()) / 8;
            transport.round_trip = Span::from_micros(smoothed);
        }
        self.counters.count(Counter::Recovered);
        let outgoing = Outgoing {
            source: original.source,
            index,
            payload,
            codec: original.pictures.codec_of(index, again.timestamp),
            ..*again
        };
        self.accept(now, transport_index, original_index, outgoing, sink);
    }

    /// An audio packet came together with earlier frames (RFC 2198): those that did not come by themselves are taken.
    pub(super) fn receive_redundant<S: Sink>(
        &mut self,
        now: Time,
        transport_index: usize,
        stream_index: usize,
        packet: &Outgoing<'_>,
        sink: &mut S,
    ) {
        let Some(blocks) = red::Blocks::parse(packet.payload) else {
            return self.counters.count(Counter::DropRtpMalformed);
        };
        let count = blocks.count() as u64;
        for (back, block) in (0..count).rev().zip(blocks) {
            let Some(stream) = self
                .transports
                .get_mut(transport_index)
                .and_then(|transport| transport.streams.get_mut(stream_index))
            else {
                return;
            };
            // First: it shows which ones before it are missing.
            if back + 1 == count && stream.nacks.received(now, packet.index) == Arrival::Duplicate {
                return self.counters.count(Counter::DropRetransmission);
            }
            let mut outgoing = Outgoing {
                payload: block.payload,
                ..*packet
            };
            if back > 0 {
                // The frames are those of the packets before, one each.
                let index = packet.index.checked_sub(back);
                let Some(index) = index.filter(|&index| stream.nacks.is_missing(index)) else {
                    continue;
                };
                stream.nacks.received(now, index);
                self.counters.count(Counter::Recovered);
                outgoing.index = index;
                outgoing.marker = false;
                outgoing.timestamp = packet
                    .timestamp
                    .wrapping_sub(u32::from(block.timestamp_offset));
            }
            self.accept(now, transport_index, stream_index, outgoing, sink);
        }
    }

    /// Asks a publisher for what is missing of one of its streams, if it is time to and somebody needs it.
    pub(super) fn ask_for_missing<S: Sink>(
        &mut self,
        now: Time,
        transport_index: usize,
        stream_index: usize,
        sink: &mut S,
    ) {
        let Some(transport) = self.transports.get_mut(transport_index) else {
            return;
        };
        let round_trip = transport.round_trip;
        let audio_nack = transport.audio_nack;
        let Some(stream) = transport.streams.get_mut(stream_index) else {
            return;
        };
        let Some(due) = stream.nacks.deadline(round_trip) else {
            return;
        };
        let occupant = Occupant {
            track: stream.track,
            layer: stream.layer,
        };
        let Some(track) = self.tracks.get(occupant.track) else {
            return;
        };
        let is_routed = || {
            track.slots.iter().any(|&slot| {
                let slot = self.slots.get(slot);
                slot.is_some_and(|slot| {
                    slot.current == Some(occupant) || slot.target == Some(occupant)
                })
            })
        };
        let is_needed = !track.paused
            && match (track.kind, track.group) {
                (MediaKind::Audio, Some(group)) => {
                    let group = self.groups.get(group);
                    audio_nack
                        && group.is_some_and(|g| g.speakers.seat_of(occupant.track).is_some())
                }
                (MediaKind::Audio, None) => audio_nack && is_routed(),
                (MediaKind::Video, _) => is_routed(),
            };
        if !is_needed {
            return stream.nacks.abandon();
        }
        if due <= now {
            let mut missing = [0; ASKED_AT_ONCE];
            let count = stream.nacks.due(now, round_trip, &mut missing);
            if stream.nacks.gave_up() && track.kind == MediaKind::Video {
                self.keyframes_wanted.push((transport_index, stream_index));
            }
            let next = stream.nacks.deadline(round_trip);
            self.nacks_due = self.nacks_due.into_iter().chain(next).min();
            if count == 0 {
                return;
            }
            self.counters.add(Counter::NacksSent, count as u64);
            let (ssrc, missing) = (stream.ssrc, &missing[..count]);
            self.local.send_rtcp(transport_index, sink, |out| {
                write_nack(out, FEEDBACK_SSRC, ssrc, missing.iter().copied()).0
            });
        } else {
            self.nacks_due = Some(self.nacks_due.map_or(due, |before| before.min(due)));
        }
    }

    /// Asks for everything that is due.
    pub(super) fn ask_for_all_missing<S: Sink>(&mut self, now: Time, sink: &mut S) {
        if self.nacks_due.is_none_or(|due| due > now) {
            return;
        }
        self.nacks_due = None;
        for transport in 0..self.transports.end() {
            let streams = self
                .transports
                .get(transport)
                .map_or(0, |transport| transport.streams.len());
            for stream in 0..streams {
                self.ask_for_missing(now, transport, stream, sink);
            }
        }
    }
}
