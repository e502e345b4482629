//! What each subscriber's link carries is given to its slots.

use crate::allocation::{Claim, Grant, MAX_CLAIMS, Priority, Step, allocate};
use crate::egress::{Order, Report, SlotRole};
use crate::ingress::{ByLayer, Stream, TEMPORAL_LAYERS};
use crate::time::{Span, Time};
use crate::track::{MAX_LAYERS, Track};

use super::routing::{has_stopped, stream_of};
use super::{Event, Plane, Sink};

/// What is set aside for voices at least, in bit/s: one who speaks, with headers.
pub(super) const VOICES: u64 = 60_000;
/// How many times what all slots take a link is tried for.
const HEADROOM: u64 = 2;
/// What it is tried for at least, in bit/s: a shared screen.
const LEAST_WANTED: u64 = 2_500_000;
/// How many times longer a slot waits that is paused: coming back costs a keyframe.
const PAUSED_LONGER: u64 = 2;
/// For how long estimates and rates are on the move at first.
pub(super) const SETTLING: Span = Span::from_secs(5);
/// The first probe tells within this what a link carries at least. Until then there is only a guess, and a screen that it
/// paused would wait for two keyframes, the second half a second later: whoever joins late would miss the first second.
const FIRST_PROBE: Span = Span::from_millis(500);
/// A tile comes back once there has been room for it this long: what a probe found may be gone after its queue has drained.
const ROOM_LASTS: Span = Span::from_millis(600);
/// A slot that comes back may have the link to itself for as long as so many bits take: its keyframe, and what follows.
const KEYFRAME_BITS: u64 = 250_000;
pub(super) const LONG_AGO: Span = Span::from_secs(3_600);
const MOST_STEPS: usize = MAX_LAYERS * TEMPORAL_LAYERS;

/// The steps of the sources of one subscriber's slots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    pub(super) slot: usize,
    steps: [Step; MOST_STEPS],
    count: usize,
}

/// What a track's layer takes that is live in a stream.
pub(super) fn live_rates(
    now: Time,
    track: &Track,
    layer: usize,
    stream: Option<&Stream>,
) -> Option<[u64; TEMPORAL_LAYERS]> {
    let live = stream.filter(|it| it.is_live(now) && it.pictures.codec().is_some())?;
    of_layer(track, layer, &live.rates.cumulative(now))
}

/// A layer's part of the rates of its stream; `None` where the stream has no such layer in it.
pub(super) fn of_layer(
    track: &Track,
    layer: usize,
    rates: &ByLayer,
) -> Option<[u64; TEMPORAL_LAYERS]> {
    if track.is_simulcast() {
        return Some(rates[MAX_LAYERS - 1]);
    }
    let is_there = layer == 0 || rates[layer] != rates[layer - 1];
    is_there.then_some(rates[layer])
}

impl Steps {
    /// What they are of use for.
    pub(super) fn as_slice(&self) -> &[Step] {
        &self.steps[..self.count]
    }

    /// The same, or the layer below with all of its frames: a larger picture costs a keyframe, and a few frames of it a
    /// second are no gain; what is left out of a layer comes back with another keyframe only.
    fn whole_layers(&self, grant: Grant) -> Grant {
        let Grant::Step { layer, temporal } = grant else {
            return grant;
        };
        let steps = &self.steps[..self.count];
        let last_of = |layer: u8| steps.iter().rfind(|step| step.layer == layer);
        let is_whole = last_of(layer).is_none_or(|last| last.temporal == temporal);
        let below = steps.iter().rfind(|step| step.layer < layer);
        below
            .filter(|_| !is_whole)
            .map_or(grant, |step| Grant::Step {
                layer: step.layer,
                temporal: step.temporal,
            })
    }
}

impl Plane {
    /// Takes what shards tell. What comes late, for a transport that is gone, is soon replaced.
    pub(crate) fn take_reports(&mut self, now: Time, reports: impl Iterator<Item = Report>) {
        for report in reports {
            match report {
                Report::Link { transport, link } => {
                    if let Some(transport) = self.transports.get_mut(transport) {
                        (transport.estimate, transport.beside) = (Some(link.rate), link.beside);
                        (transport.lost, transport.measured_round_trip) =
                            (link.lost, link.round_trip);
                        transport.estimated.get_or_insert(now);
                    }
                }
                Report::KeyframeWanted { slot } => {
                    let occupant = self.slots.get(slot).and_then(|slot| slot.current);
                    let wanted = occupant.and_then(|occupant| stream_of(&self.tracks, occupant));
                    self.keyframes_wanted.extend(wanted);
                }
                Report::Starved { slot } => {
                    self.starved(now, slot);
                }
            }
        }
    }

