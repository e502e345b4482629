//! How many bits a second one stream has, by temporal layer. Keyframes are left out: they come when they are asked for,
//! and a slot that was given up for the size of one would need another to come back.

use crate::time::{Span, Time};

/// The temporal layers of VP8: its descriptor has two bits for them.
pub const TEMPORAL_LAYERS: usize = 4;
/// Over how long a rate is measured: some frames of the lowest layer at any frame rate.
const WINDOW: Span = Span::from_millis(1_000);
/// What one packet costs beside its payload: IP, UDP, RTP with extensions, and the authentication tag.
const OVERHEAD: u64 = 28 + 12 + 8 + 16;

/// The bit rates of one stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    bytes: [u64; TEMPORAL_LAYERS],
    /// Of the last whole windows, in bit/s.
    rates: Option<[u64; TEMPORAL_LAYERS]>,
    since: Option<Time>,
    /// The RTP timestamp of the last keyframe.
    keyframe: Option<u32>,
}

impl Rates {
    /// A packet with so many bytes of payload arrived; `keyframe` with the first packet of one.
    #[inline]
    pub fn record(
        &mut self,
        now: Time,
        timestamp: u32,
        temporal: u8,
        keyframe: bool,
        payload: usize,
    ) {
        if keyframe {
            self.keyframe = Some(timestamp);
        }
        let since = *self.since.get_or_insert(now);
        let passed = now.since(since);
        if passed >= WINDOW {
            let latest = self.rates_over(passed);
            // After a pause the windows say nothing of the stream as it is now.
            self.rates = (passed < WINDOW + WINDOW).then(|| {
                let mut rates = self.rates.unwrap_or(latest);
                for (rate, latest) in rates.iter_mut().zip(latest) {
                    *rate = (*rate + latest) / 2;
                }
                rates
            });
            self.bytes = [0; TEMPORAL_LAYERS];
            self.since = Some(now);
        }
        if self.keyframe != Some(timestamp) {
            self.bytes[usize::from(temporal) % TEMPORAL_LAYERS] += payload as u64 + OVERHEAD;
        }
    }

    /// The rates of the layers up to each temporal layer, in bit/s: those of the last second, or what came so far.
    pub fn cumulative(&self, now: Time) -> [u64; TEMPORAL_LAYERS] {
        added_up(self.rates.unwrap_or_else(|| {
            let passed = self.since.map_or(WINDOW, |since| now.since(since));
            self.rates_over(passed.max(Span::from_millis(200)))
        }))
    }

    /// What it had, up to each temporal layer, when it was last sent for a second or more, in bit/s.
    pub fn last(&self) -> Option<[u64; TEMPORAL_LAYERS]> {
        self.rates.map(added_up)
    }

    fn rates_over(&self, time: Span) -> [u64; TEMPORAL_LAYERS] {
        self.bytes
            .map(|bytes| bytes * 8 * 1_000_000 / time.micros().max(1))
    }
}

/// Each layer with all below it.
fn added_up(mut rates: [u64; TEMPORAL_LAYERS]) -> [u64; TEMPORAL_LAYERS] {
    for temporal in 1..TEMPORAL_LAYERS {
        rates[temporal] += rates[temporal - 1];
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_add_up_from_the_lowest_layer() {
        let mut rates = Rates::default();
        let overhead = OVERHEAD as usize;
        for i in 0..100u64 {
            let at = Time::from_micros(i * 40_000);
            let temporal = [0, 2, 1, 2][i as usize % 4];
            // A keyframe each second, ten times as large.
            let keyframe = i % 25 == 0;
            let bytes = if keyframe { 10_000 } else { 1_000 };
            rates.record(at, i as u32, temporal, keyframe, bytes - overhead);
        }
        let [lowest, middle, all, more] = rates.cumulative(Time::from_micros(4_000_000));
        assert!((45_000..55_000).contains(&lowest), "{lowest}");
        assert!((95_000..110_000).contains(&middle), "{middle}");
        assert!((190_000..210_000).contains(&all), "{all}");
        assert_eq!(more, all);
    }

    #[test]
    fn a_stream_that_begins_is_measured_by_what_came_so_far() {
        let mut rates = Rates::default();
        for i in 0..20u64 {
            rates.record(Time::from_micros(i * 20_000), i as u32, 0, false, 186);
        }
        let [rate, ..] = rates.cumulative(Time::from_micros(400_000));
        assert_eq!(rate, 100_000);
    }
}
