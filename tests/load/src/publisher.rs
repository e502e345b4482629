//! The transport on which a participant sends: a microphone, a camera in three layers, and perhaps a screen.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use str0m::bwe::{Bitrate, BweKind};
use str0m::change::SdpPendingOffer;
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Pt, Rid, Simulcast, SimulcastLayer};
use str0m::rtp::{ExtensionValues, RtpWrite, SeqNo};
use str0m::{Event, RtcError};

use crate::layer::{LATE, Layer};
use crate::media::clips::{Clip, Clips};
use crate::media::speaking::Voice;
use crate::media::{opus, stamp::Stamp, vp8::Numbers};
use crate::transport::Transport;

/// The simulcast layers, lowest first.
pub const RIDS: [&str; 3] = ["q", "h", "f"];
const OPUS_FRAME: Duration = Duration::from_millis(20);
const OPUS_SAMPLES: u32 = 960;
/// An encoder with discontinuous transmission tells every so many frames that there is silence.
const SILENCE_EVERY: u32 = 20;
const SILENT: i8 = -127;
/// The first of the streams as stamps name them; then come the layers of the camera, and the screen.
const MICROPHONE: u8 = 0;
/// libwebrtc sends this many times faster than it believes the way to carry what it encodes.
const PACING: f64 = 2.5;
/// And on a good way it believes, after its first probes, at least so much, in bit/s, however little it encodes.
const BELIEVED: u64 = 1_000_000;
/// What a voice takes of an estimate, in bit/s, with headers.
const VOICE: u64 = 60_000;
/// A layer begins once there is room for one part in so many more.
const HEADROOM: u64 = 7;
/// A pacer that was late may catch up with so much at once.
const BURST: Duration = Duration::from_millis(5);

struct Microphone {
    mid: Mid,
    voice: Voice,
    next: Instant,
    tick: u32,
    sequence: u64,
    timestamp: u32,
    spoke: bool,
}

/// A publishing transport.
pub struct Publisher {
    /// The association.
    pub transport: Transport,
    /// ICE and DTLS are done.
    pub connected: bool,
    /// It ended by itself.
    pub ended: bool,
    /// Keyframes that the server asked for.
    pub keyframes_asked: u64,
    /// Frames left out because this process was late.
    pub frames_skipped: u64,
    pending: Option<SdpPendingOffer>,
    clips: Arc<Clips>,
    sender: u16,
    microphone: Microphone,
    layers: Vec<Layer>,
    /// The layer whose turn it is to send, if it has anything to send.
    turn: usize,
    /// What the way up is believed to carry, in bit/s; `None` on a link that is not emulated.
    believed: Option<u64>,
    next_send: Instant,
    began: Instant,
    opus: Pt,
    vp8: Pt,
}

/// What a publisher is to send.
pub struct Sources {
    /// The participant's number, from 0.
    pub sender: u16,
    /// The clips of all streams.
    pub clips: Arc<Clips>,
    /// When the microphone hears something.
    pub voice: Voice,
    /// There is a camera.
    pub camera: bool,
    /// There is a section for a shared screen.
    pub screen: bool,
    /// What the times of `voice` count from.
    pub began: Instant,
    /// For numbers and phases.
    pub random: fastrand::Rng,
}

impl Publisher {
    /// A publisher and its offer.
    pub fn offer(
        mut transport: Transport,
        mut sources: Sources,
        now: Instant,
    ) -> Result<(Self, String), String> {
        let mut changes = transport.rtc.sdp_api();
        let audio = changes.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        let mut simulcast = Simulcast::new();
        for rid in RIDS {
            simulcast.add_send_layer(SimulcastLayer::new(rid));
        }
        let camera = changes.add_media(
            MediaKind::Video,
            Direction::SendOnly,
            None,
            None,
            Some(simulcast),
        );
        let screen = sources
            .screen
            .then(|| changes.add_media(MediaKind::Video, Direction::SendOnly, None, None, None));
        let (offer, pending) = changes.apply().ok_or("there is nothing to offer")?;
        let random = &mut sources.random;
        let phase = |random: &mut fastrand::Rng, longest: u64| {
            now + Duration::from_micros(random.u64(..longest))
        };
        let mut layers = Vec::new();
        let mut add = |mid, rid: Option<&str>, clip, wanted| {
            layers.push(Layer {
                mid,
                rid: rid.map(Rid::from),
                clip,
                position: 0,
                numbers: Numbers::new(random.u16(..0x8000), random.u8(..)),
                sequence: random.u64(1..0x8000),
                timestamp: random.u32(..),
                next_frame: phase(random, 66_000),
                wanted,
                carried: true,
                queue: VecDeque::new(),
            });
        };
        for (clip, rid) in RIDS.iter().enumerate() {
            add(camera, Some(*rid), clip, sources.camera);
        }
        if let Some(screen) = screen {
            add(screen, None, RIDS.len(), false);
        }
        let microphone = Microphone {
            mid: audio,
            voice: sources.voice,
            next: phase(random, 20_000),
            tick: random.u32(..SILENCE_EVERY),
            sequence: random.u64(1..0x8000),
            timestamp: random.u32(..),
            spoke: false,
        };
        let publisher = Self {
            transport,
            connected: false,
            ended: false,
            keyframes_asked: 0,
            frames_skipped: 0,
            pending: Some(pending),
            clips: sources.clips,
            sender: sources.sender,
            microphone,
            layers,
            turn: 0,
            believed: None,
            next_send: now,
            began: sources.began,
            opus: Pt::from(0),
            vp8: Pt::from(0),
        };
        Ok((publisher, offer.to_sdp_string()))
    }

