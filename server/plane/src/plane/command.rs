//! What the control side may ask of the plane.
//!
//! Ids are the control side's own: it never uses one twice. A command about something that is already gone is
//! ignored, since the two sides run side by side.

use crate::egress::{Slot, SlotRole, Wish};
use crate::rtp::ExtensionKind;
use crate::speakers::SEATS;
use crate::srtp::{MasterKey, SrtpReceiver, SrtpSender};
use crate::time::Time;
use crate::track::{MAX_LAYERS, MediaKind, Track};
use crate::transport::{Codec, Transport};

use super::{Event, Group, Plane, Sink};

/// One request of the control side.
#[derive(Clone, Debug)]
pub enum Command {
    /// A peer connection is about to be made.
    AddTransport {
        /// The new transport's id.
        transport: u32,
        /// Whose it is: nothing is forwarded between transports of one endpoint.
        endpoint: u32,
        /// The local ICE username fragment.
        ufrag: String,
        /// The local ICE password.
        password: String,
    },
    /// A peer connection is over, with its tracks and slots.
    RemoveTransport {
        /// Which.
        transport: u32,
    },
    /// The DTLS handshake is done.
    SetKeys {
        /// Of which transport.
        transport: u32,
        /// What the peer protects with.
        receive: MasterKey,
        /// What the plane protects with.
        send: MasterKey,
    },
    /// Send a DTLS datagram.
    SendDtls {
        /// To which transport's peer.
        transport: u32,
        /// The datagram.
        datagram: Vec<u8>,
    },
    /// What SDP agreed for a publishing transport.
    ConfigurePublisher {
        /// Which.
        transport: u32,
        /// Payload types.
        codecs: Vec<(u8, Codec)>,
        /// Extension ids.
        extensions: Vec<(u8, ExtensionKind)>,
    },
    /// Speakers are to be compared with each other.
    AddGroup {
        /// The new group's id.
        group: u32,
    },
    /// The group is over.
    RemoveGroup {
        /// Which.
        group: u32,
    },
    /// A publisher has a microphone or camera.
    AddTrack {
        /// The new track's id.
        track: u32,
        /// Its transport.
        transport: u32,
        /// The mid of its media section.
        mid: String,
        /// Audio or video.
        kind: MediaKind,
        /// The rids of its simulcast layers, lowest first; empty without simulcast.
        rids: Vec<String>,
        /// The speaker group in which an audio track takes part.
        group: Option<u32>,
    },
    /// Mutes or unmutes a track: while it is paused, nothing of it is forwarded.
    PauseTrack {
        /// Which.
        track: u32,
        /// Muted or not.
        paused: bool,
    },
    /// A subscriber plays a seat of a speaker group.
    AddAudioSlot {
        /// The new slot's id.
        slot: u32,
        /// The subscriber's transport.
        transport: u32,
        /// The constant SSRC.
        ssrc: u32,
        /// The agreed payload type.
        payload_type: u8,
        /// The agreed extension id for audio levels.
        audio_level_id: Option<u8>,
        /// The group.
        group: u32,
        /// Which of its seats.
        seat: u8,
    },
    /// A subscriber has room for a picture.
    AddVideoSlot {
        /// The new slot's id.
        slot: u32,
        /// The subscriber's transport.
        transport: u32,
        /// The constant SSRC.
        ssrc: u32,
        /// The agreed payload type.
        payload_type: u8,
    },
    /// What a video slot is to show from the next keyframe on; `None` empties it at once.
    Route {
        /// Which slot.
        slot: u32,
        /// The track, and the highest layer that is of use.
        wish: Option<(u32, u8)>,
    },
}

