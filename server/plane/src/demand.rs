//! How many layers of a camera are worth asking its publisher for: those that reach somebody over their link, and those
//! that soon could.
//!
//! A layer must be live for its rate to be measured and its frames to be granted. So one that is not sent counts with the
//! rate that it last had, or a typical one, until it has been asked for in vain: then the publisher can't send it, and it
//! takes no room from others.

use crate::ingress::TEMPORAL_LAYERS;
use crate::time::{Span, Time};
use crate::track::MAX_LAYERS;

/// What layers take of which nothing has come yet, in bit/s: `q`, `h` and `f` as the client sends them at most.
const TYPICAL: [u64; MAX_LAYERS] = [150_000, 500_000, 1_500_000, 4_000_000];
/// A layer that has been asked for as long as this, and is not sent, will not come soon.
const IN_VAIN: Span = Span::from_secs(5);

/// What of one camera the links of those who watch it carry.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// So many layers reach somebody, as far as it has been looked at.
    reach: usize,
    /// Somebody wishes for more than reaches them.
    short: bool,
    /// Since when each layer has been within reach.
    since: [Option<Time>; MAX_LAYERS],
    /// So many were told last.
    told: usize,
}

impl Default for Demand {
    /// No limit.
    fn default() -> Self {
        Self {
            reach: 0,
            short: false,
            since: [None; MAX_LAYERS],
            told: MAX_LAYERS,
        }
    }
}

impl Demand {
    /// All slots are looked at anew.
    pub fn begin(&mut self) {
        (self.reach, self.short) = (0, false);
    }

    /// A slot wishes for so many layers, from the lowest on, of which so many are within its link's reach.
    pub fn record(&mut self, wished: usize, within: usize) {
        self.reach = self.reach.max(within.min(wished));
        self.short |= within < wished;
    }

    /// All slots have been looked at. The limit, if it is another than before: so many layers, from the lowest on; or
    /// [`MAX_LAYERS`] where all wishes are within reach.
    pub fn settle(&mut self, now: Time) -> Option<usize> {
        for (layer, since) in self.since.iter_mut().enumerate() {
            *since = since.or(Some(now)).filter(|_| layer < self.reach);
        }
        let limit = if self.short { self.reach } else { MAX_LAYERS };
        let changed = limit != self.told;
        self.told = limit;
        changed.then_some(limit)
    }

    /// What a layer that is not live would take up to each of its temporal layers, in bit/s; `last` is what it took when it
    /// was.
    pub fn expected(
        &self,
        now: Time,
        layer: usize,
        last: Option<[u64; TEMPORAL_LAYERS]>,
    ) -> [u64; TEMPORAL_LAYERS] {
        let since = self.since.get(layer).copied().flatten();
        if since.is_some_and(|since| now.since(since) >= IN_VAIN) {
            return [0; TEMPORAL_LAYERS];
        }
        let typical = TYPICAL.get(layer).copied().unwrap_or_default();
        last.unwrap_or([typical; TEMPORAL_LAYERS])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    fn settled(demand: &mut Demand, now: Time, slots: &[(usize, usize)]) -> Option<usize> {
        demand.begin();
        for &(wished, within) in slots {
            demand.record(wished, within);
        }
        demand.settle(now)
    }

    #[test]
    fn the_best_link_decides_and_wishes_within_reach_limit_nothing() {
        let mut demand = Demand::default();
        assert_eq!(settled(&mut demand, at(0), &[(3, 3), (1, 1)]), None);
        assert_eq!(settled(&mut demand, at(100), &[(3, 1), (2, 2)]), Some(2));
        assert_eq!(settled(&mut demand, at(200), &[(2, 2), (3, 1)]), None);
        assert_eq!(settled(&mut demand, at(300), &[(3, 1)]), Some(1));
        assert_eq!(
            settled(&mut demand, at(400), &[(3, 1), (3, 3)]),
            Some(3),
            "a newcomer on a good link"
        );
        assert_eq!(settled(&mut demand, at(500), &[]), Some(MAX_LAYERS));
    }

    #[test]
    fn a_layer_counts_with_what_it_last_took_until_it_was_asked_for_in_vain() {
        let mut demand = Demand::default();
        let last = Some([100_000, 200_000, 300_000, 300_000]);
        assert_eq!(demand.expected(at(0), 1, None), [500_000; TEMPORAL_LAYERS]);
        assert_eq!(Some(demand.expected(at(0), 1, last)), last);
        settled(&mut demand, at(0), &[(3, 2)]);
        settled(&mut demand, at(4_000), &[(3, 2)]);
        assert_eq!(Some(demand.expected(at(4_999), 1, last)), last);
        assert_eq!(demand.expected(at(5_000), 1, last), [0; TEMPORAL_LAYERS]);
        assert_eq!(Some(demand.expected(at(5_000), 2, last)), last);
        settled(&mut demand, at(6_000), &[(3, 1)]);
        assert_eq!(Some(demand.expected(at(7_000), 1, last)), last);
    }
}