    /// The server's answer came.
    pub fn accept(&mut self, now: Instant, sdp: &str) -> Result<(), String> {
        let pending = self.pending.take().ok_or("an answer came twice")?;
        self.transport.accept_answer(pending, sdp)?;
        for params in self.transport.rtc.codec_config().params() {
            match params.spec().codec {
                Codec::Opus => self.opus = params.pt(),
                Codec::Vp8 => self.vp8 = params.pt(),
                _ => {}
            }
        }
        self.settle(now).map_err(|error| error.to_string())
    }

    /// So many layers of the camera, from the lowest on, and perhaps the screen, are watched. One that was not watched
    /// before begins at once, with a keyframe.
    pub fn set_wanted(&mut self, now: Instant, camera: usize, screen: bool) {
        for layer in &mut self.layers {
            let wanted = if layer.clip < RIDS.len() {
                layer.clip < camera
            } else {
                screen
            };
            layer.set(now, wanted, layer.carried);
        }
        self.follow_estimate(now);
    }

    /// Sends no more layers than the way up is believed to carry, as browsers do (libwebrtc's `SimulcastRateAllocator`):
    /// from the lowest on, of which one is sent in any case. On links that are not emulated everything is carried.
    fn follow_estimate(&mut self, now: Instant) {
        let Some(believed) = self.believed else {
            return;
        };
        let (mut taken, mut wished) = (VOICE, VOICE);
        for layer in &mut self.layers {
            let rate = clip(&self.clips, layer.clip).bit_rate();
            let needed = taken + rate;
            let needed = if layer.is_sent() {
                needed
            } else {
                needed + needed / HEADROOM
            };
            let carried = taken == VOICE || needed <= believed;
            if layer.wanted {
                wished += rate;
                taken += if carried { rate } else { believed };
            }
            layer.set(now, layer.wanted, carried);
        }
        let wished = Bitrate::bps(wished + wished / HEADROOM);
        self.transport.rtc.bwe().set_bitrate(Bitrate::ZERO, wished);
    }

    /// Whether the microphone hears something is not asked here; a datagram came.
    pub fn receive(&mut self, now: Instant, bytes: &[u8], arrival: u64) -> Result<(), RtcError> {
        let mut events = Vec::new();
        self.transport
            .receive(now, bytes, arrival, &mut |event, _| events.push(event))?;
        self.heed(now, events);
        Ok(())
    }

    fn settle(&mut self, now: Instant) -> Result<(), RtcError> {
        let mut events = Vec::new();
        self.transport
            .settle(now, &mut |event, _| events.push(event))?;
        self.heed(now, events);
        Ok(())
    }

    fn heed(&mut self, now: Instant, events: Vec<Event>) {
        for event in events {
            match event {
                Event::Connected => {
                    self.connected = true;
                    let begin = |at: Instant| at.max(now);
                    self.microphone.next = begin(self.microphone.next);
                    self.layers
                        .iter_mut()
                        .for_each(|layer| layer.next_frame = begin(layer.next_frame));
                }
                Event::KeyframeRequest(request) => {
                    self.keyframes_asked += 1;
                    let asked =
                        |layer: &&mut Layer| layer.mid == request.mid && layer.rid == request.rid;
                    if let Some(layer) = self.layers.iter_mut().find(asked) {
                        layer.position = 0;
                    }
                }
                Event::EgressBitrateEstimate(BweKind::Twcc { estimate, .. }) => {
                    self.believed = Some(estimate.as_u64());
                    self.follow_estimate(now);
                }
                Event::Closed => self.ended = true,
                _ => {}
            }
        }
    }

    /// Sends what is due.
    pub fn tick(&mut self, now: Instant) -> Result<(), RtcError> {
        let mut wrote = false;
        if self.connected {
            wrote |= self.speak(now);
            self.encode(now);
            wrote |= self.pace(now);
        }
        if wrote || self.transport.due() <= now {
            self.settle(now)?;
        }
        Ok(())
    }

