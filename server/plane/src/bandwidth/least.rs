//! The least of what was seen lately: the way without a queue, as long as it is this way.

use crate::time::{Span, Time};

/// The least value of the last one or two stretches of time.
#[derive(Clone, Copy, Debug)]
pub struct Least<T> {
    /// Of this stretch and of the one before.
    stretches: [Option<T>; 2],
    began: Time,
}

impl<T> Default for Least<T> {
    fn default() -> Self {
        Self::new(Time::default())
    }
}

impl<T> Least<T> {
    /// Nothing was seen yet; the first stretch begins.
    pub fn new(now: Time) -> Self {
        Self {
            stretches: [None, None],
            began: now,
        }
    }
}

impl<T: Copy + Ord> Least<T> {
    /// This was seen now, where a stretch is `memory` long. Returns the least.
    #[inline]
    pub fn record(&mut self, now: Time, memory: Span, value: T) -> T {
        if now.since(self.began) >= memory {
            self.began = now;
            self.stretches = [None, self.stretches[0]];
        }
        let [current, before] = &mut self.stretches;
        let current = *current.insert(current.map_or(value, |least| least.min(value)));
        before.map_or(current, |before| before.min(current))
    }

    /// The least; `None` before anything was seen.
    pub fn get(&self) -> Option<T> {
        self.stretches.into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_least_is_forgotten_after_two_stretches() {
        let mut least = Least::default();
        assert_eq!(least.get(), None);
        let mut record = |second: u64, value: i64| {
            let now = Time::from_micros(second * 1_000_000);
            least.record(now, Span::from_secs(10), value)
        };
        assert_eq!(record(0, 5), 5);
        assert_eq!(record(9, 8), 5);
        assert_eq!(record(10, 7), 5);
        assert_eq!(record(20, 9), 7);
        assert_eq!(least.get(), Some(7));
    }
}
