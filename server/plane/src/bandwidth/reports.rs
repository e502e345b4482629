//! What subscribers say that give no transport-wide feedback: the loss of receiver reports, and REMB.

use crate::time::{Span, Time};

use super::{FLOOR, START};

/// Below this share lost the rate grows …
const LOW: f32 = 0.02;
/// … and above this one it falls (draft-ietf-rmcat-gcc-02 section 6).
const HIGH: f32 = 0.1;
/// It grows by this a second.
const GROWTH: f64 = 0.08;
/// It stays below this many times what is sent.
const UNPROVEN: f64 = 1.5;
/// It falls no more often than this and a round trip.
const SOONEST: Span = Span::from_millis(300);
/// For so long a receiver's own estimate is believed without proof, as that of one who knows more.
const BEGINNING: Span = Span::from_secs(4);

/// The rate that reports allow.
#[derive(Debug)]
pub struct Reports {
    /// bit/s.
    rate: f64,
    bound: Option<u64>,
    since: Time,
    reported: Time,
    decreased: Option<Time>,
}

impl Reports {
    /// Starts at [`START`].
    pub fn new(now: Time) -> Self {
        Self {
            rate: START as f64,
            bound: None,
            since: now,
            reported: now,
            decreased: None,
        }
    }

    /// The rate in bit/s, without REMB's bound.
    pub fn rate(&self) -> u64 {
        self.rate as u64
    }

    /// REMB's bound in bit/s.
    pub fn bound(&self) -> u64 {
        self.bound.unwrap_or(u64::MAX)
    }

    /// The receiver's own estimate, in bit/s.
    pub fn remb(&mut self, now: Time, bits_per_second: u64) {
        self.bound = Some(bits_per_second);
        if now.since(self.since) < BEGINNING && self.decreased.is_none() {
            self.rate = self.rate.max(bits_per_second as f64);
        }
    }

    /// A report told of this share lost (0 to 1) while `sent` bit/s were sent.
    pub fn reception(&mut self, now: Time, lost: f32, sent: u64, round_trip: Span) {
        let seconds = now.since(self.reported).micros() as f64 / 1e6;
        self.reported = now;
        if lost < LOW {
            let limit = UNPROVEN * sent as f64;
            let grown = self.rate * (1.0 + GROWTH).powf(seconds.min(5.0));
            self.rate = self.rate.max(grown.min(limit));
        } else if lost > HIGH {
            let since = self.decreased.map(|at| now.since(at));
            if since.is_none_or(|since| since >= round_trip + SOONEST) {
                self.rate = (self.rate * (1.0 - f64::from(lost) / 2.0)).max(FLOOR as f64);
                self.decreased = Some(now);
            }
        }
    }

    /// Nobody reports any more.
    pub fn halve(&mut self) {
        self.rate = (self.rate / 2.0).max(FLOOR as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_TRIP: Span = Span::from_millis(100);

    /// Ten reports, one a second, of this share lost; returns the end.
    fn play(reports: &mut Reports, from: Time, lost: f32, sent: u64) -> Time {
        (0..10).fold(from, |now, _| {
            reports.reception(now, lost, sent, ROUND_TRIP);
            now + Span::from_secs(1)
        })
    }

    #[test]
    fn little_loss_lets_it_grow_some_loss_holds_it_and_much_lowers_it() {
        let mut reports = Reports::new(Time::default());
        let mut now = play(&mut reports, Time::default(), 0.0, START);
        assert_eq!(reports.rate(), START * 3 / 2, "no further without proof");
        now = play(&mut reports, now, 0.05, START * 2);
        assert_eq!(reports.rate(), START * 3 / 2);
        play(&mut reports, now, 0.2, START);
        let expected = START as f64 * 1.5 * 0.9f64.powi(10);
        assert!((reports.rate() as f64 / expected - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_receivers_own_estimate_is_believed_at_first_and_bounds_later() {
        let mut reports = Reports::new(Time::default());
        reports.remb(Time::default() + Span::from_secs(1), 3_000_000);
        assert_eq!(reports.rate(), 3_000_000);
        reports.remb(Time::default() + Span::from_secs(9), 9_000_000);
        assert_eq!((reports.rate(), reports.bound()), (3_000_000, 9_000_000));
    }
}