    /// When [`Publisher::tick`] must be called.
    pub fn due(&self) -> Instant {
        let mut due = self.transport.due();
        if self.connected {
            due = due.min(self.microphone.next);
            if self.layers.iter().any(|layer| !layer.queue.is_empty()) {
                due = due.min(self.next_send);
            }
            let frames = self
                .layers
                .iter()
                .filter(|layer| layer.is_sent())
                .map(|layer| layer.next_frame);
            due = frames.fold(due, Instant::min);
        }
        due
    }

    fn speak(&mut self, now: Instant) -> bool {
        let clip = &self.clips.speech.frames;
        let microphone = &mut self.microphone;
        let mut wrote = false;
        while microphone.next <= now {
            if now - microphone.next > LATE {
                microphone.next = now;
            }
            let speaks = microphone
                .voice
                .speaks(microphone.next.saturating_duration_since(self.began));
            let frame = &clip[microphone.tick as usize % clip.len()].data;
            let stamp = Stamp {
                micros: micros(),
                sender: self.sender,
                stream: MICROPHONE,
                number: microphone.sequence as u32,
                packets: 1,
            };
            let payload = if speaks {
                Some((opus::stamped(frame, stamp), -20 - (frame.len() % 20) as i8))
            } else if microphone.tick.is_multiple_of(SILENCE_EVERY) {
                Some((opus::silence(frame, stamp), SILENT))
            } else {
                None
            };
            if let Some((payload, level)) = payload {
                let extensions = ExtensionValues {
                    audio_level: Some(level),
                    voice_activity: Some(speaks),
                    ..ExtensionValues::default()
                };
                let time = microphone.timestamp;
                let sequence = SeqNo::from(microphone.sequence);
                let packet = RtpWrite::new(self.opus, sequence, time, now, payload)
                    .marker(speaks && !microphone.spoke)
                    .ext_vals(extensions);
                if let Some(stream) = self
                    .transport
                    .rtc
                    .direct_api()
                    .stream_tx_by_mid(microphone.mid, None)
                {
                    stream.write_rtp(packet);
                }
                microphone.sequence += 1;
                wrote = true;
            }
            microphone.spoke = speaks;
            microphone.tick = microphone.tick.wrapping_add(1);
            microphone.timestamp = microphone.timestamp.wrapping_add(OPUS_SAMPLES);
            microphone.next += OPUS_FRAME;
        }
        wrote
    }

    fn encode(&mut self, now: Instant) {
        for layer in self.layers.iter_mut().filter(|layer| layer.is_sent()) {
            self.frames_skipped += layer.encode(clip(&self.clips, layer.clip), now);
        }
    }

    fn pace(&mut self, now: Instant) -> bool {
        let active = self.layers.iter().filter(|layer| layer.is_sent());
        let rate: u64 = active
            .map(|layer| clip(&self.clips, layer.clip).bit_rate())
            .sum();
        let rate = rate.max(BELIEVED) as f64 * PACING;
        self.next_send = self.next_send.max(now - BURST);
        let mut wrote = false;
        while self.next_send <= now {
            // In turns, as libwebrtc's pacer does: the keyframe of one stream does not hold up the others.
            let count = self.layers.len();
            let waiting = |turn: &usize| !self.layers[*turn].queue.is_empty();
            let Some(turn) = (self.turn..self.turn + count)
                .map(|turn| turn % count)
                .find(waiting)
            else {
                break;
            };
            self.turn = turn + 1;
            let layer = &mut self.layers[turn];
            let Some(mut packet) = layer.queue.pop_front() else {
                break;
            };
            self.next_send += Duration::from_secs_f64(packet.payload.len() as f64 * 8.0 / rate);
            if packet.marker
                && let Some(end) = packet.payload.last_chunk_mut()
            {
                let stamp = Stamp {
                    micros: micros(),
                    sender: self.sender,
                    stream: MICROPHONE + 1 + layer.clip as u8,
                    number: layer.sequence as u32,
                    packets: packet.packets,
                };
                *end = stamp.write();
            }
            let sequence = SeqNo::from(layer.sequence);
            let written = RtpWrite::new(
                self.vp8,
                sequence,
                packet.timestamp,
                now,
                Arc::<[u8]>::from(packet.payload),
            )
            .marker(packet.marker)
            .nackable(true);
            layer.sequence += 1;
            if let Some(stream) = self
                .transport
                .rtc
                .direct_api()
                .stream_tx_by_mid(layer.mid, layer.rid)
            {
                stream.write_rtp(written);
            }
            wrote = true;
        }
        wrote
    }
}

fn clip(clips: &Clips, index: usize) -> &Clip {
    clips.camera.get(index).unwrap_or(&clips.screen)
}

/// Microseconds since 1970, by the clock by which the kernel tells arrivals.
pub fn micros() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_micros() as u64
}
