//! How much may be on its way at once: whatever is beyond it waits in front of the link, where voices would wait too.
//! It speaks a round trip before any estimate can, as soon as feedback is late.

use super::least::Least;
use crate::time::{Span, Time};

/// What may wait in front of the link beside what is on its way.
const QUEUE: Span = Span::from_millis(70);
/// The least round trip is that of the last one or two of these.
const MEMORY: Span = Span::from_secs(15);
/// Messages of feedback lie no further apart than this while packets arrive.
const RAREST: Span = Span::from_millis(300);
/// What may be on its way on any link, in bits: a few packets.
const LEAST: u64 = 4 * 1_200 * 8;

/// The window of one transport.
#[derive(Debug)]
pub struct Window {
    /// The least round trip.
    least: Least<Span>,
    /// When feedback came last, and how long it usually takes.
    latest: Option<Time>,
    interval: Span,
    /// How long a packet may be unanswered.
    patience: Option<Span>,
}

impl Window {
    /// Nothing is known yet: nothing is held back.
    pub fn new(now: Time) -> Self {
        Self {
            least: Least::new(now),
            latest: None,
            interval: Span::from_millis(100),
            patience: None,
        }
    }

    /// Feedback came, this long after the last packet left that it speaks of.
    pub fn answered(&mut self, now: Time, round_trip: Span) {
        if let Some(latest) = self.latest.replace(now) {
            let sample = now.since(latest).min(RAREST).micros();
            self.interval = Span::from_micros((self.interval.micros() * 7 + sample) / 8);
        }
        let least = self.least.record(now, MEMORY, round_trip);
        self.patience = Some(least + self.interval + QUEUE);
    }

    /// Whether feedback on what left at `unanswered` is late.
    #[inline]
    pub fn is_late(&self, now: Time, unanswered: Option<Time>) -> bool {
        let waited = unanswered.map(|since| now.since(since));
        waited.is_some_and(|waited| self.patience.is_some_and(|patience| waited > patience))
    }

    /// Whether so many bytes are more than may be on their way on a link of `estimate` bit/s.
    #[inline]
    pub fn is_exceeded_by(&self, in_flight: usize, estimate: u64) -> bool {
        self.patience.is_some_and(|patience| {
            let bits = estimate.saturating_mul(patience.micros()) / 1_000_000;
            in_flight as u64 * 8 > bits.max(LEAST)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    #[test]
    fn feedback_is_late_a_queue_after_it_usually_comes() {
        let mut window = Window::new(at(0));
        assert!(!window.is_late(at(5_000), Some(at(0))), "nothing is known");
        (1..100).for_each(|i| window.answered(at(i * 50), Span::from_millis(80)));
        assert!(!window.is_late(at(5_190), Some(at(5_000))));
        assert!(window.is_late(at(5_210), Some(at(5_000))));
        assert!(!window.is_late(at(9_000), None), "nothing was sent");
    }

    #[test]
    fn a_queue_that_stands_makes_the_window_no_wider() {
        let mut window = Window::new(at(0));
        window.answered(at(0), Span::from_millis(80));
        (1..100).for_each(|i| window.answered(at(i * 50), Span::from_millis(400)));
        // Some 200 ms of a megabit.
        assert!(!window.is_exceeded_by(24_500, 1_000_000));
        assert!(window.is_exceeded_by(25_500, 1_000_000));
    }
}