impl Plane {
    /// Does what the control side asks.
    pub fn handle_command<S: Sink>(&mut self, now: Time, command: Command, sink: &mut S) {
        match command {
            Command::AddTransport {
                transport: id,
                endpoint,
                ufrag,
                password,
            } => {
                let transport = Transport::new(now, id, endpoint, &ufrag, &password);
                if let Some(index) = self.transports.insert(id, transport) {
                    self.by_ufrag.insert(ufrag.into_bytes().into(), index);
                    self.next_tick = self.next_tick.max(now);
                }
            }
            Command::RemoveTransport { transport } => self.remove_transport(transport),
            Command::SetKeys {
                transport,
                receive,
                send,
            } => {
                if let Some(transport) = self.transports.by_id_mut(transport) {
                    transport.receiver = Some(SrtpReceiver::new(&receive));
                    transport.sender = Some(SrtpSender::new(&send));
                }
            }
            Command::SendDtls {
                transport,
                datagram,
            } => self.send_dtls(transport, &datagram, sink),
            Command::ConfigurePublisher {
                transport,
                codecs,
                extensions,
            } => {
                if let Some(transport) = self.transports.by_id_mut(transport) {
                    for (payload_type, codec) in codecs {
                        transport.codecs[usize::from(payload_type & 0x7f)] = Some(codec);
                    }
                    for (id, kind) in extensions {
                        transport.extensions.set(id, kind);
                    }
                }
            }
            Command::AddGroup { group: id } => {
                self.groups.insert(
                    id,
                    Group {
                        id,
                        ..Group::default()
                    },
                );
            }
            Command::RemoveGroup { group } => self.remove_group(group),
            Command::AddTrack {
                track,
                transport,
                mid,
                kind,
                rids,
                group,
            } => {
                self.add_track(track, transport, &mid, kind, &rids, group);
            }
            Command::PauseTrack { track, paused } => self.pause_track(now, track, paused),
            Command::AddAudioSlot {
                slot,
                transport,
                ssrc,
                payload_type,
                audio_level_id,
                group,
                seat,
            } => {
                let group = self.groups.index(group);
                let Some(group) = group.filter(|_| usize::from(seat) < SEATS) else {
                    return;
                };
                let role = SlotRole::Audio {
                    group,
                    seat: usize::from(seat),
                };
                self.add_slot(slot, transport, role, ssrc, payload_type, audio_level_id);
            }
            Command::AddVideoSlot {
                slot,
                transport,
                ssrc,
                payload_type,
            } => {
                self.add_slot(slot, transport, SlotRole::Video, ssrc, payload_type, None);
            }
            Command::Route { slot, wish } => {
                let wish = wish.and_then(|(track, max_layer)| {
                    Some(Wish {
                        track: self.tracks.index(track)?,
                        max_layer: usize::from(max_layer),
                    })
                });
                self.route(now, slot, wish);
            }
        }
        self.request_keyframes(now, sink);
    }

    fn add_track(
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
    }

    fn add_slot(
        &mut self,
        id: u32,
        transport: u32,
        role: SlotRole,
        ssrc: u32,
        payload_type: u8,
        audio_level_id: Option<u8>,
    ) {
        let Some(transport_index) = self.transports.index(transport) else {
            return;
        };
        let clock_rate = match role {
            SlotRole::Audio { .. } => 48_000,
            SlotRole::Video => 90_000,
        };
        let slot = Slot::new(
            id,
            transport_index,
            role,
            ssrc,
            payload_type,
            audio_level_id,
            clock_rate,
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
    }

    fn remove_transport(&mut self, id: u32) {
        let Some((index, transport)) = self.transports.remove(id) else {
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
        for slot in transport.slots {
            self.remove_slot(slot);
        }
        for track in transport.tracks {
            self.remove_track(track);
        }
    }

    fn remove_slot(&mut self, index: usize) {
        let Some(slot) = self.slots.get(index) else {
            return;
        };
        let (id, role) = (slot.id, slot.role);
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
    }

    fn remove_track(&mut self, index: usize) {
        let Some(track) = self.tracks.get(index) else {
            return;
        };
        let (id, group) = (track.id, track.group);
        self.vacate(index, true);
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

    fn pause_track(&mut self, now: Time, id: u32, paused: bool) {
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

    fn remove_group(&mut self, id: u32) {
        let Some((index, group)) = self.groups.remove(id) else {
            return;
        };
        for slot in group.listeners.into_iter().flatten() {
            self.remove_slot(slot);
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
