//! What a subscriber's bandwidth carries: which layers of which slots.
//!
//! A slot climbs the steps of its source from the lowest. The order of climbing is what shapes a meeting on a weak link:
//!
//! 1. the lowest step of the screen and of the speaker (the *stage*);
//! 2. the lowest step of every tile, as far as the tiles' share goes (all of what is left, once the stage has what it
//!    prefers);
//! 3. the stage up to its preferred steps, the screen before the speaker;
//! 4. the tiles up to all frames of their lowest layer: few frames a second look frozen at each lost packet;
//! 5. round by round, one step for everybody who is seen, as long as there is bandwidth.
//!
//! A slot whose lowest step does not fit is paused, and what it would have cost goes to those after it. So more bandwidth
//! pauses a slot only for the sake of one before it that comes back.

mod climb;

use crate::time::Span;
use climb::Climb;

/// How many claims are looked at; whatever comes after them is paused.
pub const MAX_CLAIMS: usize = 64;

/// One quality of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The simulcast or spatial layer; each replaces the one below.
    pub layer: u8,
    /// The highest temporal layer.
    pub temporal: u8,
    /// What it takes in bit/s, lower temporal layers included.
    pub bit_rate: u64,
}

/// Who comes first when there is too little for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// A shared screen.
    Screen,
    /// The active speaker.
    Speaker,
    /// Anybody else who is visible.
    Tile,
}

/// What one slot could make use of.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Its rank. Claims of one rank come in the order in which they are given.
    pub priority: Priority,
    /// What is live and within the wish, ascending by layer and temporal layer.
    pub steps: &'a [Step],
    /// The layer and temporal layer that it has now; `None` when it is paused.
    pub current: Option<(u8, u8)>,
    /// How long ago it was last given less than it had, for want of bandwidth; a long time when it never was.
    pub since_downgrade: Span,
}

/// What one slot gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grant {
    /// Nothing for now.
    #[default]
    Paused,
    /// A step of its source.
    Step {
        /// The simulcast or spatial layer.
        layer: u8,
        /// The highest temporal layer.
        temporal: u8,
    },
}

impl Grant {
    /// Whether it is of a higher layer than what a slot has now, which is something.
    pub fn is_layer_above(&self, current: Option<(u8, u8)>) -> bool {
        match (self, current) {
            (Self::Step { layer, .. }, Some((before, _))) => *layer > before,
            _ => false,
        }
    }
}

/// An allocation in sum. Audio is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// What the grants take, in bit/s; never more than what is left after audio.
    pub granted: u64,
    /// What all slots at their best would take, in bit/s: probing for more than this is of no use.
    pub wanted: u64,
}

