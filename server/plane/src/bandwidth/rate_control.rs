//! Additive increase, multiplicative decrease: what to send, given what the delay says (draft-ietf-rmcat-gcc-02 section
//! 5.5).

use crate::time::{Span, Time};

use super::delay::Usage;
use super::{FLOOR, START};

/// A fall that no throughput speaks for, because little was sent, goes no lower than this share.
const UNPROVEN_FALL: f64 = 0.75;
/// Overuse lowers the rate to this share of what arrives.
const DECREASE: f64 = 0.85;
/// Far from the link's capacity, the rate grows by this a second.
const GROWTH: f64 = 0.08;
/// The rate stays below this many times what is known to arrive, plus [`HEADROOM`].
const UNPROVEN: f64 = 1.5;
const HEADROOM: f64 = 10_000.0;
/// No more often than this is the rate lowered, however short the round trip.
const SOONEST: Span = Span::from_millis(10);
/// No less often than this, however long.
const LATEST: Span = Span::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Hold,
    Increase,
}

/// The rate that the delay allows.
#[derive(Debug)]
pub struct RateControl {
    /// bit/s.
    rate: f64,
    phase: Phase,
    capacity: Capacity,
    changed: Time,
    decreased: Option<Time>,
    surpassed: bool,
}

impl RateControl {
    /// Starts at [`START`].
    pub fn new(now: Time) -> Self {
        Self {
            rate: START as f64,
            phase: Phase::Hold,
            capacity: Capacity::default(),
            changed: now,
            decreased: None,
            surpassed: false,
        }
    }

    /// The rate in bit/s.
    pub fn rate(&self) -> u64 {
        self.rate as u64
    }

    /// Takes what one feedback message taught: how the link is used, how much arrives (bit/s), and whether the link and
    /// not the application set the pace, so that nothing against a higher rate is something for it.
    pub fn update(
        &mut self,
        now: Time,
        usage: Usage,
        arriving: Option<u64>,
        round_trip: Span,
        limited: bool,
    ) {
        match usage {
            Usage::Over => self.decrease(now, arriving, round_trip, limited),
            Usage::Under => self.phase = Phase::Hold,
            Usage::Normal if self.phase == Phase::Hold => {
                self.phase = Phase::Increase;
                self.changed = now;
            }
            Usage::Normal => {
                if limited && let Some(arriving) = arriving {
                    self.increase(now, arriving, round_trip);
                }
                self.changed = now;
            }
        }
    }

    /// A probe proved that the link carries `rate` bit/s.
    pub fn raise(&mut self, now: Time, rate: u64) {
        if rate as f64 > self.rate {
            self.rate = rate as f64;
            self.changed = now;
            if self.capacity.is_exceeded_by(self.rate) {
                self.capacity = Capacity::default();
            }
        }
    }

    /// Whether, since the last call, more arrived than the link had been able to carry: there may be much more room.
    pub fn take_surpassed(&mut self) -> bool {
        std::mem::take(&mut self.surpassed)
    }

    /// Nobody answers any more.
    pub fn halve(&mut self, now: Time) {
        self.rate = (self.rate / 2.0).max(FLOOR as f64);
        self.changed = now;
        self.phase = Phase::Hold;
    }

    fn increase(&mut self, now: Time, arriving: u64, round_trip: Span) {
        let arriving = arriving as f64;
        if self.capacity.is_exceeded_by(arriving) {
            self.capacity = Capacity::default();
            self.surpassed = true;
        }
        let limit = UNPROVEN * arriving + HEADROOM;
        if self.rate >= limit {
            return;
        }
        let seconds = (now.since(self.changed).micros() as f64 / 1e6).min(1.0);
        let step = if self.capacity.is_known() {
            self.additive(round_trip) * seconds
        } else {
            self.rate * ((1.0 + GROWTH).powf(seconds) - 1.0)
        };
        self.rate = (self.rate + step).min(limit);
    }

    /// Near the capacity: about one packet more each time that the sender can have seen what the last one did; bit/s
    /// a second.
    fn additive(&self, round_trip: Span) -> f64 {
        let frame = self.rate / 30.0;
        let packets = (frame / (1_200.0 * 8.0)).ceil().max(1.0);
        let response = (round_trip.micros() as f64 / 1e6 + 0.1) * 2.0;
        (frame / packets / response).max(4_000.0)
    }

