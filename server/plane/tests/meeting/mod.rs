//! A meeting in virtual time: cameras, a plane, and viewers behind simulated links.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

mod camera;
pub mod scenarios;
mod viewer;

use std::collections::HashMap;
use std::net::SocketAddr;

use plane::allocation::Priority;
use plane::egress::Format;
use plane::plane::{Command, Event};
use plane::time::{Span, Time};

use super::network::{Conditions, Link};
use super::support::{SEQUENCE, World, audio_format, video_format};
use camera::Camera;
pub use viewer::Record;
use viewer::Viewer;

/// IPv4 and UDP.
const BELOW: usize = 28;
const GROUP: u32 = 900;
const TRACKS: u32 = 10_000;

/// What was true of one viewer at a moment, and what had come until then.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub at: Time,
    /// bit/s.
    pub estimate: u64,
    /// How long a packet would have waited in front of the link.
    pub wait: Span,
    /// Bytes received.
    pub bytes: u64,
    /// Pictures shown, all slots together, and those of the speaker in each layer.
    pub frames: u64,
    pub layers: [u64; 3],
}

/// One viewer's outcome.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub record: Record,
    /// Each 100 ms.
    pub samples: Vec<Sample>,
    /// When each change of a slot's pausing was told.
    pub pauses: Vec<(Time, u32, bool)>,
    /// When each change of how many layers the speaker's camera is to send was told. The cameras obey at once.
    pub limits: Vec<(Time, u8)>,
}

impl Outcome {
    /// The estimates of a time, in seconds.
    pub fn estimates(&self, from: u64, to: u64) -> Vec<u64> {
        let samples = self.samples_within(from, to);
        samples.map(|sample| sample.estimate).collect()
    }

    fn samples_within(&self, from: u64, to: u64) -> impl Iterator<Item = &Sample> {
        let within = from * 1_000_000..to * 1_000_000;
        let samples = self.samples.iter();
        samples.filter(move |sample| within.contains(&sample.at.micros()))
    }

    /// What 95 of 100 packets of a time would have waited at most.
    pub fn wait_p95(&self, from: u64, to: u64) -> Span {
        let samples = self.samples_within(from, to);
        let mut waits: Vec<_> = samples.map(|sample| sample.wait).collect();
        waits.sort();
        waits[waits.len() * 95 / 100]
    }

    /// How many pictures were shown in a time, all slots together; in seconds.
    pub fn frames(&self, from: u64, to: u64) -> u64 {
        let (first, last) = self.between(from, to);
        last.frames - first.frames
    }

    /// How many pictures of the speaker were shown in a time, by layer.
    pub fn layers(&self, from: u64, to: u64) -> [u64; 3] {
        let (first, last) = self.between(from, to);
        [0, 1, 2].map(|layer: usize| last.layers[layer] - first.layers[layer])
    }

    /// What was received in a time, in bit/s.
    pub fn received(&self, from: u64, to: u64) -> u64 {
        let (first, last) = self.between(from, to);
        (last.bytes - first.bytes) * 8 / (to - from)
    }

    /// The figures of it all, from 15 s on where the start is not meant.
    pub fn summary(&self) -> String {
        let end = self.samples.last().unwrap().at.micros() / 1_000_000 + 1;
        let estimates = self.estimates(15, end);
        format!(
            "estimate {} to {} kbit/s, mean {}; queue p95 {} ms; silence {} ms; heard {:.2} %; frozen {:.1} %; {} pictures, of the speaker {:?}; keyframes asked {}; received {} kbit/s; paused {:.0} %",
            estimates.iter().min().unwrap() / 1_000,
            estimates.iter().max().unwrap() / 1_000,
            estimates.iter().sum::<u64>() / estimates.len() as u64 / 1_000,
            self.wait_p95(15, end).micros() / 1_000,
            self.longest_silence(5).micros() / 1_000,
            self.heard() * 100.0,
            self.frozen() * 100.0,
            self.record.frames,
            self.record.layers,
            self.record.keyframes_asked,
            self.received(15, end) / 1_000,
            self.paused(15, end) * 100.0,
        )
    }

