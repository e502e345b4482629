//! How many bits a second one stream has, by spatial and temporal layer. Keyframes are left out: they come when they are asked for,
//! and a slot that was given up for the size of one would need another to come back.

use crate::rtp::Picture;
use crate::time::{Span, Time};
use crate::track::MAX_LAYERS;

/// The temporal layers that are told apart: VP8 has so many. What is above counts with the last.
pub const TEMPORAL_LAYERS: usize = 4;
/// Over how long a rate is measured: some frames of the lowest layer at any frame rate.
const WINDOW: Span = Span::from_millis(1_000);
/// What one packet costs beside its payload: IP, UDP, RTP with extensions, and the authentication tag.
const OVERHEAD: u64 = 28 + 12 + 8 + 16;

/// A number for each temporal layer of each spatial layer.
pub type ByLayer = [[u64; TEMPORAL_LAYERS]; MAX_LAYERS];

/// The bit rates of one stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    bytes: ByLayer,
    /// Of the last whole windows, in bit/s.
    rates: Option<ByLayer>,
    since: Option<Time>,
    /// The RTP timestamp of the last keyframe.
    keyframe: Option<u32>,
}

impl Rates {
    /// A packet with so many bytes of payload arrived.
    #[inline]
    pub fn record(&mut self, now: Time, timestamp: u32, picture: &Picture, payload: usize) {
        if picture.keyframe_start {
            self.keyframe = Some(timestamp);
        }
        let since = *self.since.get_or_insert(now);
        let passed = now.since(since);
        if passed >= WINDOW {
            let latest = self.rates_over(passed);
            // After a pause the windows say nothing of the stream as it is now.
            self.rates = (passed < WINDOW + WINDOW).then(|| {
                let mut rates = self.rates.unwrap_or(latest);
                let rates_now = rates.as_flattened_mut().iter_mut();
                for (rate, latest) in rates_now.zip(latest.as_flattened()) {
                    *rate = (*rate + latest) / 2;
                }
                rates
            });
            self.bytes = ByLayer::default();
            self.since = Some(now);
        }
        if self.keyframe != Some(timestamp) {
            let spatial = usize::from(picture.spatial_layer).min(MAX_LAYERS - 1);
            let temporal = usize::from(picture.temporal_layer).min(TEMPORAL_LAYERS - 1);
            self.bytes[spatial][temporal] += payload as u64 + OVERHEAD;
        }
    }

    /// The rates of the layers up to each spatial and temporal layer, in bit/s: those of the last second, or what came so
    /// far. All layers below count, also where a stream's upper ones need only some of them.
    pub fn cumulative(&self, now: Time) -> ByLayer {
        added_up(self.rates.unwrap_or_else(|| {
            let passed = self.since.map_or(WINDOW, |since| now.since(since));
            self.rates_over(passed.max(Span::from_millis(200)))
        }))
    }

    /// The same, when it was last sent for a second or more.
    pub fn last(&self) -> Option<ByLayer> {
        self.rates.map(added_up)
    }

    fn rates_over(&self, time: Span) -> ByLayer {
        let over_time = |bytes| bytes * 8 * 1_000_000 / time.micros().max(1);
        self.bytes.map(|layer| layer.map(over_time))
    }
}

/// Each layer with all below it.
fn added_up(mut rates: ByLayer) -> ByLayer {
    let mut below = [0; TEMPORAL_LAYERS];
    for layer in &mut rates {
        let mut lower = 0;
        for (rate, below) in layer.iter_mut().zip(&mut below) {
            lower += *rate;
            *rate = lower + *below;
            *below = *rate;
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::VideoCodec;

    fn picture(temporal: u8, keyframe: bool) -> Picture {
        let payload = [0x90, 0x20, temporal << 6, u8::from(!keyframe)];
        Picture::read(VideoCodec::Vp8, &payload).unwrap()
    }

    #[test]
    fn spatial_layers_add_up_too() {
        let mut rates = Rates::default();
        for i in 0..300u64 {
            // I P L B E, spatial layers by turns; the temporal ones 0 and 2.
            let (layer, picture) = (i % 3, i / 3);
            let temporal = if picture % 2 == 0 { 0 } else { 2 };
            let payload = [0xEC, 5, temporal << 5 | (layer as u8) << 1, 7, 0x86];
            let read = Picture::read(VideoCodec::Vp9, &payload).unwrap();
            let bytes = 1_000 * (layer as usize + 1) - OVERHEAD as usize;
            rates.record(Time::from_micros(i * 13_333), picture as u32, &read, bytes);
        }
        let rates = rates.cumulative(Time::from_micros(4_000_000));
        let near = |rate: u64, expected: u64| rate.abs_diff(expected) < expected / 10;
        // 12.5 pictures a second in each temporal layer.
        assert!(near(rates[0][0], 100_000) && near(rates[0][2], 200_000));
        assert!(near(rates[1][0], 300_000) && near(rates[2][3], 1_200_000));
        assert_eq!(rates[3], rates[2]);
    }

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
            rates.record(at, i as u32, &picture(temporal, keyframe), bytes - overhead);
        }
        let [[lowest, middle, all, more], ..] = rates.cumulative(Time::from_micros(4_000_000));
        assert!((45_000..55_000).contains(&lowest), "{lowest}");
        assert!((95_000..110_000).contains(&middle), "{middle}");
        assert!((190_000..210_000).contains(&all), "{all}");
        assert_eq!(more, all);
    }

    #[test]
    fn a_stream_that_begins_is_measured_by_what_came_so_far() {
        let mut rates = Rates::default();
        for i in 0..20u64 {
            rates.record(
                Time::from_micros(i * 20_000),
                i as u32,
                &picture(0, false),
                186,
            );
        }
        let [[rate, ..], ..] = rates.cumulative(Time::from_micros(400_000));
        assert_eq!(rate, 100_000);
    }
}
