//! What the control side may ask of the plane.
//!
//! Ids are the control side's own: it never uses one twice. A command about something that is already gone is
//! ignored, since the two sides run side by side.

use crate::allocation::Priority;
use crate::egress::{Agreed, Format, Order, SlotRole, Wish};
use crate::rtp::ExtensionKind;
use crate::speakers::SEATS;
use crate::srtp::{MasterKey, SrtpReceiver, SrtpSender};
use crate::time::Time;
use crate::track::MediaKind;
use crate::transport::{Codec, Transport};

use super::{Group, Plane, Sink};

/// One request of the control side.
#[derive(Clone, Debug)]
pub enum Command {
    /// A peer connection is about to be made.
    AddTransport {
        /// The new transport's id.
        transport: u32,
        /// Whose it is: nothing is forwarded between transports of one endpoint.
        endpoint: u32,
        /// It receives slots: its shard is the one with the fewest transports. Others stay with the plane.
        subscribes: bool,
        /// The local ICE username fragment.
        ufrag: String,
        /// The local ICE password.
        password: String,
    },
    /// Somebody publishes from within this machine: without network, keys or silence that would end it.
    AddLocalTransport {
        /// The new transport's id.
        transport: u32,
        /// Whose it is.
        endpoint: u32,
    },
    /// An audio track of a local transport says 60 ms at most.
    Speak {
        /// Which track.
        track: u32,
        /// When, in ticks of 48 kHz.
        timestamp: u32,
        /// How loud, in -dBov: 0 (loudest) to 127 (RFC 6464).
        level: u8,
        /// One Opus packet.
        payload: Vec<u8>,
    },
    /// What is heard in a speaker group is told too, packet by packet, or no more so.
    TapGroup {
        /// Which.
        group: u32,
        /// Told or not.
        tapped: bool,
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
        /// It sends lost audio packets again too.
        audio_nack: bool,
    },
    /// What of its slots' formats a subscriber takes.
    RestrictSubscriber {
        /// Which transport.
        transport: u32,
        /// What it takes.
        agreed: Agreed,
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
        /// The speaker group in which an audio track takes part; without one it is heard only where it is routed to.
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
        /// What was agreed.
        format: Format,
        /// The group.
        group: u32,
        /// Which of its seats.
        seat: u8,
    },
    /// A subscriber plays an audio track that is routed to it, such as the sound of a shared screen.
    AddRoutedAudioSlot {
        /// The new slot's id.
        slot: u32,
        /// The subscriber's transport.
        transport: u32,
        /// What was agreed.
        format: Format,
    },
    /// A subscriber has room for a picture.
    AddVideoSlot {
        /// The new slot's id.
        slot: u32,
        /// The subscriber's transport.
        transport: u32,
        /// What was agreed.
        format: Format,
    },
    /// What a video slot is to show from the next keyframe on, or a slot of routed audio to play from the next packet on;
    /// `None` empties it at once.
    Route {
        /// Which slot.
        slot: u32,
        /// The track, the highest layer and the highest temporal layer that are of use.
        wish: Option<(u32, u8, u8)>,
        /// How much it matters beside the other slots of its subscriber.
        priority: Priority,
    },
}

impl Plane {
    /// Does what the control side asks.
    pub fn handle_command<S: Sink>(&mut self, now: Time, command: Command, sink: &mut S) {
        match command {
            Command::AddTransport {
                transport: id,
                endpoint,
                subscribes,
                ufrag,
                password,
            } => {
                let shard = if subscribes { self.emptiest_shard() } else { 0 };
                let mut transport = Transport::new(now, id, endpoint, shard, &ufrag, &password);
                transport.subscribes = subscribes;
                if let Some(index) = self.transports.insert(id, transport) {
                    self.by_ufrag.insert(ufrag.into_bytes().into(), index);
                    self.next_tick = self.next_tick.max(now);
                }
            }
            Command::AddLocalTransport {
                transport: id,
                endpoint,
            } => {
                self.transports
                    .insert(id, Transport::new_local(now, id, endpoint));
                self.next_tick = self.next_tick.max(now);
            }
            Command::Speak {
                track,
                timestamp,
                level,
                payload,
            } => self.speak(now, track, timestamp, level, &payload, sink),
            Command::TapGroup { group, tapped } => self.tap_group(group, tapped),
            Command::RemoveTransport { transport } => self.remove_transport(transport, sink),
            Command::SetKeys {
                transport,
                receive,
                send,
            } => {
                if let Some(index) = self.transports.index(transport)
                    && let Some(entry) = self.transports.get_mut(index)
                {
                    entry.receiver = Some(SrtpReceiver::new(&receive));
                    entry.keyed = true;
                    let sender = Box::new(SrtpSender::new(&send));
                    let order = Order::SetSender {
                        transport: index,
                        sender,
                    };
                    self.order(index, order, sink);
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
                audio_nack,
            } => {
                if let Some(transport) = self.transports.by_id_mut(transport) {
                    transport.audio_nack = audio_nack;
                    for (payload_type, codec) in codecs {
                        transport.codecs[usize::from(payload_type & 0x7f)] = Some(codec);
                    }
                    for (id, kind) in extensions {
                        transport.extensions.set(id, kind);
                    }
                }
            }
            Command::RestrictSubscriber { transport, agreed } => {
                if let Some(transport) = self.transports.index(transport) {
                    self.restrict(transport, agreed);
                    self.order(transport, Order::Restrict { transport, agreed }, sink);
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
            Command::RemoveGroup { group } => self.remove_group(group, sink),
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
                format,
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
                self.add_slot(slot, transport, role, format, sink);
            }
            Command::AddRoutedAudioSlot {
                slot,
                transport,
                format,
            } => {
                self.add_slot(slot, transport, SlotRole::RoutedAudio, format, sink);
            }
            Command::AddVideoSlot {
                slot,
                transport,
                format,
            } => {
                self.add_slot(slot, transport, SlotRole::Video, format, sink);
            }
            Command::Route {
                slot,
                wish,
                priority,
            } => {
                let wish = wish.and_then(|(track, max_layer, max_temporal)| {
                    Some(Wish {
                        track: self.tracks.index(track)?,
                        max_layer: usize::from(max_layer),
                        max_temporal,
                        priority,
                    })
                });
                self.route(now, slot, wish);
            }
        }
        self.request_keyframes(now, sink);
    }
}
