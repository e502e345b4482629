//! What share of a publisher's packets is lost on the way up, over all of its streams.

/// What of the packets of earlier reports still counts with each new one: most of what counts is some four seconds old
/// at most.
const KEPT: f32 = 0.75;
/// Of fewer packets no share can be told.
const ENOUGH: f32 = 20.0;

/// Packets expected and lost lately, those of long ago counting little.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecentLoss {
    expected: f32,
    lost: f32,
}

impl RecentLoss {
    /// One more report interval: how many packets of all streams were expected in it, and how many of them are lost.
    pub fn observe(&mut self, expected: u64, lost: u64) {
        self.expected = self.expected * KEPT + expected as f32;
        self.lost = self.lost * KEPT + lost as f32;
    }

    /// The share lost, 0 to 1. `None` while too little is sent to tell.
    pub fn share(&self) -> Option<f32> {
        (self.expected >= ENOUGH).then(|| (self.lost / self.expected).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_known_while_enough_is_sent_and_follows_within_seconds() {
        let mut loss = RecentLoss::default();
        assert_eq!(loss.share(), None);
        loss.observe(50, 5);
        assert_eq!(loss.share(), Some(0.1));
        for _ in 0..10 {
            loss.observe(50, 0);
        }
        assert!(loss.share().unwrap() < 0.01);
        for _ in 0..10 {
            loss.observe(0, 0);
        }
        assert_eq!(loss.share(), None, "nothing was sent for long");
    }
}
