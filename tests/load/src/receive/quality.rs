//! Freezes: how long what is shown stays the same picture.

use super::frames::Outcome;

/// Microseconds without a new picture from which on people see that it stands still.
pub const FREEZE: u64 = 500_000;

/// What a viewer saw.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// How often a picture stood still for longer than [`FREEZE`].
    pub freezes: u64,
    /// For how long in all, in microseconds.
    pub frozen: u64,
    /// Pictures shown.
    pub frames: u64,
    /// For how long there was a picture to look at, in microseconds; a frozen one too, a paused one not.
    pub watched: u64,
}

/// What a viewer sees of one video slot.
#[derive(Debug, Default)]
pub struct Quality {
    occupied: bool,
    /// When the last picture was shown, and whether somebody behind a weak link sent it.
    last_frame: Option<(u64, bool)>,
    /// Of whomever it was.
    pub all: Seen,
    /// Of that, of people behind weak links. A picture that stands still is of the one who is seen on it.
    pub of_weak: Seen,
}

impl Quality {
    /// Pictures could be shown; times are in microseconds since 1970.
    pub fn shown(&mut self, outcome: &Outcome) {
        self.all.frames += u64::from(outcome.decodable);
        self.of_weak.frames += u64::from(outcome.of_weak);
        if self.occupied {
            self.count_gap(outcome.at);
            self.last_frame = Some((outcome.at, outcome.last_is_weak));
        }
    }

    /// Somebody is in the slot whose camera is on, or nobody is: then a picture that stands still is no freeze.
    pub fn occupy(&mut self, at: u64, occupied: bool) {
        if !occupied {
            self.settle(at);
            self.last_frame = None;
        }
        self.occupied = occupied;
    }

    /// Ends a time of measurement: a picture that stands still now counts.
    pub fn settle(&mut self, now: u64) {
        self.count_gap(now);
        if self.occupied
            && let Some((at, _)) = &mut self.last_frame
        {
            *at = now;
        }
    }

    fn count_gap(&mut self, at: u64) {
        let Some((last, weak)) = self.last_frame.filter(|_| self.occupied) else {
            return;
        };
        let gap = at.saturating_sub(last);
        let count = |seen: &mut Seen| {
            seen.watched += gap;
            if gap > FREEZE {
                seen.freezes += 1;
                seen.frozen += gap;
            }
        };
        count(&mut self.all);
        if weak {
            count(&mut self.of_weak);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    /// One picture.
    fn picture(at: u64, weak: bool) -> Outcome {
        Outcome {
            decodable: 1,
            of_weak: u32::from(weak),
            last_is_weak: weak,
            at,
            needs_keyframe: false,
        }
    }

    #[test]
    fn a_long_gap_between_pictures_is_a_freeze() {
        let mut quality = Quality::default();
        quality.occupy(0, true);
        for at in [1_000, 1_040, 1_540, 2_100, 2_140] {
            quality.shown(&picture(at * MS, false));
        }
        assert_eq!(
            (quality.all.freezes, quality.all.frozen, quality.all.frames),
            (1, 560 * MS, 5)
        );
        assert_eq!(quality.all.watched, 1_140 * MS);
        quality.settle(2_900 * MS);
        assert_eq!(quality.all.freezes, 2);
    }

    #[test]
    fn an_empty_slot_and_a_slot_that_never_showed_do_not_freeze() {
        let mut quality = Quality::default();
        quality.occupy(0, true);
        quality.settle(5_000 * MS);
        quality.shown(&picture(5_000 * MS, false));
        quality.occupy(5_200 * MS, false);
        quality.shown(&picture(9_000 * MS, false));
        quality.occupy(9_000 * MS, true);
        quality.shown(&picture(15_000 * MS, false));
        quality.settle(15_100 * MS);
        assert_eq!((quality.all.freezes, quality.all.watched), (0, 300 * MS));
    }

    #[test]
    fn what_stood_still_before_a_pause_was_a_freeze() {
        let mut quality = Quality::default();
        quality.occupy(0, true);
        quality.shown(&picture(1_000 * MS, false));
        quality.occupy(3_000 * MS, false);
        assert_eq!((quality.all.freezes, quality.all.frozen), (1, 2_000 * MS));
    }

    #[test]
    fn a_picture_that_stands_still_is_of_whoever_is_seen_on_it() {
        let mut quality = Quality::default();
        quality.occupy(0, true);
        for (at, weak) in [
            (1_000, false),
            (1_400, true),
            (2_400, false),
            (2_500, false),
        ] {
            quality.shown(&picture(at * MS, weak));
        }
        let of_weak = Seen {
            freezes: 1,
            frozen: 1_000 * MS,
            frames: 1,
            watched: 1_000 * MS,
        };
        assert_eq!(quality.of_weak, of_weak);
        assert_eq!((quality.all.freezes, quality.all.frames), (1, 4));
        assert_eq!(quality.all.watched, 1_500 * MS);
    }
}
