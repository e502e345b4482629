//! The second half of an RTP packet's path: to each slot that shows its stream, renumbered and protected.

use crate::counters::{Counter, Counters};
use crate::egress::{MAX_DATAGRAM, Occupant, Rewritten, Sink, Slot};
use crate::rtp::vp8::Descriptor;
use crate::rtp::{ExtensionWriter, write_header};
use crate::srtp::RTP_OVERHEAD;
use crate::time::Time;
use crate::transport::Transport;

use super::{Event, Plane};

/// A packet on its way to the slots, as its publisher sent it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing<'a> {
    pub(super) index: u64,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) payload: &'a [u8],
    pub(super) vp8: Option<Descriptor>,
    pub(super) audio_level: Option<u8>,
}

impl Plane {
    pub(super) fn forward_audio<S: Sink>(
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

    pub(super) fn forward_video<S: Sink>(
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
    pub(super) fn close_gap<S: Sink>(
        &mut self,
        outgoing: &Outgoing<'_>,
        occupant: Occupant,
        sink: &mut S,
    ) {
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
