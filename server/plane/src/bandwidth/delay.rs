//! Whether the queue in front of the link grows: packets are grouped into bursts, the trend of their one-way delay is
//! fitted, and a threshold that adapts decides (draft-ietf-rmcat-gcc-02 section 5, with the line fit that browsers use
//! in place of the Kalman filter).

use crate::time::{Span, Time};

/// Packets that left within this of each other are one burst.
const BURST: Span = Span::from_millis(5);
/// A burst takes no longer to arrive than this, in µs.
const LONGEST_BURST: i64 = 100_000;
/// Clocks that part by more than this between two bursts were set, in µs.
const CLOCK_JUMP: i64 = 3_000_000;
/// Without arrivals for this long, what was is no guide.
const SILENCE: Span = Span::from_secs(2);

/// Points of the line.
const POINTS: usize = 20;
/// How much of the old delay each new one leaves.
const SMOOTHING: f64 = 0.9;
/// What a slope is multiplied with before it is held against the threshold.
const GAIN: f64 = 4.0;
/// The slope of fewer bursts than this counts for less.
const FULL_WEIGHT: u32 = 60;
/// A trend is overuse when it has lasted this long, in ms.
const LASTING: f64 = 10.0;
/// The threshold adapts within these bounds, in ms …
const THRESHOLDS: (f64, f64) = (6.0, 600.0);
/// … from here …
const FIRST_THRESHOLD: f64 = 12.5;
/// … up (so that flows that lose to TCP-like ones do not starve) and down at these speeds …
const RISE: f64 = 0.008_7;
const FALL: f64 = 0.039;
/// … and does not follow outliers further off than this, in ms.
const OUTLIER: f64 = 15.0;

/// What the delay says of the link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Usage {
    /// The queue neither grows nor shrinks.
    #[default]
    Normal,
    /// The queue grows: more is sent than the link carries.
    Over,
    /// The queue shrinks.
    Under,
}

/// Packets that left together.
#[derive(Clone, Copy, Debug)]
struct Burst {
    first_sent: Time,
    last_sent: Time,
    first_arrival: i64,
    last_arrival: i64,
}

/// The delay detector of one transport.
#[derive(Debug, Default)]
pub struct Delay {
    current: Option<Burst>,
    previous: Option<Burst>,
    trend: Trend,
    last_packet: Time,
}

impl Delay {
    /// The packet that left at `sent` arrived at `arrival`, in µs of the receiver's clock. In the order of sending.
    pub fn packet(&mut self, now: Time, sent: Time, arrival: i64) {
        if now.since(self.last_packet) > SILENCE {
            self.reset();
        }
        self.last_packet = now;
        let Some(current) = &mut self.current else {
            self.current = Some(Burst::new(sent, arrival));
            return;
        };
        if sent < current.first_sent {
            // Overtaken by a report of later packets: it belongs to no burst that is still open.
            return;
        }
        if current.holds(sent, arrival) {
            current.last_sent = current.last_sent.max(sent);
            current.last_arrival = current.last_arrival.max(arrival);
            return;
        }
        let done = *current;
        self.current = Some(Burst::new(sent, arrival));
        let Some(previous) = self.previous.replace(done) else {
            return;
        };
        let sent_apart = micros_between(previous.last_sent, done.last_sent);
        let arrived_apart = done.last_arrival.saturating_sub(previous.last_arrival);
        if arrived_apart.saturating_sub(sent_apart).saturating_abs() > CLOCK_JUMP {
            self.reset();
        } else if arrived_apart >= 0 {
            let ms = |micros: i64| micros as f64 / 1_000.0;
            self.trend.burst(ms(sent_apart), ms(arrived_apart));
        }
    }

    /// What the bursts up to now say.
    pub fn usage(&self) -> Usage {
        self.trend.usage
    }

    fn reset(&mut self) {
        *self = Self {
            last_packet: self.last_packet,
            ..Self::default()
        };
    }
}

impl Burst {
    fn new(sent: Time, arrival: i64) -> Self {
        Self {
            first_sent: sent,
            last_sent: sent,
            first_arrival: arrival,
            last_arrival: arrival,
        }
    }

    fn holds(&self, sent: Time, arrival: i64) -> bool {
        if sent.since(self.first_sent) <= BURST {
            return true;
        }
        // What was held up and then came all at once says nothing of the queue's growth.
        let arrived_apart = arrival.saturating_sub(self.last_arrival);
        let sent_apart = micros_between(self.last_sent, sent);
        arrived_apart < sent_apart
            && arrived_apart <= BURST.micros().cast_signed()
            && arrival.saturating_sub(self.first_arrival) < LONGEST_BURST
    }
}

fn micros_between(earlier: Time, later: Time) -> i64 {
    later.since(earlier).micros().cast_signed()
}

