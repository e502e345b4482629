//! Bounds what one transport sends again: where much is lost, the way is full, and more would fill it further.

use crate::time::{Span, Time};

/// The share of the estimated bandwidth that retransmissions may take: one part of so many.
const SHARE: u64 = 4;
/// What has not been used of it is saved for so long.
const SAVED: Span = Span::from_millis(500);
/// So many bytes may go out at once however low the estimate: one lost frame of a small picture.
const LEAST_BURST: u64 = 4_500;

/// A byte, in units of the credit: it is kept in bits times microseconds per second, so that nothing is rounded away.
const BYTE: u64 = 8 * 1_000_000;

/// A token bucket.
#[derive(Clone, Copy, Debug)]
pub struct Retransmissions {
    credit: u64,
    since: Option<Time>,
}

impl Default for Retransmissions {
    /// A full bucket.
    fn default() -> Self {
        Self {
            credit: LEAST_BURST * BYTE,
            since: None,
        }
    }
}

impl Retransmissions {
    /// Whether `bytes` may be sent again now, with the way's bandwidth estimated as `estimate` bit/s. They are then
    /// taken as sent.
    pub fn allow(&mut self, now: Time, estimate: u64, bytes: usize) -> bool {
        let rate = estimate / SHARE;
        let passed = self.since.map_or(Span::default(), |since| now.since(since));
        self.since = Some(now);
        let most = rate.saturating_mul(SAVED.micros()).max(LEAST_BURST * BYTE);
        let earned = rate.saturating_mul(passed.micros());
        self.credit = self.credit.saturating_add(earned).min(most);
        let cost = (bytes as u64).saturating_mul(BYTE);
        let allowed = cost <= self.credit;
        if allowed {
            self.credit -= cost;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Asked for without end, it gives its share of the estimate, and what was saved.
        #[test]
        fn a_share_of_the_estimate_is_sent_again(
            estimate in 50_000u64..20_000_000, bytes in 50usize..1_200, step in 1u64..40_000,
        ) {
            let mut bucket = Retransmissions::default();
            let (mut sent, mut now) = (0, 0);
            while now < 10_000_000 {
                while bucket.allow(Time::from_micros(now), estimate, bytes) {
                    sent += bytes as u64;
                }
                now += step;
            }
            let share = estimate / SHARE * 10 / 8;
            prop_assert!(sent <= share + LEAST_BURST);
            prop_assert!(sent + LEAST_BURST >= share - share * step.min(10_000_000) / 10_000_000);
        }
    }

    #[test]
    fn what_is_not_used_is_saved_for_half_a_second_only() {
        let mut bucket = Retransmissions::default();
        assert!(bucket.allow(Time::default(), 8_000_000, 4_500));
        assert!(!bucket.allow(Time::default(), 8_000_000, 1));
        let later = Time::from_micros(3_600_000_000);
        assert!(
            bucket.allow(later, 8_000_000, 125_000),
            "half a second of 2 Mbit/s"
        );
        assert!(!bucket.allow(later, 8_000_000, 1));
        assert!(bucket.allow(later, u64::MAX, 0), "no overflow");
    }

    #[test]
    fn without_an_estimate_one_small_frame_can_be_repaired() {
        let mut bucket = Retransmissions::default();
        let allowed = (0..100).filter(|_| bucket.allow(Time::default(), 0, 1_100));
        assert_eq!(allowed.count(), 4);
    }
}
