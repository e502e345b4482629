//! The second half of a packet's path: which slots it goes to. The shards send it there.

use std::sync::Arc;

use crate::counters::Counter;
use crate::egress::{Burst, Occupant, Order, Sink, Target};
use crate::rtp::{Layers, Picture, VideoCodec};
use crate::time::Time;
use crate::track::MediaKind;

use super::{Event, Heard, Plane};

/// A packet on its way to the slots, as its publisher sent it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing<'a> {
    pub(super) source: u32,
    pub(super) index: u64,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) payload: &'a [u8],
    /// The codec of its payload type, if that is one of video.
    pub(super) codec: Option<VideoCodec>,
    /// The dependency descriptor; empty where there is none.
    pub(super) descriptor: &'a [u8],
    pub(super) picture: Option<Picture>,
    pub(super) audio_level: Option<u8>,
}

/// Which slots play an audio track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listeners {
    /// Those of a seat of a speaker group.
    Seat(usize, usize),
    /// Those that it is routed to.
    Routed,
}

impl Plane {
    /// Forwards an audio packet: a voice to whoever hears its seat, the sound of a screen to whoever is shown that screen.
    pub(super) fn forward_audio<S: Sink>(
        &mut self,
        now: Time,
        endpoint: u32,
        occupant: Occupant,
        outgoing: &Outgoing<'_>,
        is_newest: bool,
        sink: &mut S,
    ) {
        let Some(track) = self.tracks.get(occupant.track) else {
            return;
        };
        let id = track.id;
        let heard = match track.group {
            Some(group) => {
                // Without a level (the extension was not agreed) a voice counts as just audible.
                let level = outgoing.audio_level.map_or(50, |byte| byte & 0x7f);
                self.listeners(now, group, occupant.track, level, is_newest)
            }
            None => Some(Listeners::Routed),
        };
        let Some(heard) = heard else { return };
        let slots: &[usize] = match heard {
            Listeners::Seat(group, seat) => match self.groups.get(group) {
                Some(group) => {
                    if group.tapped {
                        let packet = Heard {
                            group: group.id,
                            seat: seat as u8,
                            track: id,
                            index: outgoing.index,
                            timestamp: outgoing.timestamp,
                            payload: outgoing.payload.to_vec(),
                        };
                        Self::tell_heard(&mut self.counters, &mut self.heard, packet);
                    }
                    &group.listeners[seat]
                }
                None => return,
            },
            Listeners::Routed => match self.tracks.get(occupant.track) {
                Some(track) => &track.slots,
                None => return,
            },
        };
        if slots.is_empty() {
            return;
        }
        let mut shared = self.idle_bursts.take();
        let Some(burst) = Arc::get_mut(&mut shared) else {
            return;
        };
        burst.begin(now, occupant, MediaKind::Audio, outgoing.source);
        push(burst, outgoing);
        for &slot_index in slots {
            let Some(slot) = self.slots.get_mut(slot_index) else {
                continue;
            };
            let Some(subscriber) = self.transports.get(slot.transport) else {
                continue;
            };
            if subscriber.endpoint == endpoint || !subscriber.is_ready() {
                continue;
            }
            let switch = slot.current != Some(occupant);
            // What was sent again comes late: a slot that began with it would count all until now as lost.
            if switch && !is_newest {
                continue;
            }
            if switch {
                let before = slot.current.replace(occupant).map(|old| old.track);
                self.counters.count(Counter::SlotSwitches);
                if heard == Listeners::Routed && before != Some(occupant.track) {
                    self.events.push(Event::SlotOccupied {
                        slot: slot.id,
                        track: Some(id),
                    });
                }
            }
            let target = Target {
                slot: slot_index as u32,
                from: 0,
                switch,
                layers: Layers::ALL,
            };
            burst.aim(subscriber.shard, target);
        }
        self.dispatch(now, shared, sink);
    }

