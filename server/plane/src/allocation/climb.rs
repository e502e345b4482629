//! How slots climb the steps of their sources, and in which order.

use super::{Claim, MAX_CLAIMS, Priority};
use crate::time::Span;

/// A slot climbs above what it has this long after it had to step down, not sooner.
pub(super) const HOLD: Span = Span::from_secs(5);

/// Until the stage has its preferred steps, the tiles' lowest steps may take one part in this many of what is left.
const PARTS: u64 = 2;
/// The same beside a screen, which is to be read.
const PARTS_BESIDE_SCREEN: u64 = 3;

/// The simulcast or spatial layer up to which a speaker comes before the last tiles: `h`, some 360 lines.
const SPEAKER_LAYER: u8 = 1;

/// An allocation in the making.
pub(super) struct Climb<'a> {
    claims: &'a [Claim<'a>],
    climbed: [usize; MAX_CLAIMS],
    granted: u64,
}

impl<'a> Climb<'a> {
    /// All slots paused. There are [`MAX_CLAIMS`] claims at most.
    pub(super) fn new(claims: &'a [Claim<'a>]) -> Self {
        Self {
            claims,
            climbed: [0; MAX_CLAIMS],
            granted: 0,
        }
    }

    /// How many steps each slot has climbed, in the order of the claims; none is paused.
    pub(super) fn climbed(&self) -> &[usize] {
        &self.climbed[..self.claims.len()]
    }

    /// What the steps take together, in bit/s.
    pub(super) fn granted(&self) -> u64 {
        self.granted
    }

    /// Lets all slots climb as far as `budget` bit/s carry them.
    pub(super) fn spread(&mut self, budget: u64) {
        let mut order = [0; MAX_CLAIMS];
        let order = &mut order[..self.claims.len()];
        let mut ranked = 0;
        for priority in [Priority::Screen, Priority::Speaker, Priority::Tile] {
            for (at, _) in (0..)
                .zip(self.claims)
                .filter(|(_, claim)| claim.priority == priority)
            {
                order[ranked] = at;
                ranked += 1;
            }
        }
        let on_stage = |claim: &&Claim<'_>| claim.priority != Priority::Tile;
        let (stage, tiles) = order.split_at(self.claims.iter().filter(on_stage).count());

        for &at in stage {
            self.climb(at, budget);
        }
        let tiles_limit = self.granted + self.tiles_share(stage, budget - self.granted);
        for &at in tiles {
            self.climb(at, tiles_limit);
        }
        for &at in stage {
            let preferred = preferred(&self.claims[at]);
            while (1..preferred).contains(&self.climbed[at]) && self.climb(at, budget) {}
        }
        for &at in tiles {
            let all = lowest_layer(&self.claims[at]);
            while (1..all).contains(&self.climbed[at]) && self.climb(at, budget) {}
        }
        loop {
            let mut any = false;
            for &at in &*order {
                any |= self.climbed[at] > 0 && self.climb(at, budget);
            }
            if !any {
                break;
            }
        }
    }

    /// What of the `left` bit/s the tiles' lowest steps may take. It grows with the bandwidth and not in leaps, so that a
    /// better picture of the speaker darkens no tile.
    fn tiles_share(&self, stage: &[usize], left: u64) -> u64 {
        let (mut parts, mut stage_wants) = (PARTS, 0u64);
        for (claim, &climbed) in stage
            .iter()
            .map(|&at| (&self.claims[at], &self.climbed[at]))
        {
            if climbed > 0 {
                let best = claim.steps[preferred(claim) - 1].bit_rate;
                stage_wants =
                    stage_wants.saturating_add(best.saturating_sub(claim.steps[0].bit_rate));
                if claim.priority == Priority::Screen {
                    parts = PARTS_BESIDE_SCREEN;
                }
            }
        }
        (left / parts).max(left.saturating_sub(stage_wants))
    }

    /// Gives a slot its next step if there is one and it fits.
    fn climb(&mut self, at: usize, limit: u64) -> bool {
        let claim = &self.claims[at];
        let climbed = self.climbed[at];
        let Some(next) = claim.steps.get(climbed) else {
            return false;
        };
        let replaced = climbed
            .checked_sub(1)
            .map_or(0, |last| claim.steps[last].bit_rate);
        let others = self.granted - replaced;
        let rises = climbed >= held(claim);
        if rises && claim.since_downgrade < HOLD {
            return false;
        }
        let headroom = if rises { headroom(next.bit_rate) } else { 0 };
        let needed = others
            .saturating_add(next.bit_rate)
            .saturating_add(headroom);
        if needed > limit {
            return false;
        }
        self.climbed[at] += 1;
        self.granted = others + next.bit_rate;
        true
    }
}

/// What must be free beyond a step's bit rate to climb to it: 15 %.
fn headroom(bit_rate: u64) -> u64 {
    bit_rate / 20 * 3
}

/// How many steps of its source a slot has now. Of one that is no longer live, the next below counts.
fn held(claim: &Claim<'_>) -> usize {
    claim.current.map_or(0, |current| {
        claim
            .steps
            .partition_point(|step| (step.layer, step.temporal) <= current)
    })
}

/// How many steps come before the last tiles: of a screen all (it is to be read), of a speaker those of a middle size.
/// At least one.
fn preferred(claim: &Claim<'_>) -> usize {
    let steps = match claim.priority {
        Priority::Screen => claim.steps.len(),
        Priority::Speaker => claim
            .steps
            .partition_point(|step| step.layer <= SPEAKER_LAYER),
        Priority::Tile => 1,
    };
    steps.max(1)
}

/// How many steps the lowest layer of a source has.
fn lowest_layer(claim: &Claim<'_>) -> usize {
    let lowest = claim.steps.first().map(|step| step.layer);
    let within = |step: &super::Step| Some(step.layer) == lowest;
    claim.steps.partition_point(within)
}
