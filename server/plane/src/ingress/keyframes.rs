//! Asking a publisher for keyframes: requests of many receivers become few.

use crate::time::{Span, Time};

/// The shortest time between two requests to one stream. An encoder needs about a round trip to answer, and every
/// keyframe costs every receiver.
pub const MIN_INTERVAL: Span = Span::from_millis(500);

/// The keyframe requests of one stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyframeRequester {
    wanted: bool,
    last_request: Option<Time>,
}

impl KeyframeRequester {
    /// Somebody wants a keyframe.
    pub fn want(&mut self) {
        self.wanted = true;
    }

    /// One has begun to arrive: nobody waits any longer.
    pub fn arrived(&mut self) {
        self.wanted = false;
    }

    /// Whether a request is to be sent now. It is taken as sent, and repeated until a keyframe arrives.
    pub fn poll(&mut self, now: Time) -> bool {
        let due = self.wanted
            && self
                .last_request
                .is_none_or(|last| now.since(last) >= MIN_INTERVAL);
        if due {
            self.last_request = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    #[test]
    fn many_wishes_make_one_request() {
        let mut requester = KeyframeRequester::default();
        assert!(!requester.poll(at(0)));
        let sent = (0..121).filter(|_| {
            requester.want();
            requester.poll(at(0))
        });
        assert_eq!(sent.count(), 1);
    }

    #[test]
    fn an_unanswered_request_is_repeated_and_an_answered_one_is_not() {
        let mut requester = KeyframeRequester::default();
        requester.want();
        assert!(requester.poll(at(0)));
        assert!(!requester.poll(at(499)));
        assert!(requester.poll(at(500)));
        requester.arrived();
        assert!(!requester.poll(at(1_500)));
    }

    #[test]
    fn a_wish_soon_after_a_keyframe_waits_for_its_turn() {
        let mut requester = KeyframeRequester::default();
        requester.want();
        assert!(requester.poll(at(0)));
        requester.arrived();
        requester.want();
        assert!(!requester.poll(at(100)));
        assert!(requester.poll(at(600)));
    }
}