/// The line through the last bursts' delays, and the threshold that its slope is held against.
#[derive(Debug)]
struct Trend {
    /// Arrival and smoothed delay, both in ms from the first burst on; a ring.
    points: [(f64, f64); POINTS],
    bursts: u32,
    arrival: f64,
    delay: f64,
    smoothed: f64,
    slope: f64,
    threshold: f64,
    /// How long, and how many times in a row, the slope has been above the threshold; ms.
    above: Option<(f64, u32)>,
    usage: Usage,
}

impl Default for Trend {
    fn default() -> Self {
        Self {
            points: [(0.0, 0.0); POINTS],
            bursts: 0,
            arrival: 0.0,
            delay: 0.0,
            smoothed: 0.0,
            slope: 0.0,
            threshold: FIRST_THRESHOLD,
            above: None,
            usage: Usage::Normal,
        }
    }
}

impl Trend {
    /// A burst left `sent_apart` ms and arrived `arrived_apart` ms after the one before it.
    fn burst(&mut self, sent_apart: f64, arrived_apart: f64) {
        self.arrival += arrived_apart;
        self.delay += arrived_apart - sent_apart;
        self.smoothed = SMOOTHING * self.smoothed + (1.0 - SMOOTHING) * self.delay;
        self.points[self.bursts as usize % POINTS] = (self.arrival, self.smoothed);
        self.bursts = self.bursts.saturating_add(1);
        let before = self.slope;
        if self.bursts as usize >= POINTS
            && let Some(slope) = slope(&self.points)
        {
            self.slope = slope;
        }
        self.detect(before, sent_apart, arrived_apart);
    }

    fn detect(&mut self, before: f64, sent_apart: f64, arrived_apart: f64) {
        let weighted = f64::from(self.bursts.min(FULL_WEIGHT)) * self.slope * GAIN;
        if weighted > self.threshold {
            let (lasted, times) = match self.above {
                // It began somewhere between the two bursts.
                None => (sent_apart / 2.0, 1),
                Some((lasted, times)) => (lasted + sent_apart, times + 1),
            };
            self.above = Some((lasted, times));
            if lasted > LASTING && times > 1 && self.slope >= before {
                self.above = Some((0.0, 0));
                self.usage = Usage::Over;
            }
        } else {
            self.above = None;
            self.usage = if weighted < -self.threshold {
                Usage::Under
            } else {
                Usage::Normal
            };
        }
        let beyond = weighted.abs() - self.threshold;
        if beyond <= OUTLIER {
            let speed = if beyond < 0.0 { FALL } else { RISE };
            let (low, high) = THRESHOLDS;
            let step = speed * beyond * arrived_apart.min(100.0);
            self.threshold = (self.threshold + step).clamp(low, high);
        }
    }
}

/// The slope of the least-squares line; `None` if all arrived at once.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let (sum_x, sum_y) = points
        .iter()
        .fold((0.0, 0.0), |(sx, sy), (x, y)| (sx + x, sy + y));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (over, under) = points.iter().fold((0.0, 0.0), |(over, under), (x, y)| {
        let dx = x - mean_x;
        (over + dx * (y - mean_y), under + dx * dx)
    });
    (under > 0.0).then(|| over / under)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a packet every 20 ms, delayed as `delay` says (ms), and tells what was seen by the end.
    fn play(packets: u64, delay: impl Fn(u64) -> i64) -> Vec<Usage> {
        let mut detector = Delay::default();
        let mut seen = Vec::new();
        for i in 0..packets {
            let sent = Time::from_micros(i * 20_000);
            // A receiver's clock that started long ago.
            let arrival = -7_000_000_000 + i as i64 * 20_000 + delay(i) * 1_000;
            detector.packet(sent, sent, arrival);
            if seen.last() != Some(&detector.usage()) {
                seen.push(detector.usage());
            }
        }
        seen
    }

    #[test]
    fn a_queue_that_grows_is_overuse_and_one_that_shrinks_underuse() {
        let delay = |i: u64| match i {
            0..100 => 30,
            100..150 => 30 + 4 * (i as i64 - 100),
            _ => (230 - 4 * (i as i64 - 150)).max(30),
        };
        assert_eq!(
            play(300, delay),
            [
                Usage::Normal,
                Usage::Over,
                Usage::Normal,
                Usage::Under,
                Usage::Normal
            ]
        );
    }

    #[test]
    fn jitter_is_no_overuse() {
        assert_eq!(play(1_000, |i| (i * 7 % 20) as i64), [Usage::Normal]);
    }

    #[test]
    fn a_clock_that_is_set_is_no_overuse() {
        let delay = |i: u64| if i < 200 { 30 } else { 3_600_000 };
        assert_eq!(play(400, delay), [Usage::Normal]);
    }

    #[test]
    fn arrivals_at_the_ends_of_time_do_no_harm() {
        let mut detector = Delay::default();
        for (i, arrival) in [i64::MAX, i64::MIN, 0, i64::MAX, -1]
            .into_iter()
            .enumerate()
        {
            let sent = Time::from_micros(i as u64 * 20_000);
            detector.packet(sent, sent, arrival);
        }
        assert_eq!(detector.usage(), Usage::Normal);
    }
}