    fn decrease(&mut self, now: Time, arriving: Option<u64>, round_trip: Span, limited: bool) {
        let since = self.decreased.map(|at| now.since(at));
        let interval = round_trip.clamp(SOONEST, LATEST);
        let far_off = arriving.is_some_and(|arriving| (arriving as f64) < self.rate / 2.0);
        if since.is_some_and(|since| since < interval) && !far_off {
            return;
        }
        let target = match arriving {
            None => self.rate / 2.0,
            Some(arriving) => {
                let arriving = arriving as f64;
                if self.capacity.is_undercut_by(arriving) {
                    self.capacity = Capacity::default();
                }
                let mut target = DECREASE * arriving;
                if target > self.rate
                    && let Some(capacity) = self.capacity.mean
                {
                    target = DECREASE * capacity;
                }
                self.capacity.learn(arriving);
                // Who sent much less than the link was believed to carry has learnt little of what it carries.
                if limited {
                    target
                } else {
                    target.max(UNPROVEN_FALL * self.rate)
                }
            }
        };
        self.rate = self.rate.min(target).max(FLOOR as f64);
        self.phase = Phase::Hold;
        self.changed = now;
        self.decreased = Some(now);
    }
}

/// What arrived whenever the link was full: its capacity, as long as that lasts.
#[derive(Clone, Copy, Debug)]
struct Capacity {
    /// bit/s.
    mean: Option<f64>,
    /// Variance over the mean, in kbit/s.
    dispersion: f64,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            mean: None,
            dispersion: 0.4,
        }
    }
}

impl Capacity {
    fn is_known(&self) -> bool {
        self.mean.is_some()
    }

    fn learn(&mut self, arriving: f64) {
        let mean = self.mean.unwrap_or(arriving);
        let mean = 0.95 * mean + 0.05 * arriving;
        let error = (mean - arriving) / 1_000.0;
        let sample = error * error / (mean / 1_000.0).max(1.0);
        self.dispersion = (0.95 * self.dispersion + 0.05 * sample).clamp(0.4, 2.5);
        self.mean = Some(mean);
    }

    fn is_exceeded_by(&self, arriving: f64) -> bool {
        self.mean
            .is_some_and(|mean| arriving > mean + self.spread(mean))
    }

    fn is_undercut_by(&self, arriving: f64) -> bool {
        self.mean
            .is_some_and(|mean| arriving < mean - self.spread(mean))
    }

    /// Three standard deviations, in bit/s.
    fn spread(&self, mean: f64) -> f64 {
        3.0 * (self.dispersion * mean / 1_000.0).sqrt() * 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_TRIP: Span = Span::from_millis(100);

    /// One second of feedback, ten times, in which `arriving` is told; returns the end.
    fn second(control: &mut RateControl, from: Time, usage: Usage, arriving: u64) -> Time {
        (0..10).fold(from, |now, _| {
            control.update(now, usage, Some(arriving), ROUND_TRIP, true);
            now + Span::from_millis(100)
        })
    }

    #[test]
    fn overuse_takes_it_below_what_arrives_and_from_there_it_grows_slowly() {
        let mut control = RateControl::new(Time::default());
        let mut now = second(&mut control, Time::default(), Usage::Over, 400_000);
        assert_eq!(control.rate(), 340_000);
        now = second(&mut control, now, Usage::Under, 340_000);
        assert_eq!(control.rate(), 340_000, "the queue is to drain");
        second(&mut control, now, Usage::Normal, 340_000);
        assert!(
            (350_000..380_000).contains(&control.rate()),
            "{}",
            control.rate()
        );
    }

    #[test]
    fn it_never_grows_far_beyond_what_arrives() {
        let mut control = RateControl::new(Time::default());
        let mut now = Time::default();
        for _ in 0..60 {
            now = second(&mut control, now, Usage::Normal, 500_000);
        }
        assert_eq!(control.rate(), 760_000);
    }

    #[test]
    fn when_far_more_arrives_than_the_link_carried_it_grows_by_eight_percent_again() {
        let mut control = RateControl::new(Time::default());
        let mut now = second(&mut control, Time::default(), Usage::Over, 300_000);
        for _ in 0..5 {
            now = second(&mut control, now, Usage::Normal, 600_000);
        }
        let before = control.rate();
        second(&mut control, now, Usage::Normal, 600_000);
        let grown = control.rate() as f64 / before as f64;
        assert!((1.07..1.09).contains(&grown), "{grown}");
    }
}
