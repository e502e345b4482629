//! A simulated link in virtual time: a rate that changes, a queue that overflows, delay, jitter, loss, reordering and
//! duplication. The same seed gives the same run. A packet costs a few comparisons and a place in a heap.
#![allow(dead_code, missing_docs)]

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use plane::time::{Span, Time};

/// What the queue in front of the link holds; the packet that is being sent does not count.
#[derive(Clone, Copy, Debug)]
pub enum Queue {
    Bytes(usize),
    /// Packets that would wait longer than this are dropped.
    Wait(Span),
}

/// What gets lost behind the queue, as on the air: it takes its time on the link all the same.
#[derive(Clone, Copy, Debug)]
pub enum Loss {
    None,
    /// Each packet with this probability.
    Random(f64),
    /// Gilbert-Elliott: everything while the link is bad, nothing while it is good.
    Bursty {
        /// Probability of turning bad at a packet.
        worsen: f64,
        /// Probability of turning good at a packet.
        recover: f64,
    },
}

/// What a link is like.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// From which moment on it carries how many bit/s; 0: nothing for now. In order of time.
    pub rates: Vec<(Time, u64)>,
    pub queue: Queue,
    pub propagation: Span,
    /// Each packet is delayed by up to this much more; packets stay in order.
    pub jitter: Span,
    pub loss: Loss,
    /// Share of the packets that are held back by `reordering_delay`, so that others overtake them.
    pub reordering: f64,
    pub reordering_delay: Span,
    /// Share of the packets that arrive twice.
    pub duplication: f64,
    /// The receiver's machine is busy: about so often, and for up to so long, it takes nothing, and then all at once.
    pub stalls: Option<(Span, Span)>,
}

impl Conditions {
    /// A link of `rate` bit/s with this propagation delay one way, a queue of 300 ms, and no faults.
    pub fn steady(rate: u64, propagation: Span) -> Self {
        Self {
            rates: vec![(Time::default(), rate)],
            queue: Queue::Wait(Span::from_millis(300)),
            propagation,
            jitter: Span::default(),
            loss: Loss::None,
            reordering: 0.0,
            reordering_delay: Span::from_millis(15),
            duplication: 0.0,
            stalls: None,
        }
    }

    /// What it carries at `now`, in bit/s.
    pub fn rate_at(&self, now: Time) -> u64 {
        let begun = self.rates.iter().rev().find(|(from, _)| *from <= now);
        begun.map_or(0, |(_, rate)| *rate)
    }
}

/// What became of the packets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub sent: u64,
    pub overflowed: u64,
    pub lost: u64,
    pub delivered: u64,
}

/// One direction of a link, and the packets on it.
#[derive(Debug)]
pub struct Link<P> {
    conditions: Conditions,
    random: Random,
    /// When each packet that waits, or is being sent, will have left the queue, and its bytes.
    waiting: VecDeque<(Time, usize)>,
    waiting_bytes: usize,
    busy_until: Time,
    last_arrival: Time,
    bad: bool,
    /// The receiver's latest or next stall.
    stall: (Time, Time),
    arriving: BinaryHeap<Reverse<Arriving<P>>>,
    order: u64,
    pub tally: Tally,
}

