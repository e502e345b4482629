//! Replay protection: which packet indices have been seen (RFC 3711 section 3.3.2).

/// How far back an index may lie. RFC 3711 asks for at least 64; bursts on mobile links reorder by more.
const WINDOW: u64 = 1024;

/// A sliding window over 64-bit packet indices.
#[derive(Clone, Debug)]
pub(crate) struct ReplayWindow {
    highest: Option<u64>,
    seen: [u64; (WINDOW / 64) as usize],
}

impl ReplayWindow {
    pub(crate) fn new() -> Self {
        Self {
            highest: None,
            seen: [0; (WINDOW / 64) as usize],
        }
    }

    /// The highest index that was marked.
    pub(crate) fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// Whether this index is new and not too old to tell.
    pub(crate) fn is_fresh(&self, index: u64) -> bool {
        match self.highest {
            None => true,
            Some(highest) if index > highest => true,
            Some(highest) => highest - index < WINDOW && self.seen[word(index)] & bit(index) == 0,
        }
    }

    /// Marks an index as seen. Only for authentic packets.
    pub(crate) fn mark(&mut self, index: u64) {
        let highest = self.highest.unwrap_or(index);
        if index > highest {
            if index - highest >= WINDOW {
                self.seen.fill(0);
            } else {
                // What the window slides over holds marks of a round ago.
                for stale in highest + 1..=index {
                    self.seen[word(stale)] &= !bit(stale);
                }
            }
        }
        self.seen[word(index)] |= bit(index);
        self.highest = Some(highest.max(index));
    }
}

fn word(index: u64) -> usize {
    (index % WINDOW / 64) as usize
}

fn bit(index: u64) -> u64 {
    1 << (index % 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #[test]
        fn an_index_is_fresh_exactly_when_it_is_unseen_and_inside_the_window(
            steps in proptest::collection::vec(0u64..5_000, 1..400),
        ) {
            let mut window = ReplayWindow::new();
            let mut seen = HashSet::new();
            let mut highest = None::<u64>;
            for index in steps {
                let expected = highest.is_none_or(|h| index > h || (h - index < WINDOW && !seen.contains(&index)));
                prop_assert_eq!(window.is_fresh(index), expected);
                if expected {
                    window.mark(index);
                    seen.insert(index);
                    highest = Some(highest.map_or(index, |h| h.max(index)));
                }
            }
        }
    }
}
