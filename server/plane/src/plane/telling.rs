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

impl Plane {
    /// Tells what a link is believed to carry and what its slots have of it, when that has changed.
    pub(super) fn tell_link(&mut self, now: Time, index: usize, rate: u64) {
        let Some(subscriber) = self.transports.get(index) else {
            return;
        };
        let last = subscriber.told.as_ref();
        if last.is_some_and(|told| now.since(told.at) < INTERVAL) {
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
        let is_news = last.is_none_or(|told| {
            told.granted != granted || told.rate.abs_diff(rate) * NOTICEABLE > told.rate
        });
        if !is_news {
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