/// Spreads `available` bit/s, less those `reserved_for_audio`, over the claims. `grants` has one place for each claim.
///
/// To keep what it has, a slot needs just its bit rate. To get more it needs some headroom, and some time since it last
/// had to step down. So an allocation that is given back as what the slots have comes out the same.
pub fn allocate(
    available: u64,
    reserved_for_audio: u64,
    claims: &[Claim<'_>],
    grants: &mut [Grant],
) -> Totals {
    let mut climb = Climb::new(&claims[..claims.len().min(MAX_CLAIMS)]);
    climb.spread(available.saturating_sub(reserved_for_audio));
    grants.fill(Grant::Paused);
    let mut wanted = 0u64;
    for ((claim, &climbed), grant) in claims.iter().zip(climb.climbed()).zip(grants) {
        if let Some(step) = climbed.checked_sub(1).map(|last| claim.steps[last]) {
            let (layer, temporal) = (step.layer, step.temporal);
            *grant = Grant::Step { layer, temporal };
        }
        wanted = wanted.saturating_add(claim.steps.last().map_or(0, |step| step.bit_rate));
    }
    Totals {
        granted: climb.granted(),
        wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::Priority::{Screen, Speaker, Tile};
    use super::climb::HOLD;
    use super::*;
    use proptest::prelude::*;

    const LONG_AGO: Span = Span::from_secs(3_600);
    /// A camera in three layers of two temporal layers each.
    const CAMERA: [Step; 6] = [
        step(0, 0, 60_000),
        step(0, 1, 100_000),
        step(1, 0, 300_000),
        step(1, 1, 500_000),
        step(2, 0, 1_000_000),
        step(2, 1, 1_600_000),
    ];
    const SCREEN: [Step; 2] = [step(0, 0, 200_000), step(0, 1, 800_000)];

    const fn step(layer: u8, temporal: u8, bit_rate: u64) -> Step {
        Step {
            layer,
            temporal,
            bit_rate,
        }
    }

    /// A claim that hysteresis does not concern: it has its best already.
    fn settled(priority: Priority, steps: &[Step]) -> Claim<'_> {
        Claim {
            priority,
            steps,
            current: steps.last().map(|step| (step.layer, step.temporal)),
            since_downgrade: LONG_AGO,
        }
    }

    fn granted(available: u64, claims: &[Claim<'_>]) -> Vec<Option<(u8, u8)>> {
        let mut grants = vec![Grant::Paused; claims.len()];
        allocate(available, 0, claims, &mut grants);
        grants.into_iter().map(current).collect()
    }

    fn current(grant: Grant) -> Option<(u8, u8)> {
        match grant {
            Grant::Paused => None,
            Grant::Step { layer, temporal } => Some((layer, temporal)),
        }
    }

    #[test]
    fn audio_comes_before_any_picture() {
        let claims = [settled(Screen, &SCREEN)];
        let mut grants = [Grant::Paused];
        let totals = allocate(250_000, 60_000, &claims, &mut grants);
        assert_eq!((grants, totals.granted), ([Grant::Paused], 0));
        let totals = allocate(250_000, 50_000, &claims, &mut grants);
        assert_eq!((totals.granted, totals.wanted), (200_000, 800_000));
    }

    #[test]
    fn a_weak_link_shows_the_speaker_and_then_tiles_in_their_order() {
        let claims = [
            settled(Tile, &CAMERA),
            settled(Tile, &CAMERA),
            settled(Speaker, &CAMERA),
        ];
        assert_eq!(granted(60_000, &claims), [None, None, Some((0, 0))]);
        assert_eq!(
            granted(200_000, &claims),
            [Some((0, 1)), None, Some((0, 1))]
        );
        assert_eq!(
            granted(500_000, &claims),
            [Some((0, 1)), Some((0, 1)), Some((1, 0))]
        );
    }

    #[test]
    fn a_screen_is_legible_before_the_last_tile_is_seen() {
        let mut claims = [settled(Tile, &CAMERA); 9];
        claims[8] = settled(Screen, &SCREEN);
        let grants = granted(1_100_000, &claims);
        assert_eq!(grants[8], Some((0, 1)));
        let seen = grants[..8].iter().flatten().count();
        assert_eq!(seen, 5, "a third of the 900,000 that the screen left");
    }

    #[test]
    fn tiles_rise_together() {
        let claims = [settled(Tile, &CAMERA); 3];
        assert_eq!(granted(300_000, &claims), [Some((0, 1)); 3]);
        assert_eq!(
            granted(500_000, &claims),
            [Some((1, 0)), Some((0, 1)), Some((0, 1))]
        );
    }

    #[test]
    fn a_source_that_is_too_dear_darkens_nobody_else() {
        let dear = [step(0, 0, 2_000_000)];
        let claims = [settled(Screen, &dear), settled(Tile, &CAMERA)];
        assert_eq!(granted(150_000, &claims), [None, Some((0, 1))]);
    }

    #[test]
    fn more_needs_headroom_and_the_same_needs_none() {
        let mut claim = settled(Tile, &CAMERA);
        claim.current = Some((0, 1));
        assert_eq!(granted(344_999, &[claim]), [Some((0, 1))]);
        assert_eq!(granted(345_000, &[claim]), [Some((1, 0))]);
        claim.current = Some((1, 0));
        assert_eq!(granted(300_000, &[claim]), [Some((1, 0))]);
        assert_eq!(granted(299_999, &[claim]), [Some((0, 1))]);
    }

    #[test]
    fn who_has_just_stepped_down_stays_there_for_a_while() {
        let mut claim = settled(Tile, &CAMERA);
        claim.current = Some((0, 1));
        claim.since_downgrade = Span::from_micros(HOLD.micros() - 1);
        assert_eq!(granted(5_000_000, &[claim]), [Some((0, 1))]);
        claim.since_downgrade = HOLD;
        assert_eq!(granted(5_000_000, &[claim]), [Some((2, 1))]);
    }

    #[test]
    fn a_layer_that_died_leaves_the_one_below_without_headroom() {
        let mut claim = settled(Tile, &CAMERA[..2]);
        claim.current = Some((2, 1));
        assert_eq!(granted(100_000, &[claim]), [Some((0, 1))]);
    }

    #[test]
    fn claims_beyond_the_last_are_paused() {
        let claims = [settled(Tile, &CAMERA[..1]); MAX_CLAIMS + 1];
        let grants = granted(u64::MAX, &claims);
        assert_eq!(grants.iter().flatten().count(), MAX_CLAIMS);
        assert_eq!(grants[MAX_CLAIMS], None);
    }

    /// A source of up to four steps: what it costs to begin with, and what each further step adds.
    fn source() -> impl Strategy<Value = (Priority, Vec<Step>, Option<(u8, u8)>, bool)> {
        let priority = prop_oneof![1 => Just(Screen), 1 => Just(Speaker), 4 => Just(Tile)];
        let rises = proptest::collection::vec(1_000u64..600_000, 0..5);
        let current = proptest::option::of((0u8..3, 0u8..2));
        (priority, rises, current, any::<bool>()).prop_map(|(priority, rises, current, held)| {
            let mut bit_rate = 0;
            let steps = rises.iter().zip(0u8..).map(|(rise, at)| {
                bit_rate += rise;
                step(at / 2, at % 2, bit_rate)
            });
            (priority, steps.collect(), current, held)
        })
    }

    /// The claims' places in the order in which they are served.
    fn order(claims: &[Claim<'_>]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..claims.len()).collect();
        order.sort_by_key(|&at| claims[at].priority as u8);
        order
    }

    proptest! {
        #[test]
        fn grants_fit_are_wished_for_and_stay_when_nothing_changes(
            sources in proptest::collection::vec(source(), 0..20), available in 0u64..6_000_000,
        ) {
            let mut claims: Vec<Claim<'_>> = sources.iter().map(|(priority, steps, current, held)| Claim {
                priority: *priority,
                steps,
                current: *current,
                since_downgrade: if *held { Span::default() } else { LONG_AGO },
            }).collect();
            let mut grants = vec![Grant::Paused; claims.len()];
            let totals = allocate(available, 40_000, &claims, &mut grants);
            let mut sum = 0;
            for (claim, grant) in claims.iter_mut().zip(&grants) {
                claim.current = current(*grant);
                if let Some(current) = claim.current {
                    let step = claim.steps.iter().find(|step| (step.layer, step.temporal) == current);
                    sum += step.expect("no grant is above or beside the wish").bit_rate;
                }
            }
            prop_assert_eq!(sum, totals.granted);
            prop_assert!(sum <= available.saturating_sub(40_000));
            let mut again = grants.clone();
            prop_assert_eq!(allocate(available, 40_000, &claims, &mut again), totals);
            prop_assert_eq!(again, grants);
        }

        #[test]
        fn more_bandwidth_pauses_a_slot_only_for_one_before_it(
            sources in proptest::collection::vec(source(), 0..20), less in 0u64..3_000_000, more in 0u64..3_000_000,
        ) {
            let claims: Vec<Claim<'_>> =
                sources.iter().map(|(priority, steps, ..)| settled(*priority, steps)).collect();
            let (before, after) = (granted(less, &claims), granted(less + more, &claims));
            let change = order(&claims).into_iter().find(|&at| before[at].is_some() != after[at].is_some());
            prop_assert!(change.is_none_or(|first| after[first].is_some()));
        }

        #[test]
        fn among_equals_the_later_are_paused_first_and_more_bandwidth_pauses_nobody(
            priorities in proptest::collection::vec(0usize..6, 1..20), less in 0u64..3_000_000, more in 0u64..3_000_000,
        ) {
            let claims: Vec<Claim<'_>> = priorities.iter().map(|&at| {
                settled([Screen, Speaker, Tile, Tile, Tile, Tile][at], &CAMERA)
            }).collect();
            let (before, after) = (granted(less, &claims), granted(less + more, &claims));
            let mut dark = false;
            for at in order(&claims) {
                prop_assert!(before[at].is_none() || (after[at].is_some() && !dark));
                dark |= before[at].is_none();
            }
        }
    }
}