    /// What a slot was to send was given up. The stage asks for a keyframe of what it may have now at the next tick;
    /// tiles are paused and come back one by one behind it, or all their keyframes would be given up again.
    fn starved(&mut self, now: Time, index: usize) {
        let Some(slot) = self.slots.get_mut(index) else {
            return;
        };
        (slot.current, slot.target) = (None, None);
        let is_tile = slot.wish.is_none_or(|wish| wish.priority == Priority::Tile);
        if is_tile && slot.allowance.grant.take().is_some() {
            self.events.push(Event::SlotPaused {
                slot: slot.id,
                paused: true,
            });
        }
        if let Some(subscriber) = self.transports.get_mut(slot.transport) {
            subscriber.resumed = Some(now);
        }
    }

    /// Gives all links to their slots anew.
    pub(super) fn allocate_all<S: Sink>(&mut self, now: Time, sink: &mut S) {
        let mut reports = std::mem::take(&mut self.reports);
        reports.extend(self.local.drain_reports());
        self.take_reports(now, reports.drain(..));
        self.reports = reports;
        for transport in 0..self.transports.end() {
            let Some(subscriber) = self.transports.get(transport) else {
                continue;
            };
            if let Some(estimate) = subscriber.estimate.filter(|_| subscriber.subscribes) {
                let reserved = subscriber.beside.max(VOICES);
                self.allocate_one(now, transport, estimate, reserved, sink);
                self.tell_link(now, transport, estimate);
            }
        }
    }

    fn allocate_one<S: Sink>(
        &mut self,
        now: Time,
        transport: usize,
        estimate: u64,
        reserved: u64,
        sink: &mut S,
    ) {
        let mut all = [const { None }; MAX_CLAIMS];
        let mut count = 0;
        if let Some(subscriber) = self.transports.get(transport) {
            let steps = subscriber.slots.iter();
            let steps = steps.filter_map(|&slot| {
                self.steps(slot, |track, layer, s| live_rates(now, track, layer, s))
            });
            for (steps, place) in steps.zip(&mut all) {
                *place = Some(steps);
                count += 1;
            }
        }
        let nothing = Claim {
            priority: Priority::Tile,
            steps: &[],
            current: None,
            since_downgrade: Span::default(),
        };
        let mut claims = [nothing; MAX_CLAIMS];
        for (steps, claim) in all.iter().flatten().zip(&mut claims) {
            let Some(slot) = self.slots.get(steps.slot) else {
                continue;
            };
            let Some(wish) = slot.wish else { continue };
            let since = slot.allowance.lowered.map_or(LONG_AGO, |at| now.since(at));
            let current = slot.allowance.grant;
            *claim = Claim {
                priority: wish.priority,
                steps: &steps.steps[..steps.count],
                current,
                since_downgrade: match (current, wish.priority) {
                    (Some(_), _) => since,
                    (None, Priority::Tile) => Span::from_micros(since.micros() / PAUSED_LONGER),
                    // Whoever matters most comes back as soon as there is room, before others take it.
                    (None, _) => LONG_AGO,
                },
            };
        }
        let mut grants = [Grant::Paused; MAX_CLAIMS];
        let totals = allocate(estimate, reserved, &claims[..count], &mut grants[..count]);
        let order = Order::SetWanted {
            now,
            transport,
            // Room is looked for before it is needed: somebody may share a screen at any time.
            rate: (HEADROOM * totals.wanted).max(LEAST_WANTED) + reserved,
            granted: totals.granted + reserved,
            paused: grants[..count].contains(&Grant::Paused),
        };
        self.order(transport, order, sink);
        let since = self.transports.get(transport).and_then(|t| t.estimated);
        let settled = since.is_some_and(|since| now.since(since) >= SETTLING);
        let guessed = since.is_some_and(|since| now.since(since) < FIRST_PROBE);
        for ((steps, grant), claim) in all.iter().flatten().zip(grants).zip(&claims) {
            if guessed && grant == Grant::Paused && claim.priority == Priority::Screen {
                continue;
            }
            let current = self.slots.get(steps.slot).and_then(|s| s.allowance.grant);
            let grant = if settled && !grant.is_layer_above(current) {
                grant
            } else {
                steps.whole_layers(grant)
            };
            if self.may_have(now, transport, steps.slot, grant) {
                self.allow(now, steps, grant, settled);
            }
        }
    }