impl<P: Clone> Link<P> {
    pub fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            conditions,
            random: Random::new(seed),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            busy_until: Time::default(),
            last_arrival: Time::default(),
            bad: false,
            stall: (Time::default(), Time::default()),
            arriving: BinaryHeap::new(),
            order: 0,
            tally: Tally::default(),
        }
    }

    /// A packet of `bytes` on the wire enters at `now`; calls come in order of time.
    pub fn send(&mut self, now: Time, bytes: usize, packet: P) {
        self.tally.sent += 1;
        self.leave_queue(now);
        let start = self.busy_until.max(now);
        let full = match self.conditions.queue {
            Queue::Bytes(limit) => !self.waiting.is_empty() && self.waiting_bytes + bytes > limit,
            Queue::Wait(limit) => start.since(now) > limit,
        };
        let left = (!full).then(|| self.transmit(start, bytes)).flatten();
        let Some(left) = left else {
            self.tally.overflowed += 1;
            return;
        };
        self.busy_until = left;
        self.waiting.push_back((left, bytes));
        self.waiting_bytes += bytes;
        if self.is_lost() {
            self.tally.lost += 1;
            return;
        }
        let jitter = self.conditions.jitter.micros() as f64 * self.random.share();
        let arrival = left + self.conditions.propagation + Span::from_micros(jitter as u64);
        let arrival = self.taken(arrival.max(self.last_arrival));
        if self.random.happens(self.conditions.duplication) {
            self.deliver(arrival, packet.clone());
        }
        if self.random.happens(self.conditions.reordering) {
            self.deliver(arrival + self.conditions.reordering_delay, packet);
        } else {
            self.last_arrival = arrival;
            self.deliver(arrival, packet);
        }
    }

    /// The next packet that has arrived by `now`, and when it did.
    pub fn poll(&mut self, now: Time) -> Option<(Time, P)> {
        if self.next()? > now {
            return None;
        }
        self.tally.delivered += 1;
        self.arriving
            .pop()
            .map(|Reverse(arriving)| (arriving.at, arriving.packet))
    }

    /// When the next packet arrives.
    pub fn next(&self) -> Option<Time> {
        self.arriving.peek().map(|Reverse(arriving)| arriving.at)
    }

    /// How long a packet that enters now would wait.
    pub fn wait(&self, now: Time) -> Span {
        self.busy_until.since(now)
    }

    fn leave_queue(&mut self, now: Time) {
        while let Some((left, bytes)) = self.waiting.front()
            && *left <= now
        {
            self.waiting_bytes -= bytes;
            self.waiting.pop_front();
        }
    }

    /// When a packet has left that the link starts to send at `start`; `None` if the rate stays 0.
    fn transmit(&self, start: Time, bytes: usize) -> Option<Time> {
        let rates = &self.conditions.rates;
        let mut at = start;
        let mut left = bytes as f64 * 8e6;
        loop {
            let rate = self.conditions.rate_at(at) as f64;
            let change = rates.iter().map(|(from, _)| *from).find(|from| *from > at);
            let needed = left / rate;
            match change {
                Some(change) if needed > change.since(at).micros() as f64 => {
                    left -= rate * change.since(at).micros() as f64;
                    at = change;
                }
                None if rate == 0.0 => return None,
                _ => return Some(at + Span::from_micros(needed.ceil() as u64)),
            }
        }
    }

    fn is_lost(&mut self) -> bool {
        match self.conditions.loss {
            Loss::None => false,
            Loss::Random(share) => self.random.happens(share),
            Loss::Bursty { worsen, recover } => {
                let turn = if self.bad { recover } else { worsen };
                self.bad ^= self.random.happens(turn);
                self.bad
            }
        }
    }

    /// When the receiver takes what comes at `arrival`.
    fn taken(&mut self, arrival: Time) -> Time {
        let Some((every, longest)) = self.conditions.stalls else {
            return arrival;
        };
        while self.stall.1 <= arrival {
            let pause = every.micros() as f64 * 2.0 * self.random.share();
            let from = self.stall.1 + Span::from_micros(pause as u64 + 1);
            let lasts = longest.micros() as f64 * self.random.share();
            self.stall = (from, from + Span::from_micros(lasts as u64));
        }
        if arrival < self.stall.0 {
            arrival
        } else {
            self.stall.1
        }
    }

    fn deliver(&mut self, at: Time, packet: P) {
        self.order += 1;
        self.arriving.push(Reverse(Arriving {
            at,
            order: self.order,
            packet,
        }));
    }
}

#[derive(Debug)]
struct Arriving<P> {
    at: Time,
    order: u64,
    packet: P,
}

impl<P> Ord for Arriving<P> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl<P> PartialOrd for Arriving<P> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> PartialEq for Arriving<P> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<P> Eq for Arriving<P> {}

/// Chance that is the same each time (xorshift64*).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Evenly from 0 to 1.
    pub fn share(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let scrambled = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        (scrambled >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.share() < probability
    }
}
