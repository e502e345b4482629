//! How much is sent, and whether it is the application that sends no more.

use crate::time::{Span, Time};

/// How long a measurement takes.
const WINDOW: Span = Span::from_millis(500);
/// Who sends less than this share of the estimate is limited by something else.
const BUSY: f64 = 0.9;
/// Who sends no more than this many times what arrives loses nothing to speak of; the two are measured at different times.
const CARRIED: f64 = 1.1;

/// The rate of sending.
#[derive(Debug)]
pub struct Sending {
    bytes: u64,
    window: (Time, u64),
    rate: u64,
}

impl Sending {
    /// Nothing is sent yet.
    pub fn new(now: Time) -> Self {
        Self {
            bytes: 0,
            window: (now, 0),
            rate: 0,
        }
    }

    /// A packet left.
    #[inline]
    pub fn record(&mut self, bytes: usize) {
        self.bytes = self.bytes.wrapping_add(bytes as u64);
    }

    /// Time passed.
    pub fn tick(&mut self, now: Time) {
        let (since, bytes) = self.window;
        let passed = now.since(since);
        if passed >= WINDOW {
            let sent = self.bytes.wrapping_sub(bytes).saturating_mul(8_000_000);
            self.rate = sent / passed.micros();
            self.window = (now, self.bytes);
        }
    }

    /// The rate of the last half second, in bit/s.
    pub fn rate(&self) -> u64 {
        self.rate
    }

    /// Whether about all of it arrives, when this many bit/s do.
    pub fn is_carried_by(&self, arriving: u64) -> bool {
        self.rate as f64 <= CARRIED * arriving as f64
    }

    /// Whether an estimate of this many bit/s is what keeps the sender from sending more.
    pub fn is_limited_by(&self, estimate: u64) -> bool {
        self.rate as f64 >= BUSY * estimate as f64
    }
}
