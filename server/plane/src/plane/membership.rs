//! What there is: tracks, slots, transports and groups come, go, and leave nothing behind.

use crate::demand::Demand;
use crate::egress::{Agreed, Format, Order, Sink, Slot, SlotRole};
use crate::time::Time;
use crate::track::{MAX_LAYERS, MediaKind, Track};

use super::{Event, Plane};

impl Plane {
    pub(super) fn add_track(
        &mut self,
        id: u32,
        transport: u32,
        mid: &str,
        kind: MediaKind,
        rids: &[String],
        group: Option<u32>,
    ) {
        let Some(transport_index) = self.transports.index(transport) else {
            return;
        };
        let group = group.and_then(|group| self.groups.index(group));
        let track = Track {
            id,
            transport: transport_index,
            mid: mid.as_bytes().into(),
            kind,
            rids: rids
                .iter()
                .take(MAX_LAYERS)
                .map(|rid| rid.as_bytes().into())
                .collect(),
            layers: [None; MAX_LAYERS],
            group,
            slots: Vec::new(),
            demand: Demand::default(),
            paused: false,
        };
        let Some(index) = self.tracks.insert(id, track) else {
            return;
        };
        if let Some(transport) = self.transports.get_mut(transport_index) {
            transport.tracks.push(index);
        }
        if let Some(group) = group.and_then(|group| self.groups.get_mut(group)) {
            group.speakers.add(index);
        }
        self.open_local_stream(index);
    }

    /// The shard with the fewest transports, the plane's own only where it is not fuller than others: it receives too.
    pub(super) fn emptiest_shard(&self) -> usize {
        let transports = |shard: usize| {
            (0..self.transports.end())
                .filter_map(|index| self.transports.get(index))
                .filter(|transport| transport.shard == shard && transport.subscribes)
                .count()
        };
        (0..=self.orders.len())
            .rev()
            .min_by_key(|&shard| transports(shard))
            .unwrap_or(0)
    }

    pub(super) fn add_slot<S: Sink>(
        &mut self,
        id: u32,
        transport: u32,
        role: SlotRole,
        format: Format,
        sink: &mut S,
    ) {
        let Some(transport_index) = self.transports.index(transport) else {
            return;
        };
        let slot = Slot::new(
            id,
            transport_index,
            role,
            format.ssrc,
            format.video.codecs(),
        );
        let Some(index) = self.slots.insert(id, slot) else {
            return;
        };
        if let Some(transport) = self.transports.get_mut(transport_index) {
            transport.slots.push(index);
        }
        if let SlotRole::Audio { group, seat } = role
            && let Some(group) = self.groups.get_mut(group)
        {
            group.listeners[seat].push(index);
        }
        let order = Order::AddSlot {
            slot: index,
            transport: transport_index,
            format,
        };
        self.order(transport_index, order, sink);
    }

    /// Lets a subscriber's slots have no codec that it does not take.
    pub(super) fn restrict(&mut self, transport: usize, agreed: Agreed) {
        let Some(subscriber) = self.transports.get(transport) else {
            return;
        };
        for &slot in &subscriber.slots {
            if let Some(slot) = self.slots.get_mut(slot) {
                slot.codecs = slot.codecs.and(agreed.video_codecs);
            }
        }
    }

    pub(super) fn remove_transport<S: Sink>(&mut self, id: u32, sink: &mut S) {
        let Some(index) = self.transports.index(id) else {
            return;
        };
        // First, while it is known which shard they are in.
        let slots = self.transports.get_mut(index);
        for slot in slots.map_or_else(Vec::new, |transport| std::mem::take(&mut transport.slots)) {
            self.remove_slot(slot, sink);
        }
        self.order(index, Order::RemoveTransport { transport: index }, sink);
        let Some((_, transport)) = self.transports.remove(id) else {
            return;
        };
        self.by_ufrag.remove(&transport.ufrag);
        for address in transport.ice.addresses() {
            if self.by_address.get(&address) == Some(&index) {
                self.by_address.remove(&address);
            }
        }
        self.keyframes_wanted
            .retain(|(transport, _)| *transport != index);
        for track in transport.tracks {
            self.remove_track(track);
        }
    }

