//! What the control side is told of each link.

use crate::egress::SlotRole;
use crate::time::{Span, Time};
use crate::transport::Transport;

use super::{Event, Plane};

/// How often at most a subscriber's link is told of.
const INTERVAL: Span = Span::from_secs(1);
/// What an estimate must change by to be told: one part in so many.
const NOTICEABLE: u64 = 20;

/// Loss is told anew when it differs by this, in 1/256: some 1 %.
const NOTICEABLE_LOSS: u8 = 3;
/// A round trip is told anew when it differs by one part in so many, and by so many ms at least.
const NOTICEABLE_ROUND_TRIP: (u32, u32) = (4, 10);
/// A silence of fewer seconds is none: browsers check consent every 2.5 to 6 s (RFC 7675 section 5.1).
const USUAL_SILENCE: u32 = 4;

/// What is measured of the way to or from a transport's peer, as [`Event::LinkMeasured`] tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measurements {
    /// In 1/256.
    fraction_lost: Option<u8>,
    /// In ms.
    round_trip: Option<u32>,
    /// In s.
    silence: u32,
}

impl Measurements {
    fn of(now: Time, transport: &Transport) -> Self {
        let silence = transport.ice.silence(now).micros() / 1_000_000;
        let millis = |span: Span| u32::try_from(span.micros() / 1_000).unwrap_or(u32::MAX);
        Self {
            fraction_lost: transport.lost.map(|lost| (lost * 256.0).round() as u8),
            round_trip: transport.measured_round_trip.map(millis),
            silence: u32::try_from(silence)
                .ok()
                .filter(|&seconds| seconds >= USUAL_SILENCE)
                .unwrap_or(0),
        }
    }

    fn differs(&self, told: &Self) -> bool {
        let lost = match (self.fraction_lost, told.fraction_lost) {
            (Some(now), Some(told)) => now.abs_diff(told) >= NOTICEABLE_LOSS,
            (now, told) => now.is_some() != told.is_some(),
        };
        let (part, least) = NOTICEABLE_ROUND_TRIP;
        let round_trip = match (self.round_trip, told.round_trip) {
            (Some(now), Some(told)) => now.abs_diff(told) > (told / part).max(least),
            (now, told) => now.is_some() != told.is_some(),
        };
        lost || round_trip || self.silence != told.silence
    }
}

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

    /// Tells what is measured of a transport, when it has changed noticeably. To be called once a second.
    pub(super) fn tell_measurements(&mut self, now: Time, index: usize) {
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        if transport.dead_told {
            return;
        }
        let measured = Measurements::of(now, transport);
        let told = transport.told_measurements.unwrap_or_default();
        if measured.differs(&told) {
            transport.told_measurements = Some(measured);
            self.events.push(Event::LinkMeasured {
                transport: transport.id,
                fraction_lost: measured.fraction_lost,
                round_trip: measured.round_trip,
                silence: measured.silence,
            });
        }
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

    #[test]
    fn measurements_are_told_when_they_differ_noticeably() {
        let told = Measurements {
            fraction_lost: Some(10),
            round_trip: Some(100),
            silence: 0,
        };
        for (differs, measured) in [
            (
                false,
                Measurements {
                    fraction_lost: Some(12),
                    ..told
                },
            ),
            (
                true,
                Measurements {
                    fraction_lost: Some(13),
                    ..told
                },
            ),
            (
                true,
                Measurements {
                    fraction_lost: None,
                    ..told
                },
            ),
            (
                false,
                Measurements {
                    round_trip: Some(125),
                    ..told
                },
            ),
            (
                true,
                Measurements {
                    round_trip: Some(74),
                    ..told
                },
            ),
            (
                true,
                Measurements {
                    round_trip: None,
                    ..told
                },
            ),
            (true, Measurements { silence: 4, ..told }),
        ] {
            assert_eq!(measured.differs(&told), differs, "{measured:?}");
        }
    }
}
