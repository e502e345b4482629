//! Who goes into which slot: wishes become targets, targets become occupants at a keyframe.

use crate::arena::Arena;
use crate::egress::{Occupant, SlotRole, Wish};
use crate::ingress::Stream;
use crate::speakers::Changes;
use crate::time::Time;
use crate::track::{MAX_LAYERS, MediaKind, Track};

use super::{Event, Plane};

/// The stream (transport, index) that an occupant comes by.
pub(super) fn stream_of(tracks: &Arena<Track>, occupant: Occupant) -> Option<(usize, usize)> {
    let track = tracks.get(occupant.track)?;
    Some((track.transport, track.layers[occupant.layer]?))
}

/// Whether a simulcast layer has stopped while lower ones go on.
pub(super) fn has_stopped(track: &Track, streams: &[Stream], layer: usize) -> bool {
    let stream = |layer: usize| track.layers[layer].and_then(|index| streams.get(index));
    let Some(own) = stream(layer) else {
        return false;
    };
    let mut lower = (0..layer).filter_map(stream);
    lower.any(|lower| own.has_stopped_beside(lower))
}

impl Plane {
    /// Gives a slot of video or routed audio another wish.
    pub(super) fn route(&mut self, now: Time, slot_id: u32, wish: Option<Wish>) {
        let Some(index) = self.slots.index(slot_id) else {
            return;
        };
        let Some(slot) = self.slots.get_mut(index) else {
            return;
        };
        let is_video = match slot.role {
            SlotRole::Video => true,
            SlotRole::RoutedAudio => false,
            SlotRole::Audio { .. } => return,
        };
        // A track of the other kind would never get through.
        let wish = wish.filter(|wish| {
            let track = self.tracks.get(wish.track);
            track.is_some_and(|track| {
                (track.kind == MediaKind::Video) == is_video && track.group.is_none()
            })
        });
        let before = [
            slot.wish.map(|wish| wish.track),
            slot.current.map(|occupant| occupant.track),
        ];
        slot.wish = wish;
        slot.target = None;
        if wish.is_none() && std::mem::take(&mut slot.allowance).grant.is_none() {
            self.events.push(Event::SlotPaused {
                slot: slot_id,
                paused: false,
            });
        }
        // Sound needs no keyframe to wait for: nothing more of what was wished before is to be heard.
        let leaves = |current: Occupant| match wish {
            Some(wish) => !is_video && current.track != wish.track,
            None => true,
        };
        if slot.current.take_if(|current| leaves(*current)).is_some() {
            self.events.push(Event::SlotOccupied {
                slot: slot_id,
                track: None,
            });
        }
        for track in before.into_iter().flatten() {
            if !self
                .slots
                .get(index)
                .is_some_and(|slot| slot.concerns(track))
                && let Some(track) = self.tracks.get_mut(track)
            {
                track.slots.retain(|&slot| slot != index);
            }
        }
        if let Some(track) = wish.and_then(|wish| self.tracks.get_mut(wish.track))
            && !track.slots.contains(&index)
        {
            track.slots.push(index);
        }
        self.consider_slot(now, index);
    }

    /// Looks anew at every slot that a track concerns.
    pub(super) fn consider_track(&mut self, now: Time, track: usize) {
        let count = self.tracks.get(track).map_or(0, |track| track.slots.len());
        for i in 0..count {
            if let Some(&slot) = self.tracks.get(track).and_then(|track| track.slots.get(i)) {
                self.consider_slot(now, slot);
            }
        }
    }

    /// Chooses the layer that a video slot is to forward: the best live one that is of use, else the lowest that is
    /// live at all. A change waits for a keyframe, which is asked for.
    pub(super) fn consider_slot(&mut self, now: Time, index: usize) {
        let Some(slot) = self.slots.get_mut(index) else {
            return;
        };
        let Some(wish) = slot.wish.filter(|_| slot.role == SlotRole::Video) else {
            return;
        };
        let Some(track) = self.tracks.get(wish.track).filter(|track| !track.paused) else {
            return;
        };
        let Some(publisher) = self.transports.get(track.transport) else {
            return;
        };
        let Some(subscriber) = self.transports.get(slot.transport).filter(|t| t.is_ready()) else {
            return;
        };
        if subscriber.endpoint == publisher.endpoint {
            return;
        }
        let live = |layer: &usize| {
            let stream = track.layers[*layer].and_then(|stream| publisher.streams.get(stream));
            stream.is_some_and(|stream| {
                let codec = stream.pictures.codec();
                stream.is_live(now) && codec.is_some_and(|codec| slot.codecs.contains(codec))
            }) && !has_stopped(track, &publisher.streams, *layer)
        };
        let Some((allowed, _)) = slot.allowance.grant else {
            return;
        };
        let highest = wish.max_layer.min(usize::from(allowed));
        let best = (0..MAX_LAYERS.min(highest + 1)).rev().find(live);
        let Some(layer) = best.or_else(|| (0..MAX_LAYERS).find(live)) else {
            slot.target = None;
            return;
        };
        let wanted = Occupant {
            track: wish.track,
            layer,
        };
        if slot.current == Some(wanted) {
            slot.target = None;
            return;
        }
        slot.target = Some(wanted);
        // Wanted again at every tick: a keyframe whose first packet was lost switches nobody.
        self.keyframes_wanted
            .extend(track.layers[layer].map(|stream| (track.transport, stream)));
    }

    /// Tells the control side of a group's seats and speaker, if they changed.
    pub(super) fn tell_speakers(&mut self, group: usize, changes: Changes) {
        let Some(group) = self.groups.get(group) else {
            return;
        };
        let id = |track: usize| self.tracks.get(track).map(|track| track.id);
        if changes.seats {
            // Who comes back to a seat begins anew in it: what was not forwarded meanwhile must leave no gap.
            for (seat, listeners) in group.speakers.seats().iter().zip(&group.listeners) {
                for &slot in listeners {
                    if let Some(slot) = self.slots.get_mut(slot) {
                        slot.current = slot.current.filter(|heard| Some(heard.track) == *seat);
                    }
                }
            }
            let tracks = group.speakers.seats().map(|track| track.and_then(id));
            self.events.push(Event::Seats {
                group: group.id,
                tracks,
            });
        }
        if changes.dominant {
            let track = group.speakers.dominant().and_then(id);
            self.events.push(Event::Dominant {
                group: group.id,
                track,
            });
        }
    }
}
