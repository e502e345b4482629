//! How much arrives: the throughput that feedback proves.

/// A measurement takes this long at least, in µs …
const SHORTEST: i64 = 150_000;
/// … and this long at most, as does the first.
const LONGEST: i64 = 500_000;
/// It ends early once so many bytes have come: of few large packets, one more or less would be a great difference.
const PLENTY: usize = 10_000;
/// How much of what is believed a sample leaves.
const SMOOTHING: f64 = 0.6;

/// The throughput at the receiver: measurements of 150 to 500 ms, smoothed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Acknowledged {
    /// bit/s.
    mean: Option<f64>,
    /// The latest arrival, in µs of the receiver's clock.
    latest: Option<i64>,
    /// How long the measurement has taken, in µs, and what has come in it.
    window: i64,
    bytes: usize,
}

impl Acknowledged {
    /// `bytes` arrived at `arrival`, in µs of the receiver's clock.
    pub fn record(&mut self, arrival: i64, bytes: usize) {
        if let Some(latest) = self.latest {
            let passed = arrival.saturating_sub(latest).max(0);
            if passed > LONGEST {
                // A pause says nothing about the link.
                self.window = 0;
                self.bytes = 0;
            } else {
                self.window += passed;
            }
        }
        self.latest = Some(self.latest.map_or(arrival, |latest| latest.max(arrival)));
        let early = self.mean.is_some() && self.bytes >= PLENTY && self.window >= SHORTEST;
        if early || self.window >= LONGEST {
            self.learn(self.bytes as f64 * 8e6 / self.window as f64);
            self.window = 0;
            self.bytes = 0;
        }
        self.bytes += bytes;
    }

    /// The throughput in bit/s, once it is known.
    pub fn rate(&self) -> Option<u64> {
        self.mean.map(|mean| mean as u64)
    }

    fn learn(&mut self, sample: f64) {
        let mean = self.mean.unwrap_or(sample);
        self.mean = Some(SMOOTHING * mean + (1.0 - SMOOTHING) * sample);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets 1,000 bytes arrive every `every` µs, from `from` to `to`.
    fn play(acknowledged: &mut Acknowledged, from: i64, to: i64, every: usize) {
        for at in (from..to).step_by(every) {
            acknowledged.record(at, 1_000);
        }
    }

    #[test]
    fn it_follows_a_change_within_a_second_and_a_half() {
        let mut acknowledged = Acknowledged::default();
        play(&mut acknowledged, 0, 400_000, 4_000);
        assert_eq!(acknowledged.rate(), None, "too early to tell");
        play(&mut acknowledged, 400_000, 3_000_000, 4_000);
        let rate = acknowledged.rate().unwrap();
        assert!((1_900_000..2_100_000).contains(&rate), "{rate}");
        play(&mut acknowledged, 3_000_000, 4_500_000, 20_000);
        let rate = acknowledged.rate().unwrap();
        assert!((390_000..500_000).contains(&rate), "{rate}");
    }

    #[test]
    fn a_pause_is_no_measurement() {
        let mut acknowledged = Acknowledged::default();
        play(&mut acknowledged, 0, 2_000_000, 8_000);
        let before = acknowledged.rate().unwrap();
        play(&mut acknowledged, 3_000_000, 3_400_000, 8_000);
        let after = acknowledged.rate().unwrap();
        assert!(after.abs_diff(before) < before / 20, "{before} {after}");
    }
}
