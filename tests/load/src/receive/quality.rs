//! Freezes: how long what is shown stays the same picture.

/// Microseconds without a new picture from which on people see that it stands still.
pub const FREEZE: u64 = 500_000;

/// What a viewer sees of one video slot.
#[derive(Debug, Default)]
pub struct Quality {
    occupied: bool,
    last_frame: Option<u64>,
    /// How often it stood still for longer than [`FREEZE`].
    pub freezes: u64,
    /// For how long in all, in microseconds.
    pub frozen: u64,
    /// Pictures shown.
    pub frames: u64,
    /// For how long there was a picture to look at, in microseconds; a frozen one too, a paused one not.
    pub watched: u64,
}

impl Quality {
    /// A picture could be shown; times are in microseconds since 1970.
    pub fn shown(&mut self, at: u64, frames: u32) {
        self.frames += u64::from(frames);
        if self.occupied {
            self.count_gap(at);
            self.last_frame = Some(at);
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
        if self.occupied && self.last_frame.is_some() {
            self.count_gap(now);
            self.last_frame = Some(now);
        }
    }

    fn count_gap(&mut self, at: u64) {
        let gap = self.last_frame.map_or(0, |last| at.saturating_sub(last));
        self.watched += gap;
        if gap > FREEZE {
            self.freezes += 1;
            self.frozen += gap;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    #[test]
    fn a_long_gap_between_pictures_is_a_freeze() {
        let mut quality = Quality::default();
        quality.occupy(0, true);
        for at in [1_000, 1_040, 1_540, 2_100, 2_140] {
            quality.shown(at * MS, 1);
        }
        assert_eq!(
            (quality.freezes, quality.frozen, quality.frames),
            (1, 560 * MS, 5)
        );
        assert_eq!(quality.watched, 1_140 * MS);
        quality.settle(2_900 * MS);
        assert_eq!(quality.freezes, 2);
    }

    #[test]
    fn an_empty_slot_and_a_slot_that_never_showed_do_not_freeze() {
        let mut quality = Quality::default();
        quality.occupy(0, true);
        quality.settle(5_000 * MS);
        quality.shown(5_000 * MS, 1);
        quality.occupy(5_200 * MS, false);
        quality.shown(9_000 * MS, 1);
        quality.occupy(9_000 * MS, true);
        quality.shown(15_000 * MS, 1);
        quality.settle(15_100 * MS);
        assert_eq!((quality.freezes, quality.watched), (0, 300 * MS));
    }

    #[test]
    fn what_stood_still_before_a_pause_was_a_freeze() {
        let mut quality = Quality::default();
        quality.occupy(0, true);
        quality.shown(1_000 * MS, 1);
        quality.occupy(3_000 * MS, false);
        assert_eq!((quality.freezes, quality.frozen), (1, 2_000 * MS));
    }
}
