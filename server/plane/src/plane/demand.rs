//! Which layers of each camera the links of those who watch it carry, or soon could.

use crate::allocation::{Claim, Grant, MAX_CLAIMS, Priority, allocate};
use crate::egress::SlotRole;
use crate::time::Time;

use super::allocating::{LONG_AGO, SETTLING, Steps, VOICES, live_rates, of_layer};
use super::{Event, Plane};

/// What one slot wishes for, and has, in layers from the lowest on.
#[derive(Clone, Copy, Debug)]
struct Reach {
    slot: usize,
    track: usize,
    wished: usize,
    within: usize,
}

impl Plane {
    /// Tells of which cameras fewer, or more, layers reach anybody than before. To be called once the links have been
    /// given to their slots.
    pub(super) fn limit_layers(&mut self, now: Time) {
        for (_, track) in self.tracks.iter_mut() {
            track.demand.begin();
        }
        for transport in 0..self.transports.end() {
            self.record_reach(now, transport);
        }
        for (_, track) in self.tracks.iter_mut() {
            if let Some(layers) = track.demand.settle(now) {
                self.events.push(Event::LayerLimit {
                    track: track.id,
                    layers: layers as u8,
                });
            }
        }
    }

    /// Looks at the slots of one subscriber.
    fn record_reach(&mut self, now: Time, transport: usize) {
        let Some(subscriber) = self.transports.get(transport).filter(|t| t.subscribes) else {
            return;
        };
        let mut reaches = [const { None }; MAX_CLAIMS];
        let since = subscriber.estimated;
        // At first a link is known too little for anything to be left out.
        let settled = since.is_some_and(|since| now.since(since) >= SETTLING);
        let all = subscriber.slots.iter();
        let all = all.filter_map(|&slot| self.granted_reach(slot, settled));
        for (reach, place) in all.zip(&mut reaches) {
            *place = Some(reach);
        }
        let short = |reach: &Reach| reach.within < reach.wished;
        if reaches.iter().flatten().any(short) {
            self.add_possible_reach(now, transport, &mut reaches);
        }
        for reach in reaches.iter().flatten() {
            if let Some(track) = self.tracks.get_mut(reach.track) {
                track.demand.record(reach.wished, reach.within);
            }
        }
        let slots = self.transports.get(transport).map(|t| &t.slots);
        for &slot in slots.into_iter().flatten() {
            let slot = self.slots.get(slot);
            // Until the next picture comes, the slot shows this one.
            let goes_on = slot.and_then(|slot| {
                let wished = slot.wish?.track;
                slot.current.filter(|occupant| occupant.track != wished)
            });
            if let Some(occupant) = goes_on
                && let Some(track) = self.tracks.get_mut(occupant.track)
            {
                track.demand.record(occupant.layer + 1, occupant.layer + 1);
            }
        }
    }

    /// What a video slot wishes for and was granted. Its lowest layer is always worth having: else it never came back.
    fn granted_reach(&self, index: usize, settled: bool) -> Option<Reach> {
        let slot = self.slots.get(index)?;
        let wish = slot.wish.filter(|_| slot.role == SlotRole::Video)?;
        let track = self.tracks.get(wish.track)?;
        let wished = track.rids.len().max(1).min(wish.max_layer + 1);
        let granted = slot.allowance.grant;
        let granted = granted.map_or(1, |(layer, _)| usize::from(layer) + 1);
        Some(Reach {
            slot: index,
            track: wish.track,
            wished,
            within: if settled { granted.min(wished) } else { wished },
        })
    }

    /// Adds what the slots would be granted if all that they wish for were sent.
    fn add_possible_reach(
        &self,
        now: Time,
        transport: usize,
        reaches: &mut [Option<Reach>; MAX_CLAIMS],
    ) {
        let Some(subscriber) = self.transports.get(transport) else {
            return;
        };
        let Some(estimate) = subscriber.estimate else {
            return;
        };
        let mut all = [const { None }; MAX_CLAIMS];
        let mut claims = [Claim {
            priority: Priority::Tile,
            steps: &[],
            current: None,
            // A step that waits only for its time is to be there when that comes.
            since_downgrade: LONG_AGO,
        }; MAX_CLAIMS];
        for (reach, steps) in reaches.iter().zip(&mut all) {
            *steps = reach.and_then(|reach| self.possible_steps(now, &reach));
        }
        for ((reach, steps), claim) in reaches.iter().zip(&all).zip(&mut claims) {
            if let (Some(reach), Some(steps)) = (reach, steps)
                && let Some(slot) = self.slots.get(reach.slot)
            {
                claim.steps = steps.as_slice();
                claim.current = slot.allowance.grant;
                claim.priority = slot.wish.map_or(Priority::Tile, |wish| wish.priority);
            }
        }
        let count = reaches.iter().flatten().count();
        let mut grants = [Grant::Paused; MAX_CLAIMS];
        let reserved = subscriber.beside.max(VOICES);
        allocate(estimate, reserved, &claims[..count], &mut grants[..count]);
        for (reach, grant) in reaches.iter_mut().flatten().zip(grants) {
            if let Grant::Step { layer, .. } = grant {
                let within = usize::from(layer) + 1;
                reach.within = reach.within.max(within.min(reach.wished));
            }
        }
    }

    /// The steps that a slot's source would have if all of use were sent.
    fn possible_steps(&self, now: Time, reach: &Reach) -> Option<Steps> {
        self.steps(reach.slot, |track, layer, stream| {
            live_rates(now, track, layer, stream).or_else(|| {
                let last = stream.and_then(|stream| stream.rates.last());
                let last = last.and_then(|rates| of_layer(track, layer, &rates));
                (layer < reach.wished).then(|| track.demand.expected(now, layer, last))
            })
        })
    }
}
