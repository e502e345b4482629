//! What a link carries while it is full, whatever is sent on average: the throughput between packets that waited.

use super::least::Least;
use crate::time::{Span, Time};

/// A packet that waited less than this, in µs, may have found the link idle.
const MARGIN: i64 = 3_000;
/// A measurement takes so much time of a busy link, in µs …
const WINDOW: i64 = 80_000;
/// … and so many packets.
const PACKETS: u32 = 4;
/// What was measured longer ago says nothing of now.
const LASTING: Span = Span::from_millis(1_000);
/// The shortest way is that of the last one or two of these.
const MEMORY: Span = Span::from_secs(10);
/// For so long, in µs, a link that carries anything does not carry nothing.
const PAUSE: i64 = 500_000;
/// Clocks that part by more than this between two packets were set, in µs.
const CLOCK_JUMP: i64 = 3_000_000;
/// A measurement of less than this share of what was measured lately is believed when the next one says so too: packets
/// that were lost, or a receiver that was busy, leave gaps that no other link made.
const COLLAPSE: f64 = 0.6;
/// How much of what was measured lately a measurement leaves.
const SMOOTHING: f64 = 0.5;

/// The throughput of the times in which the link is busy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Busy {
    /// The latest arrival, in µs of the receiver's clock.
    latest: Option<i64>,
    /// How long the link has been busy since the last measurement, in µs, and what it carried then.
    micros: i64,
    bytes: usize,
    packets: u32,
    /// The least delay, in µs between the two clocks.
    shortest: Least<i64>,
    /// When something was last measured, and what: bit/s.
    measured: Option<(Time, f64)>,
    /// The last measurement was of much less than that.
    collapsed: bool,
}

impl Busy {
    /// A packet of `bytes` that left at `sent` arrived at `arrival`, in µs of the receiver's clock.
    pub fn packet(&mut self, now: Time, sent: Time, bytes: usize, arrival: i64) {
        let sent = sent.micros().cast_signed();
        let delay = arrival.saturating_sub(sent);
        let unhindered = sent.saturating_add(self.shortest.record(now, MEMORY, delay));
        let Some(latest) = self.latest else {
            self.latest = Some(arrival);
            return;
        };
        let passed = arrival.saturating_sub(latest);
        if passed.saturating_abs() > CLOCK_JUMP {
            *self = Self::default();
            return;
        }
        if passed < 0 {
            return;
        }
        self.latest = Some(arrival);
        if passed > PAUSE {
            return;
        }
        // Who reached the queue before the one in front had passed leaves no time between them.
        if unhindered.saturating_add(MARGIN) > latest {
            return;
        }
        self.micros = self.micros.saturating_add(passed);
        self.bytes += bytes;
        self.packets += 1;
        if self.micros >= WINDOW && self.packets >= PACKETS {
            let sample = self.bytes as f64 * 8e6 / self.micros as f64;
            let before = self.rate(now).map(|rate| rate as f64);
            let collapsed = before.is_some_and(|before| sample < COLLAPSE * before);
            let believed = !collapsed || self.collapsed;
            let before = before.filter(|_| !collapsed).unwrap_or(sample);
            let mean = SMOOTHING * before + (1.0 - SMOOTHING) * sample;
            *self = Self {
                latest: self.latest,
                shortest: self.shortest,
                measured: if believed {
                    Some((now, mean))
                } else {
                    self.measured
                },
                collapsed,
                ..Self::default()
            };
        }
    }

    /// What the link carried when it was last full, in bit/s, however long ago.
    pub fn last(&self) -> Option<u64> {
        self.measured.map(|(_, mean)| mean as u64)
    }

    /// What the link carried when it was last full, in bit/s, unless that is long ago.
    pub fn rate(&self, now: Time) -> Option<u64> {
        let (at, mean) = self.measured?;
        (now.since(at) < LASTING).then_some(mean as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bursts of five packets of 1,000 bytes each 200 ms through a link of `rate` bit/s.
    fn play(rate: i64) -> Option<u64> {
        let mut busy = Busy::default();
        let (mut free, mut now) = (0, Time::default());
        for burst in 0..10 {
            let sent = burst * 200_000;
            for _ in 0..5 {
                free = free.max(sent) + 8_000_000_000 / rate;
                now = Time::from_micros(free as u64 + 50_000);
                busy.packet(now, Time::from_micros(sent as u64), 1_000, free);
            }
        }
        busy.rate(now)
    }

    #[test]
    fn the_rate_is_that_of_the_busy_times_and_not_the_mean() {
        let rate = play(300_000).unwrap();
        assert!((290_000..310_000).contains(&rate), "{rate}");
    }

    #[test]
    fn a_link_that_is_never_full_tells_nothing() {
        assert_eq!(play(100_000_000), None);
    }

    #[test]
    fn a_gap_that_losses_leave_is_no_collapse_and_a_second_slow_measurement_is_one() {
        let mut busy = Busy::default();
        let mut free = 0;
        // Packets of 1,000 bytes that left all at once.
        let mut arrive = |count: usize, apart: i64| {
            for _ in 0..count {
                free += apart;
                let now = Time::from_micros(free as u64 + 50_000);
                busy.packet(now, Time::default(), 1_000, free);
            }
            busy.last().unwrap()
        };
        assert_eq!(arrive(31, 10_000), 800_000);
        arrive(1, 150_000);
        assert_eq!(arrive(10, 10_000), 800_000);
        let fallen = arrive(12, 80_000);
        assert!(fallen < 150_000, "{fallen}");
    }
}
