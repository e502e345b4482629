//! The first half of an RTP packet's path: opening it, and finding out whose it is.

use crate::counters::Counter;
use crate::egress::{Occupant, Path, Sink};
use crate::ingress::{Arrival, Stream};
use crate::rtp::{Elements, ExtensionKind, ExtensionMap, Header};
use crate::time::Time;
use crate::track::MediaKind;
use crate::transport::{Codec, MAX_STREAMS};

use super::Plane;
use super::forward::Outgoing;

/// What the header extensions of one packet said.
#[derive(Clone, Copy, Debug, Default)]
struct Seen<'a> {
    mid: Option<&'a [u8]>,
    rid: Option<&'a [u8]>,
    repaired_rid: Option<&'a [u8]>,
    transport_sequence: Option<u16>,
    /// RFC 6464's byte: the V flag and the level in -dBov.
    audio_level: Option<u8>,
    /// Empty where there is none.
    dependency_descriptor: &'a [u8],
}

impl<'a> Seen<'a> {
    #[inline]
    fn read(header: &Header<'a>, map: &ExtensionMap) -> Self {
        let mut seen = Seen::default();
        let Some((form, body)) = header.extension else {
            return seen;
        };
        for element in Elements::new(form, body) {
            match (map.kind(element.id), element.data) {
                (Some(ExtensionKind::Mid), data) => seen.mid = Some(data),
                (Some(ExtensionKind::Rid), data) => seen.rid = Some(data),
                (Some(ExtensionKind::RepairedRid), data) => seen.repaired_rid = Some(data),
                (Some(ExtensionKind::TransportSequence), &[high, low]) => {
                    seen.transport_sequence = Some(u16::from_be_bytes([high, low]));
                }
                (Some(ExtensionKind::AudioLevel), &[level, ..]) => seen.audio_level = Some(level),
                (Some(ExtensionKind::DependencyDescriptor), data) => {
                    seen.dependency_descriptor = data;
                }
                _ => {}
            }
        }
        seen
    }
}

impl Plane {
    pub(super) fn receive_rtp<S: Sink>(
        &mut self,
        now: Time,
        transport_index: usize,
        path: &Path,
        datagram: &mut [u8],
        sink: &mut S,
    ) {
        let Some(transport) = self.transports.get_mut(transport_index) else {
            return;
        };
        let Some(receiver) = transport.receiver.as_mut() else {
            return self.counters.count(Counter::DropNoKeys);
        };
        let (len, index) = match receiver.unprotect_rtp(datagram) {
            Ok(opened) => opened,
            Err(rejected) => return self.count_rejected(rejected, false),
        };
        transport.ice.heard(now, &path.remote);
        let Some(header) = Header::parse(&datagram[..len]) else {
            return self.counters.count(Counter::DropRtpMalformed);
        };
        let seen = Seen::read(&header, &transport.extensions);
        if let Some(sequence) = seen.transport_sequence {
            transport.arrivals.record(now, sequence, header.ssrc);
        }
        let codec = transport.codecs[usize::from(header.payload_type)];
        let known = transport
            .streams
            .iter()
            .position(|stream| stream.ssrc == header.ssrc);
        let learnt =
            known.or_else(|| self.learn_stream(now, transport_index, header.ssrc, codec, &seen));
        let Some(stream_index) = learnt else {
            return self.counters.count(Counter::DropUnknownStream);
        };
        let Some(transport) = self.transports.get_mut(transport_index) else {
            return;
        };
        let Some(stream) = transport.streams.get_mut(stream_index) else {
            return;
        };
        let Some(track) = self.tracks.get(stream.track) else {
            return;
        };
        let superseded =
            !stream.is_retransmission && track.layers[stream.layer] != Some(stream_index);
        stream
            .reception
            .record(now, index, header.timestamp, stream.clock_rate);
        let mut outgoing = Outgoing {
            source: stream.source,
            index,
            timestamp: header.timestamp,
            marker: header.marker,
            payload: header.payload,
            codec: None,
            descriptor: seen.dependency_descriptor,
            picture: None,
            audio_level: seen.audio_level,
        };
        let redundant = match (codec, track.kind) {
            (Some(Codec::Opus), MediaKind::Audio) => false,
            (Some(Codec::Video(codec)), MediaKind::Video) => {
                outgoing.codec = Some(codec);
                false
            }
            (Some(Codec::Redundant), MediaKind::Audio) => true,
            (Some(Codec::Retransmission), _) => {
                return self.receive_again(now, transport_index, stream_index, &outgoing, sink);
            }
            _ => return self.counters.count(Counter::DropPayloadType),
        };
        if superseded {
            return self.counters.count(Counter::DropUnknownStream);
        }
        if redundant {
            self.receive_redundant(now, transport_index, stream_index, &outgoing, sink);
        } else if stream.nacks.received(now, index) == Arrival::Duplicate {
            return self.counters.count(Counter::DropRetransmission);
        } else {
            self.accept(now, transport_index, stream_index, outgoing, sink);
        }
        self.ask_for_missing(now, transport_index, stream_index, sink);
    }

