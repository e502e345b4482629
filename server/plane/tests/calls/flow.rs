//! One sender and its receiver: audio always, frames of video as large as the estimate allows, probes as they are due.

use std::collections::{BTreeMap, VecDeque};

use plane::bandwidth::{Estimator, Probe};
use plane::time::{Span, Time};

use super::{Caller, Sample};
use crate::network::Random;

const AUDIO_EVERY: Span = Span::from_millis(20);
/// 32 kbit/s.
const AUDIO_BYTES: usize = 80;
const AUDIO_RATE: u64 = 32_000;
const FRAME_EVERY: Span = Span::from_micros(33_333);
const LARGEST: usize = 1_200;
/// A tick of the estimator.
const TICK: Span = Span::from_millis(100);

/// A packet on the wire.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    pub sequence: u16,
    pub bytes: usize,
}

/// A message of feedback: when it reaches the sender, and what it says.
type Feedback = (Time, Vec<(u16, Option<i64>)>);

pub struct Flow {
    caller: Caller,
    /// Propagation of feedback.
    back: Span,
    random: Random,
    /// From the start of the call on.
    estimator: Option<Estimator>,
    sequence: u16,
    next_audio: Time,
    next_frame: Time,
    next_tick: Time,
    probe: Option<(Probe, Time, usize, usize)>,
    receiver: Receiver,
    feedback: VecDeque<Feedback>,
    next_feedback: Time,
    sent_bytes: usize,
    received_bytes: usize,
}

impl Flow {
    pub fn new(caller: Caller, back: Span, seed: u64) -> Self {
        let starts = caller.starts;
        Self {
            caller,
            back,
            random: Random::new(seed),
            estimator: None,
            // Soon over the end.
            sequence: 65_000,
            next_audio: starts,
            next_frame: starts,
            next_tick: starts,
            probe: None,
            receiver: Receiver::default(),
            feedback: VecDeque::new(),
            next_feedback: starts,
            sent_bytes: 0,
            received_bytes: 0,
        }
    }

    fn wanted(&self, now: Time) -> u64 {
        let wishes = self.caller.wanted.iter().rev();
        let current = wishes.clone().find(|(from, _)| *from <= now);
        current.map_or(0, |(_, wanted)| *wanted)
    }

    /// What the video takes of `room` bit/s.
    fn video_rate(&self, room: u64) -> u64 {
        let layers = &self.caller.layers;
        if layers.is_empty() {
            return room;
        }
        let fitting = layers.iter().rev().find(|rate| **rate <= room);
        fitting.copied().unwrap_or(0)
    }

    /// Sends what is due by `now`.
    pub fn send(&mut self, now: Time, mut out: impl FnMut(Time, Packet)) {
        if now < self.caller.starts {
            return;
        }
        let wanted = self.wanted(now);
        let mut estimator = self.estimator.take().unwrap_or_else(|| Estimator::new(now));
        estimator.set_wanted(wanted, false);
        while self.feedback.front().is_some_and(|(at, _)| *at <= now) {
            let (_, statuses) = self.feedback.pop_front().unwrap_or_default();
            estimator.feedback(now, statuses.into_iter());
        }
        if now >= self.next_tick {
            self.next_tick = now + TICK;
            estimator.tick(now);
        }
        let room = estimator.estimate().min(wanted).saturating_sub(AUDIO_RATE);
        let video_rate = self.video_rate(room);
        let mut send = |bytes: usize, cluster: Option<u32>| {
            estimator.sent(now, self.sequence, bytes, cluster);
            out(
                now,
                Packet {
                    sequence: self.sequence,
                    bytes,
                },
            );
            self.sequence = self.sequence.wrapping_add(1);
            self.sent_bytes += bytes;
        };
        let cluster = self.probe.map(|(probe, ..)| probe.cluster);
        if now >= self.next_audio {
            self.next_audio = self.next_audio + AUDIO_EVERY;
            send(AUDIO_BYTES, cluster);
        }
        if let Some((probe, since, sent_packets, sent_bytes)) = &mut self.probe {
            let size = probe.bytes.div_ceil(probe.packets);
            let due = probe.rate * now.since(*since).micros() / 8_000_000;
            while *sent_bytes as u64 <= due && *sent_packets < probe.packets {
                send(size, cluster);
                *sent_packets += 1;
                *sent_bytes += size;
            }
            if *sent_packets >= probe.packets {
                self.probe = None;
            }
        }
        if now >= self.next_frame {
            self.next_frame = self.next_frame + FRAME_EVERY;
            let varied = video_rate as f64 * (0.8 + 0.4 * self.random.share());
            let mut left = (varied / 8.0 * FRAME_EVERY.micros() as f64 / 1e6) as usize;
            while left > 0 {
                let bytes = left.clamp(60, LARGEST);
                send(bytes, cluster);
                left = left.saturating_sub(bytes);
            }
        }
        if self.probe.is_none() {
            self.probe = estimator.take_probe(now).map(|probe| (probe, now, 0, 0));
        }
        self.estimator = Some(estimator);
    }

