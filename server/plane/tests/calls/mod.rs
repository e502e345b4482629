//! Calls in virtual time: adaptive senders, each with an estimator of its own, through one simulated link.
#![allow(dead_code, missing_docs)]

mod flow;
pub mod scenarios;

use plane::time::{Span, Time};

use crate::network::{Conditions, Link};
use flow::{Flow, Packet};

/// One moment of one sender.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Seconds since the beginning.
    pub at: f64,
    pub flow: usize,
    /// What the link carries in all, bit/s.
    pub link: u64,
    pub wanted: u64,
    pub estimate: u64,
    /// What was sent, and what arrived, since the sample before; bit/s.
    pub sent: u64,
    pub received: u64,
    /// How long the queue is, in ms.
    pub queue: f64,
    pub loss: f32,
    pub round_trip: f64,
}

/// One sender's part in a scenario.
#[derive(Clone, Debug)]
pub struct Caller {
    pub starts: Time,
    /// From which moment on it wants how many bit/s.
    pub wanted: Vec<(Time, u64)>,
    /// The rates that the video has, in bit/s, from low to high; none: any.
    pub layers: Vec<u64>,
    /// Share of the messages of feedback that get lost.
    pub feedback_loss: f64,
}

/// What is played.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub conditions: Conditions,
    pub callers: Vec<Caller>,
    pub seconds: u64,
}

const STEP: Span = Span::from_millis(1);
const SAMPLING: Span = Span::from_millis(100);

/// Plays it with this seed; a sample of each sender every 100 ms.
pub fn play(scenario: &Scenario, seed: u64) -> Vec<Sample> {
    let end = Time::default() + Span::from_secs(scenario.seconds);
    let back = scenario.conditions.propagation;
    let mut link: Link<(usize, Packet)> = Link::new(scenario.conditions.clone(), seed);
    let mut flows: Vec<Flow> = scenario
        .callers
        .iter()
        .enumerate()
        .map(|(i, caller)| Flow::new(caller.clone(), back, seed * 31 + i as u64))
        .collect();
    let mut samples = Vec::new();
    let (mut now, mut next_sample) = (Time::default(), Time::default() + SAMPLING);
    while now < end {
        for (i, flow) in flows.iter_mut().enumerate() {
            flow.send(now, |at, packet| link.send(at, packet.bytes, (i, packet)));
        }
        while let Some((at, (i, packet))) = link.poll(now) {
            flows[i].arrive(at, packet);
        }
        flows.iter_mut().for_each(|flow| flow.answer(now));
        if now >= next_sample {
            next_sample = next_sample + SAMPLING;
            for (i, flow) in flows.iter_mut().enumerate() {
                samples.push(Sample {
                    at: now.micros() as f64 / 1e6,
                    flow: i,
                    link: scenario.conditions.rate_at(now),
                    queue: link.wait(now).micros() as f64 / 1e3,
                    ..flow.sample(now, SAMPLING)
                });
            }
        }
        now = now + STEP;
    }
    samples
}
