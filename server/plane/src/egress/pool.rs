//! Bursts that have left, to be used again once no shard reads them any more.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Burst;

/// How many bursts are kept at most. Shards hold a burst for less than a millisecond.
const KEPT: usize = 1_024;

/// A pool of bursts.
#[derive(Debug, Default)]
pub struct BurstPool(VecDeque<Arc<Burst>>);

impl BurstPool {
    /// A burst that nobody else holds: the one that has rested longest if it is free, else a new one.
    pub fn take(&mut self) -> Arc<Burst> {
        let is_free = |burst: &Arc<Burst>| Arc::strong_count(burst) == 1;
        // Looking at one is enough: what was handed over last is at the other end.
        if self.0.front().is_some_and(is_free) {
            return self.0.pop_front().unwrap_or_default();
        }
        Arc::default()
    }

    /// Keeps a burst for later.
    pub fn put(&mut self, burst: Arc<Burst>) {
        if self.0.len() < KEPT {
            self.0.push_back(burst);
        }
    }
}
