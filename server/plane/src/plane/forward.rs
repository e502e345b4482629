//! The second half of an RTP packet's path: to each slot that shows its stream, renumbered and protected.

use crate::counters::{Counter, Counters};
use crate::egress::{Burst, MAX_DATAGRAM, Occupant, Rewritten, Sink, Slot};
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
                0,
                &mut self.counters,
                sink,
            );
        }
    }

    /// Puts a video packet with those that arrived just before it. They leave together.
    pub(super) fn gather<S: Sink>(
        &mut self,
        now: Time,
        occupant: Occupant,
        outgoing: &Outgoing<'_>,
        sink: &mut S,
    ) {
        let watched = self.tracks.get(occupant.track);
        if watched.is_none_or(|track| track.slots.is_empty()) {
            return;
        }
        let at = self
            .bursts
            .iter()
            .position(|burst| burst.occupant == occupant);
        let at = at.unwrap_or_else(|| {
            let mut burst = self.idle_bursts.pop().unwrap_or_default();
            burst.begin(now, occupant);
            self.bursts.push(burst);
            self.bursts.len() - 1
        });
        let burst = &mut self.bursts[at];
        burst.push(
            outgoing.index,
            outgoing.timestamp,
            outgoing.marker,
            outgoing.vp8,
            outgoing.payload,
        );
        if burst.is_complete() {
            self.forward_burst(now, at, sink);
        }
    }

    /// Forwards the bursts that have waited long enough.
    pub(super) fn forward_due_bursts<S: Sink>(&mut self, now: Time, sink: &mut S) {
        let mut at = 0;
        while let Some(burst) = self.bursts.get(at) {
            if burst.is_due(now) {
                self.forward_burst(now, at, sink);
            } else {
                at += 1;
            }
        }
    }

    fn forward_burst<S: Sink>(&mut self, now: Time, at: usize, sink: &mut S) {
        // In order: a burst that waits no longer than another leaves no later.
        let mut burst = self.bursts.remove(at);
        if sink.coalesces() {
            burst.equalise();
        }
        let track = self.tracks.get_mut(burst.occupant.track);
        if let Some(track) = track.filter(|track| !track.paused) {
            // The list is taken out meanwhile, so that other tracks' lists can be changed.
            let slots = std::mem::take(&mut track.slots);
            for &slot in &slots {
                self.forward_to_slot(now, slot, &burst, sink);
            }
            if let Some(track) = self.tracks.get_mut(burst.occupant.track) {
                track.slots = slots;
            }
        }
        self.idle_bursts.push(burst);
    }

    /// All of a burst to one slot, then all of it to the next: what goes to one receiver can leave in one call.
    #[inline]
    fn forward_to_slot<S: Sink>(
        &mut self,
        now: Time,
        slot_index: usize,
        burst: &Burst,
        sink: &mut S,
    ) {
        let occupant = burst.occupant;
        let Some(slot) = self.slots.get_mut(slot_index) else {
            return;
        };
        if slot.current != Some(occupant) && slot.target != Some(occupant) {
            return;
        }
        let Some(subscriber) = self.transports.get(slot.transport) else {
            return;
        };
        for packet in burst.packets() {
            let mut outgoing = Outgoing {
                index: packet.index,
                timestamp: packet.timestamp,
                marker: packet.marker,
                payload: burst.payload(packet),
                vp8: packet.vp8,
                audio_level: None,
            };
            let starts_keyframe = packet.vp8.is_some_and(|vp8| vp8.keyframe_start);
            if starts_keyframe && slot.target == Some(occupant) {
                slot.rewriter
                    .switch(now, packet.index, packet.timestamp, packet.vp8.as_ref());
                let before = slot.current.replace(occupant).map(|old| old.track);
                slot.target = None;
                self.counters.count(Counter::SlotSwitches);
                if before != Some(occupant.track) {
                    let track = self.tracks.get(occupant.track).map(|track| track.id);
                    self.events.push(Event::SlotOccupied {
                        slot: slot.id,
                        track,
                    });
                    let left_behind = before.filter(|before| !slot.concerns(*before));
                    if let Some(left_behind) =
                        left_behind.and_then(|track| self.tracks.get_mut(track))
                    {
                        left_behind.slots.retain(|&other| other != slot_index);
                    }
                }
            }
            if slot.current != Some(occupant) {
                continue;
            }
            let (rewritten, padding) = match &packet.vp8 {
                Some(vp8) if slot.admits(vp8) => {
                    let rewritten =
                        slot.rewriter
                            .rewrite(now, packet.index, packet.timestamp, Some(vp8));
                    if rewritten.is_none() {
                        self.counters.count(Counter::DropBeforeSwitch);
                    }
                    (rewritten, packet.padding)
                }
                // What is left out leaves no gap; where later packets have left already, an empty one fills it.
                Some(vp8) => {
                    self.counters.count(Counter::DropTemporalLayer);
                    outgoing.payload = &[];
                    outgoing.vp8 = None;
                    let filler = slot
                        .rewriter
                        .leave_frame_out(packet.index, packet.timestamp, vp8);
                    (filler, 1)
                }
                None => (slot.rewriter.leave_out(packet.index, packet.timestamp), 1),
            };
            if let Some(rewritten) = rewritten {
                let counters = &mut self.counters;
                send(
                    slot,
                    subscriber,
                    &outgoing,
                    rewritten,
                    &[],
                    padding,
                    counters,
                    sink,
                );
            }
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

/// Writes, protects and sends one packet, with so many bytes of padding, to one slot.
#[allow(clippy::too_many_arguments)]
#[inline]
fn send<S: Sink>(
    slot: &mut Slot,
    subscriber: &Transport,
    outgoing: &Outgoing<'_>,
    rewritten: Rewritten,
    extensions: &[u8],
    padding: u8,
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
    if len + usize::from(padding) + RTP_OVERHEAD > MAX_DATAGRAM {
        return counters.count(Counter::DropOversize);
    }
    buffer[header..len].copy_from_slice(payload);
    if padding > 0 {
        // The last byte of the padding counts it, itself included (RFC 3550 section 5.1).
        buffer[0] |= 0x20;
        buffer[len..len + usize::from(padding)].fill(0);
        len += usize::from(padding);
        buffer[len - 1] = padding;
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