    /// A packet arrived at `at`.
    pub fn arrive(&mut self, at: Time, packet: Packet) {
        self.received_bytes += packet.bytes;
        self.receiver.record(at, packet.sequence);
    }

    /// Sends feedback if it is due by `now`: every 50 to 100 ms.
    pub fn answer(&mut self, now: Time) {
        if now < self.next_feedback {
            return;
        }
        self.next_feedback = now + Span::from_micros(50_000 + (self.random.share() * 5e4) as u64);
        let statuses = self.receiver.report();
        if !statuses.is_empty() && !self.random.happens(self.caller.feedback_loss) {
            self.feedback.push_back((now + self.back, statuses));
        }
    }

    /// What there is to tell of the last `passed`.
    pub fn sample(&mut self, now: Time, passed: Span) -> Sample {
        let rate = |bytes: usize| bytes as u64 * 8_000_000 / passed.micros();
        let estimator = self.estimator.as_ref();
        Sample {
            at: 0.0,
            flow: 0,
            link: 0,
            queue: 0.0,
            wanted: self.wanted(now),
            estimate: estimator.map_or(0, Estimator::estimate),
            sent: rate(std::mem::take(&mut self.sent_bytes)),
            received: rate(std::mem::take(&mut self.received_bytes)),
            loss: estimator.map_or(0.0, Estimator::loss),
            round_trip: estimator.map_or(0.0, |e| e.round_trip().micros() as f64 / 1e3),
        }
    }
}

/// What the receiver remembers of arrivals that it has not told of, by extended number.
#[derive(Default)]
struct Receiver {
    arrived: BTreeMap<u64, Time>,
    highest: Option<u64>,
    next_base: Option<u64>,
}

impl Receiver {
    /// A receiver's clock has its own beginning.
    const CLOCK: i64 = -3_000_000_000;

    fn record(&mut self, at: Time, sequence: u16) {
        let highest = self.highest.unwrap_or(u64::from(sequence));
        let step = i64::from(sequence.wrapping_sub(highest as u16).cast_signed());
        let extended = highest.saturating_add_signed(step);
        self.highest = Some(highest.max(extended));
        // What comes after its report is reported again, with all since.
        let base = self.next_base.unwrap_or(extended);
        self.next_base = Some(base.min(extended));
        self.arrived.entry(extended).or_insert(at);
    }

    fn report(&mut self) -> Vec<(u16, Option<i64>)> {
        let (Some(base), Some(highest)) = (self.next_base, self.highest) else {
            return Vec::new();
        };
        let clock = |at: &Time| at.micros().cast_signed() + Self::CLOCK;
        let statuses = (base..=highest)
            .map(|sequence| (sequence as u16, self.arrived.get(&sequence).map(clock)))
            .collect();
        self.next_base = Some(highest + 1);
        self.arrived = self.arrived.split_off(&highest.saturating_sub(500));
        statuses
    }
}