    /// Whether a slot may have its grant now. Paused ones come back one by one: each needs a keyframe, and many at once
    /// would fill the link that they just found room on.
    fn may_have(&mut self, now: Time, transport: usize, slot: usize, grant: Grant) -> bool {
        let Some(slot) = self.slots.get_mut(slot) else {
            return false;
        };
        let allowance = &mut slot.allowance;
        if allowance.grant.is_some() || grant == Grant::Paused {
            allowance.room = None;
            return true;
        }
        let since = *allowance.room.get_or_insert(now);
        let is_tile = slot.wish.is_none_or(|wish| wish.priority == Priority::Tile);
        if is_tile && now.since(since) < ROOM_LASTS {
            return false;
        }
        let Some(subscriber) = self.transports.get_mut(transport) else {
            return false;
        };
        let estimate = subscriber.estimate.unwrap_or_default().max(1);
        let alone = Span::from_micros(KEYFRAME_BITS * 1_000_000 / estimate);
        let is_alone = subscriber.resumed.is_none_or(|at| now.since(at) >= alone);
        if is_alone {
            subscriber.resumed = Some(now);
        }
        is_alone
    }

    /// The steps of a slot's source that are of use; `None` for a slot that shows nothing. `rates_of` tells what each of a
    /// track's layers takes up to each temporal layer, in bit/s; `None` for one that is not to be had.
    pub(super) fn steps(
        &self,
        index: usize,
        rates_of: impl Fn(&Track, usize, Option<&Stream>) -> Option<[u64; TEMPORAL_LAYERS]>,
    ) -> Option<Steps> {
        let slot = self.slots.get(index)?;
        if slot.role != SlotRole::Video {
            return None;
        }
        let wish = slot.wish?;
        let track = self.tracks.get(wish.track).filter(|track| !track.paused)?;
        let publisher = self.transports.get(track.transport)?;
        let mut steps = [Step::default(); MOST_STEPS];
        let mut count = 0usize;
        for layer in 0..MAX_LAYERS {
            // Without simulcast, one stream has all layers in it.
            let carrier = if track.is_simulcast() { layer } else { 0 };
            let stream = track.layers[carrier].and_then(|stream| publisher.streams.get(stream));
            let stream = stream.filter(|_| !has_stopped(track, &publisher.streams, carrier));
            let codec = stream.and_then(|stream| stream.pictures.codec());
            if codec.is_some_and(|codec| !slot.codecs.contains(codec)) {
                continue;
            }
            let Some(rates) = rates_of(track, layer, stream) else {
                continue;
            };
            if layer > wish.max_layer && count > 0 {
                break;
            }
            let useful = usize::from(wish.max_temporal).min(TEMPORAL_LAYERS - 1);
            let below = count;
            for (temporal, &measured) in rates.iter().enumerate().take(useful + 1) {
                let before = count.checked_sub(1).map_or(0, |last| steps[last].bit_rate);
                // A temporal layer that nothing comes of is no step. A layer always is, however little came of it yet:
                // else a slot that shows it would be taken to show more than it may.
                if measured > before || count == below {
                    steps[count] = Step {
                        layer: layer as u8,
                        temporal: temporal as u8,
                        bit_rate: measured.max(before + 1),
                    };
                    count += 1;
                }
            }
            // Of the highest layer, all that is of use may be had, also while little has come of it.
            steps[count - 1].temporal = useful as u8;
        }
        (count > 0).then_some(Steps {
            slot: index,
            steps,
            count,
        })
    }

    /// Lets a slot have what was granted to it.
    fn allow(&mut self, now: Time, steps: &Steps, grant: Grant, settled: bool) {
        let Some(slot) = self.slots.get_mut(steps.slot) else {
            return;
        };
        let best = &steps.steps[steps.count - 1];
        let best = Some((best.layer, best.temporal));
        let before = slot.allowance.grant;
        let after = match grant {
            Grant::Paused => None,
            Grant::Step { layer, temporal } => Some((layer, temporal)),
        };
        if before == after {
            return;
        }
        // Only for want of bandwidth: a source may have less to give, too. And nothing is known for sure at first.
        if settled && after < before && after != best {
            slot.allowance.lowered = Some(now);
        }
        slot.allowance.grant = after;
        if before.is_some() != after.is_some() {
            self.events.push(Event::SlotPaused {
                slot: slot.id,
                paused: after.is_none(),
            });
        }
        if after.is_none() {
            (slot.current, slot.target) = (None, None);
            return;
        }
        self.consider_slot(now, steps.slot);
    }
}