    /// Lets a voice's level count among its group's, and tells whether it is heard.
    fn listeners(
        &mut self,
        now: Time,
        group_index: usize,
        track: usize,
        level: u8,
        is_newest: bool,
    ) -> Option<Listeners> {
        if is_newest {
            let group = self.groups.get_mut(group_index)?;
            let changes = group.speakers.record(now, track, level);
            self.tell_speakers(group_index, changes);
        }
        let group = self.groups.get(group_index)?;
        let seat = group.speakers.seat_of(track)?;
        Some(Listeners::Seat(group_index, seat))
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
            let mut burst = self.idle_bursts.take();
            if let Some(burst) = Arc::get_mut(&mut burst) {
                burst.begin(now, occupant, MediaKind::Video, outgoing.source);
            }
            self.bursts.push(burst);
            self.bursts.len() - 1
        });
        let Some(burst) = Arc::get_mut(&mut self.bursts[at]) else {
            return;
        };
        push(burst, outgoing);
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
        let mut shared = self.bursts.remove(at);
        let Some(burst) = Arc::get_mut(&mut shared) else {
            return;
        };
        if sink.coalesces() {
            burst.equalise();
        }
        let track = burst.occupant.track;
        let keyframe = burst
            .packets()
            .iter()
            .position(|packet| packet.picture.is_some_and(|it| it.keyframe_start));
        let codec = burst
            .packets()
            .iter()
            .find_map(|packet| packet.picture)
            .map(|picture| picture.codec);
        let entry = self.tracks.get_mut(track);
        if let Some(entry) = entry.filter(|track| !track.paused) {
            // The list is taken out meanwhile, so that other tracks' lists can be changed.
            let slots = std::mem::take(&mut entry.slots);
            let is_simulcast = entry.is_simulcast();
            for &slot in &slots {
                if codec.is_none_or(|codec| self.takes(slot, codec, burst)) {
                    self.aim(burst, slot, keyframe, is_simulcast);
                }
            }
            if let Some(entry) = self.tracks.get_mut(track) {
                entry.slots = slots;
            }
        }
        self.dispatch(now, shared, sink);
    }

    /// Whether a slot's subscriber decodes a codec. What it does not is not forwarded.
    #[inline]
    fn takes(&mut self, slot: usize, codec: VideoCodec, burst: &Burst) -> bool {
        let Some(slot) = self.slots.get(slot) else {
            return false;
        };
        let takes = slot.codecs.contains(codec);
        if !takes
            && slot
                .wish
                .is_some_and(|wish| wish.track == burst.occupant.track)
        {
            let withheld = burst.packets().len() as u64;
            self.counters.add(Counter::DropCodecRefused, withheld);
        }
        takes
    }

    /// Lets a burst go to a slot that shows its stream, or that waited for the keyframe in it.
    #[inline]
    fn aim(
        &mut self,
        burst: &mut Burst,
        slot_index: usize,
        keyframe: Option<usize>,
        is_simulcast: bool,
    ) {
        let occupant = burst.occupant;
        let Some(slot) = self.slots.get_mut(slot_index) else {
            return;
        };
        let (mut from, mut switch) = (0, false);
        if slot.current != Some(occupant) {
            let Some(first) = keyframe.filter(|_| slot.target == Some(occupant)) else {
                return;
            };
            (from, switch) = (first as u8, true);
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
                if let Some(left_behind) = left_behind.and_then(|track| self.tracks.get_mut(track))
                {
                    left_behind.slots.retain(|&other| other != slot_index);
                }
            }
        }
        let target = Target {
            slot: slot_index as u32,
            from,
            switch,
            layers: if is_simulcast {
                slot.layers_of_simulcast()
            } else {
                slot.layers_of_one_stream()
            },
        };
        if let Some(subscriber) = self.transports.get(slot.transport) {
            burst.aim(subscriber.shard, target);
        }
    }

    /// Gives a burst to the shards that its targets are in.
    fn dispatch<S: Sink>(&mut self, now: Time, mut shared: Arc<Burst>, sink: &mut S) {
        if let Some(burst) = Arc::get_mut(&mut shared) {
            burst.leave(now);
        }
        for (number, orders) in (1..).zip(&mut self.orders) {
            if !shared.targets(number).is_empty() {
                orders.push(Order::Forward(Arc::clone(&shared)));
            }
        }
        self.local.forward(&shared, &mut self.counters, sink);
        self.idle_bursts.put(shared);
    }
}

fn push(burst: &mut Burst, outgoing: &Outgoing<'_>) {
    burst.push(
        outgoing.index,
        outgoing.timestamp,
        outgoing.marker,
        outgoing.picture,
        outgoing.audio_level,
        outgoing.payload,
        outgoing.descriptor,
    );
}
