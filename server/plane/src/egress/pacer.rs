//! Holds video back that a thin link could not take at once, so that voices pass it by.

use std::collections::VecDeque;

use crate::rtp::Layers;
use crate::time::{Span, Time};

/// How much faster than a thin link is believed to be packets leave, in percent. Faster ones would queue in front of the
/// link, where the voices behind them would wait too, and where they would pass for a link that carries less.
const THIN_PERCENT: u64 = 110;
/// The same for others, as in libwebrtc: what came together leaves together.
const WIDE_PERCENT: u64 = 250;
/// Between these estimates the one goes over into the other, in bit/s.
const THIN: u64 = 600_000;
const WIDE: u64 = 1_500_000;
/// From this estimate on, in bit/s, what came together leaves together: it costs least, and takes such a link no time. The
/// first probes prove more than this of every good link.
const LOOSE: u64 = 3_200_000;
/// Below it, packets leave no faster than this, in percent of what was granted: should the link fall to a tenth of itself,
/// little lies between two frames of a voice …
const SMOOTH_PERCENT: u64 = 115;
/// … unless what waits would then wait longer than this.
const DRAIN_MILLIS: u64 = 150;
/// Links that carry more than this, in bit/s, get each packet at its time; for others, a few at once cost less than the
/// waiting.
const ONE_BY_ONE: u64 = 1_000_000;
/// What may leave at once: some milliseconds' worth, and a few packets on any link.
const BURST: Span = Span::from_millis(8);
const LEAST_BURST: u64 = 2_500 * 8;
/// So many packets wait at most: a keyframe of a large picture and what follows it.
const MOST_WAITING: usize = 300;
/// Nothing waits longer than this: whoever looks at it would rather have a later picture.
const PATIENCE: Span = Span::from_millis(900);

/// When the link turns out to carry less than this share of what was believed …
const FALL: (u64, u64) = (2, 3);
/// … and what waits would take longer than this, it was meant for another link and is given up.
const BACKLOG_MILLIS: u64 = 300;
/// While the link is full, so often it is looked whether it still is.
const FULL_AGAIN: Span = Span::from_millis(5);

/// A packet that waits: its payload lies in the cache of its source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    /// The slot that is to forward it.
    pub(super) slot: usize,
    /// The stream that it came by, and its index there.
    pub(super) source: u32,
    pub(super) index: u64,
    /// Bytes of payload.
    pub(super) bytes: u16,
    /// The slot goes over to the stream with it.
    pub(super) switch: bool,
    /// The layers that are of use.
    pub(super) layers: Layers,
    /// Since when it waits.
    pub(super) since: Time,
}

/// The pacer of one way. Without a rate it holds nothing back.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    /// The highest, in bit/s.
    rate: Option<u64>,
    /// What is granted to all slots, voices included, in bit/s; `None` where it does not matter.
    granted: Option<u64>,
    is_loose: bool,
    /// What left beyond the rate, in bits.
    debt: u64,
    since: Time,
    waiting: VecDeque<Waiting>,
    /// Bits of payload of what waits.
    backlog: u64,
    /// The rate that the next fall is measured from.
    height: Option<u64>,
    /// What waits is far too much for the link.
    is_overwhelmed: bool,
    /// Nothing that waits leaves before.
    held_until: Time,
}

impl Pacer {
    /// The link is believed to carry `estimate` bit/s.
    pub(super) fn set_rate(&mut self, now: Time, estimate: u64) {
        self.pay(now);
        let way = estimate.clamp(THIN, WIDE) - THIN;
        let percent = THIN_PERCENT + (WIDE_PERCENT - THIN_PERCENT) * way / (WIDE - THIN);
        let rate = estimate * percent / 100;
        let height = self.height.map_or(rate, |height| height.max(rate));
        let (share, of) = FALL;
        if rate * of < height * share {
            self.is_overwhelmed |= self.backlog * 1_000 > rate * BACKLOG_MILLIS;
            self.height = Some(rate);
        } else {
            self.height = Some(height);
        }
        self.rate = Some(rate);
        self.is_loose = estimate >= LOOSE;
    }

    /// So many bit/s are granted to all slots, voices included.
    pub(super) fn set_granted(&mut self, now: Time, granted: u64) {
        self.pay(now);
        self.granted = Some(granted);
    }

    /// Whether a packet of video may leave now.
    #[inline]
    pub(super) fn may_send(&mut self, now: Time) -> bool {
        self.pay(now);
        self.waiting.is_empty() && self.debt <= self.allowance()
    }

    /// Anything left: what does not wait its turn counts too.
    #[inline]
    pub(super) fn record_sent(&mut self, now: Time, bytes: usize) {
        if self.rate.is_some() {
            self.pay(now);
            self.debt += bytes as u64 * 8;
        }
    }

    /// Lets a packet wait.
    pub(super) fn push(&mut self, waiting: Waiting) {
        self.backlog += u64::from(waiting.bytes) * 8;
        self.waiting.push_back(waiting);
    }

    /// Whether more waits, or for longer, than is of use: then all of it is to be given up.
    pub(super) fn is_stuck(&self, now: Time) -> bool {
        let oldest = self.waiting.front();
        self.waiting.len() > MOST_WAITING
            || self.is_overwhelmed
            || oldest.is_some_and(|oldest| now.since(oldest.since) > PATIENCE)
    }