    /// The share of a time in which the speaker's picture was said to be paused.
    pub fn paused(&self, from: u64, to: u64) -> f64 {
        let [from, to] = [from, to].map(|at| Time::from_micros(at * 1_000_000));
        let changes = self.pauses.iter().filter(|(.., slot, _)| slot % 100 == 0);
        let (mut since, mut total) = (None, Span::default());
        for &(at, _, paused) in changes.chain([&(to, 0, false)]) {
            let at = at.clamp(from, to);
            if paused {
                since.get_or_insert(at);
            } else if let Some(since) = since.take() {
                total = total + at.since(since);
            }
        }
        total.micros() as f64 / to.since(from).micros() as f64
    }

    fn between(&self, from: u64, to: u64) -> (&Sample, &Sample) {
        let mut within = self.samples_within(from, to);
        let first = within.next().unwrap();
        (first, within.last().unwrap_or(first))
    }

    /// The longest time in which nothing new was heard, from this second on.
    pub fn longest_silence(&self, from: u64) -> Span {
        let silences = self.silences(from);
        silences
            .last()
            .map_or(Span::from_secs(3_600), |(gap, _)| *gap)
    }

    /// The times between one frame of sound that can be played, received or recovered, and the next one, and when each
    /// began, from this second on; the longest last. Who speaks does so without a pause: a frame each 20 ms.
    pub fn silences(&self, from: u64) -> Vec<(Span, Time)> {
        let mut times: Vec<_> = self.record.voices.values().copied().collect();
        times.sort();
        times.retain(|at| at.micros() >= from * 1_000_000);
        let mut gaps: Vec<_> = times
            .windows(2)
            .map(|two| (two[1].since(two[0]), two[0]))
            .collect();
        gaps.sort();
        gaps
    }

    /// The share of the frames of sound that were heard, leaving the first and the last second out.
    pub fn heard(&self) -> f64 {
        let (first, last) = (
            self.record.voices.keys().next(),
            self.record.voices.keys().last(),
        );
        let (from, to) = (first.unwrap() + 50, last.unwrap() - 50);
        self.record.voices.range(from..to).count() as f64 / (to - from) as f64
    }

    /// The share of the time in which pictures stood still that were not said to be paused.
    pub fn frozen(&self) -> f64 {
        self.record.frozen.micros() as f64 / self.record.watched.micros().max(1) as f64
    }
}

/// A meeting of so many cameras, of which the first one speaks. Every viewer sees the speaker large and the others small.
pub struct Meeting {
    pub cameras: u32,
    pub seconds: u64,
    /// The way up of the speaker, and back, where it is not a good one.
    pub uplink: Option<Conditions>,
    /// The way down of each viewer; what they say goes up with the same delay.
    pub viewers: Vec<Conditions>,
    /// All of them share the first one's way down.
    pub share: bool,
}

/// Datagrams, and which viewer's they are.
type Way = Link<(usize, Vec<u8>)>;

