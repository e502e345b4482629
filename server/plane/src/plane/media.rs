//! The path of an RTP packet, from the publisher's datagram to the subscribers'.

use crate::counters::{Counter, Counters};
use crate::egress::{MAX_DATAGRAM, Occupant, Path, Rewritten, Sink, Slot};
use crate::ingress::Stream;
use crate::rtp::vp8::Descriptor;
use crate::rtp::{Elements, ExtensionKind, ExtensionMap, ExtensionWriter, Header, write_header};
use crate::srtp::RTP_OVERHEAD;
use crate::time::Time;
use crate::track::MediaKind;
use crate::transport::{Codec, MAX_STREAMS, Transport};

use super::{Event, Plane};

/// What the header extensions of one packet said.
#[derive(Clone, Copy, Debug, Default)]
struct Seen<'a> {
    mid: Option<&'a [u8]>,
    rid: Option<&'a [u8]>,
    repaired_rid: Option<&'a [u8]>,
    transport_sequence: Option<u16>,
    /// RFC 6464's byte: the V flag and the level in -dBov.
    audio_level: Option<u8>,
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
                _ => {}
            }
        }
        seen
    }
}

/// A packet on its way to the slots, as its publisher sent it.
#[derive(Clone, Copy, Debug)]
struct Outgoing<'a> {
    index: u64,
    timestamp: u32,
    marker: bool,
    payload: &'a [u8],
    vp8: Option<Descriptor>,
    audio_level: Option<u8>,
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
        let superseded =
            !stream.is_retransmission && track.layers[stream.layer] != Some(stream_index);
        stream
            .reception
            .record(now, index, header.timestamp, stream.clock_rate);
        match (codec, track.kind) {
            (Some(Codec::Opus), MediaKind::Audio) | (Some(Codec::Vp8), MediaKind::Video) => {}
            (Some(Codec::Retransmission), _) => {
                return self.counters.count(Counter::DropRetransmission);
            }
            _ => return self.counters.count(Counter::DropPayloadType),
        }
        if superseded {
            return self.counters.count(Counter::DropUnknownStream);
        }
        self.counters.count(Counter::RtpReceived);
        let mut outgoing = Outgoing {
            index,
            timestamp: header.timestamp,
            marker: header.marker,
            payload: header.payload,
            vp8: None,
            audio_level: seen.audio_level,
        };
        if header.payload.is_empty() {
            self.counters.count(Counter::DropPadding);
            return self.close_gap(&outgoing, occupant, sink);
        }
        if track.paused {
            return self.counters.count(Counter::DropPaused);
        }
        let was_live = stream.is_live(now);
        stream.record_media(now, header.timestamp);
        match track.kind {
            MediaKind::Audio => self.forward_audio(now, endpoint, occupant, &outgoing, sink),
            MediaKind::Video => {
                let Some(vp8) = Descriptor::parse(header.payload) else {
                    return self.counters.count(Counter::DropRtpMalformed);
                };
                if vp8.keyframe_start {
                    stream.keyframes.arrived();
                }
                outgoing.vp8 = Some(vp8);
                self.forward_video(now, occupant, &outgoing, sink);
                if !was_live {
                    self.consider_track(now, occupant.track);
                }
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
        let stream = Stream::new(ssrc, track_index, layer, is_retransmission, clock_rate);
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
    fn start_anew(&mut self, occupant: Occupant) {
        for (_, slot) in self.slots.iter_mut() {
            slot.current = slot.current.filter(|current| *current != occupant);
            slot.target = slot.target.filter(|target| *target != occupant);
        }
    }

    fn forward_audio<S: Sink>(
        &mut self,
        now: Time,
        endpoint: u32,
        occupant: Occupant,
        outgoing: &Outgoing<'_>,
        sink: &mut S,
    ) {
        let Some(group_index) = self
            .tracks
            .get(occupant.track)
            .and_then(|track| track.group)
        else {
            return;
        };
        let Some(group) = self.groups.get_mut(group_index) else {
            return;
        };
        // Without a level (the extension was not agreed) a voice counts as just audible.
        let level = outgoing.audio_level.map_or(50, |byte| byte & 0x7f);
        let changes = group.speakers.record(now, occupant.track, level);
        self.tell_speakers(group_index, changes);
        let Some(group) = self.groups.get(group_index) else {
            return;
        };
        let Some(seat) = group.speakers.seat_of(occupant.track) else {
            return;
        };
        let mut block = ExtensionBlock::EMPTY;
        for &slot in &group.listeners[seat] {
            let Some(slot) = self.slots.get_mut(slot) else {
                continue;
            };
            let Some(subscriber) = self.transports.get(slot.transport) else {
                continue;
            };
            if subscriber.endpoint == endpoint || !subscriber.is_ready() {
                continue;
            }
            let mut marker = outgoing.marker;
            if slot.current != Some(occupant) {
                slot.rewriter
                    .switch(now, outgoing.index, outgoing.timestamp, None);
                slot.current = Some(occupant);
                self.counters.count(Counter::SlotSwitches);
                // The first packet of a talkspurt (RFC 3551 section 4.1).
                marker = true;
            }
            let Some(rewritten) =
                slot.rewriter
                    .rewrite(now, outgoing.index, outgoing.timestamp, None)
            else {
                self.counters.count(Counter::DropBeforeSwitch);
                continue;
            };
            let extensions = block.with_level(slot.audio_level_id, outgoing.audio_level);
            let packet = Outgoing {
                marker,
                ..*outgoing
            };
            send(
                slot,
                subscriber,
                &packet,
                rewritten,
                extensions,
                &mut self.counters,
                sink,
            );
        }
    }

    fn forward_video<S: Sink>(
        &mut self,
        now: Time,
        occupant: Occupant,
        outgoing: &Outgoing<'_>,
        sink: &mut S,
    ) {
        let mut left_behind = None;
        let Some(track) = self.tracks.get(occupant.track) else {
            return;
        };
        let keyframe = outgoing.vp8.is_some_and(|vp8| vp8.keyframe_start);
        for &slot_index in &track.slots {
            let Some(slot) = self.slots.get_mut(slot_index) else {
                continue;
            };
            let Some(subscriber) = self.transports.get(slot.transport) else {
                continue;
            };
            if keyframe && slot.target == Some(occupant) {
                slot.rewriter.switch(
                    now,
                    outgoing.index,
                    outgoing.timestamp,
                    outgoing.vp8.as_ref(),
                );
                let before = slot.current.replace(occupant).map(|old| old.track);
                slot.target = None;
                self.counters.count(Counter::SlotSwitches);
                if before != Some(occupant.track) {
                    left_behind = left_behind.or(before);
                    self.events.push(Event::SlotOccupied {
                        slot: slot.id,
                        track: Some(track.id),
                    });
                }
            }
            if slot.current != Some(occupant) {
                continue;
            }
            let rewritten = slot.rewriter.rewrite(
                now,
                outgoing.index,
                outgoing.timestamp,
                outgoing.vp8.as_ref(),
            );
            let Some(rewritten) = rewritten else {
                self.counters.count(Counter::DropBeforeSwitch);
                continue;
            };
            send(
                slot,
                subscriber,
                outgoing,
                rewritten,
                &[],
                &mut self.counters,
                sink,
            );
        }
        if left_behind.is_some() {
            self.forget_left_behind(occupant.track);
        }
    }

    /// A packet without media is left out, and the gap that it would leave is closed (or filled, if it came late).
    fn close_gap<S: Sink>(&mut self, outgoing: &Outgoing<'_>, occupant: Occupant, sink: &mut S) {
        let Some(track) = self.tracks.get(occupant.track) else {
            return;
        };
        for &slot in &track.slots {
            let Some(slot) = self
                .slots
                .get_mut(slot)
                .filter(|slot| slot.current == Some(occupant))
            else {
                continue;
            };
            let filler = slot.rewriter.leave_out(outgoing.index, outgoing.timestamp);
            if let (Some(rewritten), Some(subscriber)) =
                (filler, self.transports.get(slot.transport))
            {
                send(
                    slot,
                    subscriber,
                    outgoing,
                    rewritten,
                    &[],
                    &mut self.counters,
                    sink,
                );
            }
        }
    }

    /// After slots went over to `track`: takes them off the lists of those whom they showed before.
    fn forget_left_behind(&mut self, track: usize) {
        let Some(slots) = self.tracks.get(track).map(|track| track.slots.clone()) else {
            return;
        };
        for (index, other) in self.tracks.iter_mut().filter(|(index, _)| *index != track) {
            let listed = &self.slots;
            other.slots.retain(|slot| {
                !slots.contains(slot) || listed.get(*slot).is_some_and(|slot| slot.concerns(index))
            });
        }
    }
}

/// The extension block of audio packets: the same bytes for every slot that agreed on the same id.
struct ExtensionBlock {
    id: u8,
    bytes: [u8; 64],
    len: usize,
}

impl ExtensionBlock {
    const EMPTY: Self = Self {
        id: 0,
        bytes: [0; 64],
        len: 0,
    };

    #[inline]
    fn with_level(&mut self, id: Option<u8>, level: Option<u8>) -> &[u8] {
        let (Some(id), Some(level)) = (id, level) else {
            return &[];
        };
        if self.id != id {
            let mut writer = ExtensionWriter::default();
            writer.push(id, &[level]);
            self.len = writer.finish(&mut self.bytes);
            self.id = id;
        }
        &self.bytes[..self.len]
    }
}

/// Writes, protects and sends one packet to one slot.
#[inline]
fn send<S: Sink>(
    slot: &mut Slot,
    subscriber: &Transport,
    outgoing: &Outgoing<'_>,
    rewritten: Rewritten,
    extensions: &[u8],
    counters: &mut Counters,
    sink: &mut S,
) {
    let (Some(sender), Some(path)) = (&subscriber.sender, subscriber.ice.selected()) else {
        return;
    };
    let payload = outgoing.payload;
    let buffer = sink.buffer();
    let header = write_header(
        buffer,
        outgoing.marker,
        slot.payload_type,
        rewritten.index as u16,
        rewritten.timestamp,
        slot.ssrc,
        extensions,
    );
    let mut len = header + payload.len();
    if len + RTP_OVERHEAD > MAX_DATAGRAM {
        return counters.count(Counter::DropOversize);
    }
    buffer[header..len].copy_from_slice(payload);
    if payload.is_empty() {
        // One byte of padding, which counts itself (RFC 3550 section 5.1).
        buffer[0] |= 0x20;
        buffer[header] = 1;
        len += 1;
    }
    if let Some(vp8) = &outgoing.vp8 {
        let media = &mut buffer[header..len];
        if let Some(id) = vp8.picture_id {
            id.rewrite(media, rewritten.picture_id);
        }
        if let Some((at, _)) = vp8.tl0_index {
            media[at] = rewritten.tl0_index;
        }
    }
    let protected = sender.protect_rtp(buffer, header, len, rewritten.index);
    slot.record_sent(payload.len());
    counters.count(Counter::Forwarded);
    sink.send(protected, path);
}
