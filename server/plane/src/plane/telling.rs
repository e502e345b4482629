//! What the control side is told of each subscriber's link.

use crate::egress::SlotRole;
use crate::time::{Span, Time};

use super::{Event, Plane};

/// How often at most a subscriber's link is told of.
const INTERVAL: Span = Span::from_secs(1);
/// What an estimate must change by to be told: one part in so many.
const NOTICEABLE: u64 = 20;

/// What was last told of a subscriber's link.
#[derive(Clone, Debug)]
pub struct Told {
    at: Time,
    rate: u64,
    granted: Vec<(u32, u8, u8)>,
}

impl Told {
    /// Whether it is time to look for news.
    fn is_old(&self, now: Time) -> bool {
        now.since(self.at) >= INTERVAL
    }

    fn differs(&self, rate: u64, granted: &[(u32, u8, u8)]) -> bool {
        self.granted != granted || self.rate.abs_diff(rate) * NOTICEABLE > self.rate
    }
}

impl Plane {
    /// Tells what a link is believed to carry and what its slots have of it, when that has changed.
    pub(super) fn tell_link(&mut self, now: Time, index: usize, rate: u64) {
        let Some(subscriber) = self.transports.get(index) else {
            return;
        };
        let last = subscriber.told.as_ref();
        if last.is_some_and(|told| !told.is_old(now)) {
            return;
        }
        let granted: Vec<_> = subscriber
            .slots
            .iter()
            .filter_map(|&slot| self.slots.get(slot))
            .filter(|slot| slot.role == SlotRole::Video && slot.wish.is_some())
            .filter_map(|slot| {
                let (layer, temporal) = slot.allowance.grant?;
                Some((slot.id, layer, temporal))
            })
            .collect();
        if last.is_some_and(|told| !told.differs(rate, &granted)) {
            return;
        }
        let transport = subscriber.id;
        if let Some(subscriber) = self.transports.get_mut(index) {
            subscriber.told = Some(Told {
                at: now,
                rate,
                granted: granted.clone(),
            });
        }
        self.events.push(Event::LinkEstimated {
            transport,
            rate,
            granted,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_told_and_no_more_than_once_a_second() {
        let told = Told {
            at: Time::from_micros(5_000_000),
            rate: 1_000_000,
            granted: vec![(9, 1, 2)],
        };
        assert!(!told.is_old(Time::from_micros(5_999_999)));
        assert!(told.is_old(Time::from_micros(6_000_000)));
        assert!(!told.differs(1_050_000, &[(9, 1, 2)]));
        assert!(told.differs(1_051_000, &[(9, 1, 2)]));
        assert!(told.differs(949_000, &[(9, 1, 2)]));
        assert!(told.differs(1_000_000, &[(9, 0, 2)]));
        assert!(told.differs(1_000_000, &[]));
    }
}
