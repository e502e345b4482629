//! Durations in buckets, each about three percent wide.

const STEPS: u64 = 32;
const BUCKETS: usize = 32 * 32;

/// Counts of durations in microseconds, up to more than an hour.
#[derive(Debug, Clone)]
pub struct Histogram {
    buckets: Vec<u32>,
    count: u64,
    largest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: vec![0; BUCKETS],
            count: 0,
            largest: 0,
        }
    }
}

impl Histogram {
    /// Counts one.
    pub fn add(&mut self, micros: u64) {
        let bucket = bucket(micros).min(BUCKETS - 1);
        self.buckets[bucket] = self.buckets[bucket].saturating_add(1);
        self.count += 1;
        self.largest = self.largest.max(micros);
    }

    /// Counts all of another one.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine = mine.saturating_add(*theirs);
        }
        self.count += other.count;
        self.largest = self.largest.max(other.largest);
    }

    /// What was counted after `earlier`, a copy of this one.
    pub fn since(&self, earlier: &Self) -> Self {
        let buckets = self
            .buckets
            .iter()
            .zip(&earlier.buckets)
            .map(|(now, then)| now.saturating_sub(*then));
        let count = self.count.saturating_sub(earlier.count);
        Self {
            buckets: buckets.collect(),
            count,
            largest: self.largest,
        }
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The duration, in milliseconds, that a share of all did not exceed; `None` when nothing was counted.
    pub fn percentile_ms(&self, percent: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let rank = (self.count as f64 * percent / 100.0).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= rank {
                return Some(upper_edge(bucket).min(self.largest) as f64 / 1_000.0);
            }
        }
        Some(self.largest as f64 / 1_000.0)
    }

    /// Lower and upper edges in milliseconds with their counts, where there are any.
    pub fn filled(&self) -> impl Iterator<Item = (f64, f64, u32)> + '_ {
        let filled = self
            .buckets
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0);
        filled.map(|(bucket, count)| {
            let lower = bucket.checked_sub(1).map_or(0, upper_edge);
            let upper = upper_edge(bucket).min(self.largest);
            (lower as f64 / 1_000.0, upper as f64 / 1_000.0, *count)
        })
    }
}

/// Linear up to [`STEPS`], and then [`STEPS`] buckets for each doubling.
fn bucket(micros: u64) -> usize {
    if micros < STEPS {
        return micros as usize;
    }
    let doublings = u64::from(micros.ilog2()) - 5;
    (STEPS * (doublings + 1) + ((micros >> doublings) - STEPS)) as usize
}

fn upper_edge(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < STEPS {
        return bucket;
    }
    let doublings = bucket / STEPS - 1;
    ((bucket % STEPS + STEPS + 1) << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_is_within_three_percent_of_its_bucket() {
        for micros in (0..5_000_000).step_by(7) {
            let edge = upper_edge(bucket(micros));
            assert!(
                edge >= micros && edge as f64 <= micros as f64 * 1.032 + 1.0,
                "{micros} {edge}"
            );
        }
    }

    #[test]
    fn percentiles() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile_ms(50.0), None);
        for micros in 1..=1_000 {
            histogram.add(micros * 100);
        }
        let median = histogram.percentile_ms(50.0).unwrap();
        assert!((50.0..52.0).contains(&median), "{median}");
        assert_eq!(histogram.percentile_ms(100.0), Some(100.0));
    }
}