impl Meeting {
    /// Holds it. The same seed gives the same outcome.
    pub fn hold(&self, seed: u64) -> (Vec<Outcome>, World) {
        let mut world = World::default();
        world.command(Command::AddGroup { group: GROUP });
        let mut cameras: Vec<_> = (1..=self.cameras)
            .map(|id| {
                let peer = world.connect_publisher(id, id);
                world.add_camera(&peer, TRACKS + id, &["q", "h", "f"]);
                world.add_microphone(&peer, TRACKS * 2 + id, GROUP);
                Camera::new(peer, id == 1)
            })
            .collect();
        let mut viewers: Vec<_> = (0..self.viewers.len() as u32)
            .map(|n| self.join(&mut world, 1_000 + n))
            .collect();
        let mut ways: Vec<(Way, Way)> = self
            .viewers
            .iter()
            .zip(0..)
            .map(|(down, n)| pair(down, seed + 10 * n))
            .collect();
        let mut uplink = self.uplink.as_ref().map(|up| pair(up, seed + 7));
        let by_address: HashMap<SocketAddr, usize> = viewers
            .iter()
            .enumerate()
            .map(|(n, viewer)| (viewer.peer.path.remote, n))
            .collect();
        let mut outcomes = vec![Outcome::default(); viewers.len()];
        let mut speaker_rtcp: Vec<(Time, Vec<u8>)> = Vec::new();
        for millis in 0..self.seconds * 1_000 {
            for camera in &mut cameras {
                let path = camera.peer.path;
                for datagram in camera.send(&mut world) {
                    match uplink.as_mut().filter(|_| camera.peer.id == 1) {
                        Some((up, _)) => up.send(world.now, datagram.len() + BELOW, (0, datagram)),
                        None => world.datagram(&path, &datagram),
                    }
                }
            }
            world.pass(1);
            let now = world.now;
            if let Some((up, _)) = &mut uplink {
                while let Some((_, (_, datagram))) = up.poll(now) {
                    world.datagram(&cameras[0].peer.path, &datagram);
                }
            }
            let sent = world.sent();
            for (path, datagram) in &sent {
                if let Some(&n) = by_address.get(&path.remote) {
                    let way = if self.share { 0 } else { n };
                    let bytes = datagram.len() + BELOW;
                    ways[way].0.send(now, bytes, (n, datagram.clone()));
                }
            }
            for camera in &mut cameras {
                let (_, mut rtcp) = camera.peer.read(&sent);
                if let Some((_, back)) = uplink.as_mut().filter(|_| camera.peer.id == 1) {
                    for compound in rtcp.drain(..) {
                        back.send(now, compound.len() + BELOW, (0, compound));
                    }
                    while let Some((_, (_, compound))) = back.poll(now) {
                        rtcp.push(compound);
                    }
                }
                let path = camera.peer.path;
                for datagram in camera.hear(&rtcp) {
                    match uplink.as_mut().filter(|_| camera.peer.id == 1) {
                        Some((up, _)) => up.send(now, datagram.len() + BELOW, (0, datagram)),
                        None => world.datagram(&path, &datagram),
                    }
                }
            }
            speaker_rtcp.clear();
            for event in world.events() {
                if let Event::SlotPaused { slot, paused } = event {
                    let n = (slot / 100 - 1_000) as usize;
                    viewers[n].pause(slot, paused);
                    outcomes[n].pauses.push((now, slot, paused));
                } else if let Event::LayerLimit { track, layers } = event {
                    cameras[(track - TRACKS - 1) as usize].limit(layers);
                    if track == TRACKS + 1 {
                        outcomes
                            .iter_mut()
                            .for_each(|o| o.limits.push((now, layers)));
                    }
                }
            }
            for (down, _) in &mut ways {
                while let Some((at, (n, datagram))) = down.poll(now) {
                    viewers[n].receive(at, &datagram);
                }
            }
            for (n, viewer) in viewers.iter_mut().enumerate() {
                let (_, up) = &mut ways[n];
                for datagram in viewer.say(now) {
                    up.send(now, datagram.len() + BELOW, (n, datagram));
                }
                while let Some((_, (_, datagram))) = up.poll(now) {
                    world.datagram(&viewer.peer.path.clone(), &datagram);
                }
                if millis % 100 == 0 {
                    let estimate = world.plane.estimate(viewer.peer.id).unwrap_or(0);
                    outcomes[n].samples.push(Sample {
                        at: now,
                        estimate,
                        wait: ways[if self.share { 0 } else { n }].0.wait(now),
                        bytes: viewer.record.bytes,
                        frames: viewer.record.frames,
                        layers: viewer.record.layers,
                    });
                }
            }
        }
        for (viewer, outcome) in viewers.iter_mut().zip(&mut outcomes) {
            outcome.record = viewer.end(world.now);
        }
        (outcomes, world)
    }

    fn join(&self, world: &mut World, id: u32) -> Viewer {
        let peer = world.connect(id, id);
        let reporting = |format: Format| Format {
            transport_sequence_id: Some(SEQUENCE),
            ..format
        };
        for seat in 0..3u8 {
            let slot = id * 100 + 50 + u32::from(seat);
            world.command(Command::AddAudioSlot {
                slot,
                transport: id,
                format: reporting(audio_format(slot)),
                group: GROUP,
                seat,
            });
        }
        for n in 0..self.cameras {
            let slot = id * 100 + n;
            world.command(Command::AddVideoSlot {
                slot,
                transport: id,
                format: reporting(video_format(slot)),
            });
            let (layer, priority) = if n == 0 {
                (2, Priority::Speaker)
            } else {
                (0, Priority::Tile)
            };
            world.command(Command::Route {
                slot,
                wish: Some((TRACKS + 1 + n, layer, 3)),
                priority,
            });
        }
        Viewer::new(peer, (0..self.cameras).map(|n| id * 100 + n))
    }
}

/// A way down and the way up beside it, which has the delay and the loss, and room enough.
fn pair(down: &Conditions, seed: u64) -> (Way, Way) {
    let up = Conditions {
        rates: vec![(Time::default(), 10_000_000)],
        ..down.clone()
    };
    (Link::new(down.clone(), seed), Link::new(up, seed + 1))
}