    /// Gives all up that waits.
    pub(super) fn give_up(&mut self) -> std::collections::vec_deque::Drain<'_, Waiting> {
        (self.backlog, self.is_overwhelmed) = (0, false);
        self.waiting.drain(..)
    }

    /// The link is full: what waits goes on waiting.
    pub(super) fn hold(&mut self, now: Time) {
        self.held_until = now + FULL_AGAIN;
    }

    /// Until when it holds what waits back.
    pub(super) fn not_held_until(&self) -> Time {
        self.held_until
    }

    /// Whether nothing waits.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next packet that may leave by now.
    pub(super) fn pop(&mut self, now: Time) -> Option<Waiting> {
        self.pay(now);
        if self.debt > self.allowance() {
            return None;
        }
        let waiting = self.waiting.pop_front()?;
        self.backlog = self.backlog.saturating_sub(u64::from(waiting.bytes) * 8);
        Some(waiting)
    }

    /// When the next one may leave.
    pub(super) fn deadline(&self) -> Option<Time> {
        let rate = self.current_rate().filter(|_| !self.waiting.is_empty())?;
        let beyond = self.debt.saturating_sub(self.allowance());
        let paid = self.since + Span::from_micros((beyond * 1_000_000).div_ceil(rate.max(1)));
        Some(paid.max(self.held_until))
    }

    /// What is granted where pictures are to leave no faster.
    fn smooth(&self) -> Option<u64> {
        self.granted.filter(|_| !self.is_loose)
    }

    /// How fast packets leave now, in bit/s.
    fn current_rate(&self) -> Option<u64> {
        let highest = self.rate?;
        Some(self.smooth().map_or(highest, |granted| {
            let drain = self.backlog * 1_000 / DRAIN_MILLIS;
            (granted * SMOOTH_PERCENT / 100).max(drain).min(highest)
        }))
    }

    fn allowance(&self) -> u64 {
        let rate = self.rate.unwrap_or(u64::MAX / 1_000_000);
        if rate > ONE_BY_ONE && self.smooth().is_some() {
            return 0;
        }
        (rate * BURST.micros() / 1_000_000).max(LEAST_BURST)
    }

    fn pay(&mut self, now: Time) {
        let passed = now.since(self.since).micros();
        let Some(rate) = self.current_rate() else {
            self.since = now;
            return;
        };
        let paid = rate.saturating_mul(passed) / 1_000_000;
        // What is too little to count is paid next time.
        if paid > 0 || self.debt == 0 {
            self.debt = self.debt.saturating_sub(paid);
            self.since = self.since.max(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: u64) -> Time {
        Time::from_micros(micros)
    }

    fn waiting(since: Time, index: u64) -> Waiting {
        Waiting {
            slot: 0,
            source: 1,
            index,
            bytes: 1_000,
            switch: false,
            layers: Layers::ALL,
            since,
        }
    }

    #[test]
    fn without_a_rate_nothing_waits() {
        let mut pacer = Pacer::default();
        for _ in 0..1_000 {
            assert!(pacer.may_send(at(5)));
            pacer.record_sent(at(5), 1_200);
        }
        assert_eq!(pacer.deadline(), None);
    }

    #[test]
    fn a_large_frame_leaves_little_faster_than_the_estimate_and_in_order() {
        let mut pacer = Pacer::default();
        pacer.set_rate(at(0), 400_000);
        let (mut direct, mut held) = (0, 0);
        for index in 0..60 {
            if pacer.may_send(at(0)) {
                pacer.record_sent(at(0), 1_000);
                direct += 1;
            } else {
                pacer.push(waiting(at(0), index));
                held += 1;
            }
        }
        assert!(direct <= 5 && direct + held == 60);
        let (mut now, mut next) = (at(0), direct);
        while let Some(deadline) = pacer.deadline() {
            assert!(deadline >= now);
            now = deadline;
            while let Some(waiting) = pacer.pop(now) {
                assert_eq!(waiting.index, next);
                next += 1;
                pacer.record_sent(now, 1_000);
            }
        }
        assert_eq!(next, 60);
        let rate = (60 - direct) * 8_000 * 1_000 / (now.micros() / 1_000);
        assert!((430_000..=480_000).contains(&rate), "{rate} bit/s");
    }

    /// How many of 40 packets that came at once leave within 20 ms.
    fn within_a_voice_frame(estimate: u64, granted: u64) -> usize {
        let mut pacer = Pacer::default();
        pacer.set_rate(at(0), estimate);
        pacer.set_granted(at(0), granted);
        let mut left = 0;
        for index in 0..40 {
            if pacer.may_send(at(0)) {
                pacer.record_sent(at(0), 1_000);
                left += 1;
            } else {
                pacer.push(waiting(at(0), index));
            }
        }
        while let Some(now) = pacer.deadline().filter(|now| *now < at(20_000)) {
            while pacer.pop(now).is_some() {
                pacer.record_sent(now, 1_000);
                left += 1;
            }
        }
        left
    }

    #[test]
    fn between_two_frames_of_a_voice_little_leaves_where_it_would_block_the_next() {
        assert!(within_a_voice_frame(2_800_000, 1_800_000) <= 6);
        assert!(within_a_voice_frame(5_000_000, 1_800_000) >= 30);
    }

    #[test]
    fn what_waits_too_long_or_is_too_much_is_given_up() {
        let mut pacer = Pacer::default();
        pacer.set_rate(at(0), 40_000);
        pacer.push(waiting(at(1_000), 0));
        assert!(!pacer.is_stuck(at(901_000)) && pacer.is_stuck(at(901_001)));
        assert_eq!(pacer.give_up().count(), 1);
        (0..=MOST_WAITING as u64).for_each(|index| pacer.push(waiting(at(700_000), index)));
        assert!(pacer.is_stuck(at(700_000)));
    }
}