    /// Takes a packet that has not arrived before, whether by itself, sent again, or along with a later one.
    pub(super) fn accept<S: Sink>(
        &mut self,
        now: Time,
        transport_index: usize,
        stream_index: usize,
        outgoing: Outgoing<'_>,
        sink: &mut S,
    ) {
        let Some(transport) = self.transports.get_mut(transport_index) else {
            return;
        };
        let endpoint = transport.endpoint;
        let Some(stream) = transport.streams.get_mut(stream_index) else {
            return;
        };
        let Some(track) = self.tracks.get(stream.track) else {
            return;
        };
        let occupant = Occupant {
            track: stream.track,
            layer: stream.layer,
        };
        self.counters.count(Counter::RtpReceived);
        if outgoing.payload.is_empty() {
            self.counters.count(Counter::DropPadding);
            if track.kind == MediaKind::Video {
                self.gather(now, occupant, &outgoing, sink);
            }
            return;
        }
        if track.paused {
            return self.counters.count(Counter::DropPaused);
        }
        let was_live = stream.is_live(now);
        let is_newest = stream.record_media(now, outgoing.index, outgoing.timestamp);
        match track.kind {
            MediaKind::Audio => {
                self.forward_audio(now, endpoint, occupant, &outgoing, is_newest, sink);
            }
            MediaKind::Video => {
                let began = !was_live;
                self.accept_video(now, transport_index, stream_index, began, outgoing, sink);
            }
        }
    }

    /// Finds out where a new SSRC belongs, by mid and rid. Browsers stop sending these once they are acknowledged,
    /// so what is learnt is kept.
    fn learn_stream(
        &mut self,
        now: Time,
        transport_index: usize,
        ssrc: u32,
        codec: Option<Codec>,
        seen: &Seen<'_>,
    ) -> Option<usize> {
        let tracks = &self.tracks;
        let transport = self.transports.get_mut(transport_index)?;
        let mid = seen.mid?;
        let track_index = *transport
            .tracks
            .iter()
            .find(|&&track| tracks.get(track).is_some_and(|t| *t.mid == *mid))?;
        let track = self.tracks.get_mut(track_index)?;
        let is_retransmission = codec? == Codec::Retransmission;
        let layer = track.layer_of(if is_retransmission {
            seen.repaired_rid
        } else {
            seen.rid
        })?;
        let clock_rate = match track.kind {
            MediaKind::Audio => 48_000,
            MediaKind::Video => 90_000,
        };
        self.sources = self.sources.wrapping_add(1);
        let source = self.sources;
        let stream = Stream::new(
            ssrc,
            source,
            track_index,
            layer,
            is_retransmission,
            clock_rate,
        );
        let index = if transport.streams.len() < MAX_STREAMS {
            transport.streams.push(stream);
            transport.streams.len() - 1
        } else {
            // A sender that starts its streams anew supersedes the old ones.
            let superseded = |old: &Stream| {
                !old.is_live(now) && (old.is_retransmission || old.track == track_index)
            };
            let index = transport.streams.iter().position(superseded)?;
            transport.streams[index] = stream;
            index
        };
        if is_retransmission {
            return Some(index);
        }
        track
            .layers
            .iter_mut()
            .filter(|layer| **layer == Some(index))
            .for_each(|layer| *layer = None);
        if track.layers[layer].replace(index).is_some() {
            self.start_anew(Occupant {
                track: track_index,
                layer,
            });
        }
        Some(index)
    }

    /// A layer goes on under another SSRC, with numbers of its own: its slots wait for a keyframe as at any switch.
    pub(super) fn start_anew(&mut self, occupant: Occupant) {
        self.bursts.retain(|burst| burst.occupant != occupant);
        for (_, slot) in self.slots.iter_mut() {
            slot.current = slot.current.filter(|current| *current != occupant);
            slot.target = slot.target.filter(|target| *target != occupant);
        }
    }
}