    fn remove_slot<S: Sink>(&mut self, index: usize, sink: &mut S) {
        let Some(slot) = self.slots.get(index) else {
            return;
        };
        let (id, role, transport) = (slot.id, slot.role, slot.transport);
        let tracks = [
            slot.wish.map(|wish| wish.track),
            slot.current.map(|occupant| occupant.track),
        ];
        for track in tracks.into_iter().flatten() {
            if let Some(track) = self.tracks.get_mut(track) {
                track.slots.retain(|&slot| slot != index);
            }
        }
        if let SlotRole::Audio { group, seat } = role
            && let Some(group) = self.groups.get_mut(group)
        {
            group.listeners[seat].retain(|&slot| slot != index);
        }
        self.slots.remove(id);
        self.order(transport, Order::RemoveSlot { slot: index }, sink);
    }

    fn remove_track(&mut self, index: usize) {
        let Some(track) = self.tracks.get(index) else {
            return;
        };
        let (id, group) = (track.id, track.group);
        self.vacate(index, true);
        self.bursts.retain(|burst| burst.occupant.track != index);
        if let Some(group) = group
            && let Some(entry) = self.groups.get_mut(group)
        {
            let changes = entry.speakers.remove(index);
            // Audio slots keep the index of whom they played last, and indices are used again.
            for &slot in entry.listeners.iter().flatten() {
                if let Some(slot) = self.slots.get_mut(slot) {
                    slot.current = slot.current.filter(|occupant| occupant.track != index);
                }
            }
            self.tell_speakers(group, changes);
        }
        self.tracks.remove(id);
    }

    pub(super) fn pause_track(&mut self, now: Time, id: u32, paused: bool) {
        let Some(index) = self.tracks.index(id) else {
            return;
        };
        let Some(track) = self.tracks.get_mut(index) else {
            return;
        };
        track.paused = paused;
        let group = track.group;
        if !paused {
            return self.consider_track(now, index);
        }
        self.vacate(index, false);
        if let Some(group) = group
            && let Some(entry) = self.groups.get_mut(group)
        {
            let changes = entry.speakers.silence(index);
            self.tell_speakers(group, changes);
        }
    }

    pub(super) fn remove_group<S: Sink>(&mut self, id: u32, sink: &mut S) {
        let Some((index, group)) = self.groups.remove(id) else {
            return;
        };
        for slot in group.listeners.into_iter().flatten() {
            self.remove_slot(slot, sink);
        }
        for (_, track) in self.tracks.iter_mut() {
            track.group = track.group.filter(|group| *group != index);
        }
    }

    /// Takes a track out of every video slot that shows it; `forget` also drops the wishes for it.
    fn vacate(&mut self, track: usize, forget: bool) {
        let Some(entry) = self.tracks.get_mut(track) else {
            return;
        };
        let slots = std::mem::take(&mut entry.slots);
        for &index in &slots {
            let Some(slot) = self.slots.get_mut(index) else {
                continue;
            };
            if slot.current.is_some_and(|occupant| occupant.track == track) {
                slot.current = None;
                self.events.push(Event::SlotOccupied {
                    slot: slot.id,
                    track: None,
                });
            }
            slot.target = slot.target.filter(|target| target.track != track);
            if forget {
                slot.wish = slot.wish.filter(|wish| wish.track != track);
            }
        }
        if let Some(entry) = self.tracks.get_mut(track).filter(|_| !forget) {
            entry.slots = slots;
            let slots = &self.slots;
            entry
                .slots
                .retain(|&slot| slots.get(slot).is_some_and(|slot| slot.concerns(track)));
        }
    }
}
