//! Which packets of one SSRC came, as RFC 3550 appendix A.3 counts.

/// The arrivals of one stream, by its sequence numbers extended to 64 bits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Losses {
    first: Option<u64>,
    highest: u64,
    /// Different packets that came.
    pub received: u64,
    /// Those of them that came after a packet with a higher number.
    pub late: u64,
}

impl Losses {
    /// A packet came. Duplicates must have been sorted out.
    pub fn add(&mut self, number: u64) {
        let first = *self.first.get_or_insert(number);
        self.first = Some(first.min(number));
        self.received += 1;
        if number < self.highest {
            self.late += 1;
        }
        self.highest = self.highest.max(number);
    }

    /// How many of those that must have been sent did not come.
    pub fn lost(&self) -> u64 {
        let expected = self.first.map_or(0, |first| self.highest - first + 1);
        expected.saturating_sub(self.received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_that_is_filled_is_no_loss() {
        let mut losses = Losses::default();
        for number in [10, 11, 14, 13, 16] {
            losses.add(number);
        }
        assert_eq!((losses.received, losses.late, losses.lost()), (5, 1, 2));
    }
}
