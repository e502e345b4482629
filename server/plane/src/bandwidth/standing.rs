//! Whether a queue stands: one that is full does not grow, so that no trend shows it, and yet every packet waits.

use crate::time::{Span, Time};

use super::delay::Usage;
use super::least::Least;

/// So long a queue is not left standing, in µs.
const LIMIT: i64 = 120_000;
/// Nothing more is put into a queue that the last packet waited so long in, in µs.
const LONG: i64 = 80_000;
/// What the quickest packets wait less than, in µs, is no queue, whatever trend the others show: frames differ in size.
const EMPTY: i64 = 15_000;
/// The shortest way is that of the last one or two of these.
const MEMORY: Span = Span::from_secs(10);
/// What sending less does is waited for this long, and for a round trip.
const PATIENCE: Span = Span::from_millis(100);
/// A queue that shrank to this share is draining.
const DRAINING: f64 = 0.9;
/// When all that is sent arrives, and sending less has not helped so many times, the way has become longer, or somebody else fills the queue.
const TRIES: u32 = 5;
/// Clocks that part by more than this were set, in µs.
const CLOCK_JUMP: i64 = 3_000_000;

/// The queue that even the quickest packets wait in.
#[derive(Debug)]
pub struct Standing {
    /// The least delay since the last message, in µs between two clocks that have nothing in common.
    least: Option<i64>,
    /// The least delay.
    shortest: Least<i64>,
    /// What the quickest packets of the last message waited, in µs.
    queue: i64,
    /// The delay of the last packet.
    newest: Option<i64>,
    /// When something was last to be done about the queue, and how long it was then, in µs.
    noticed: Option<(Time, i64)>,
    tries: u32,
}

impl Standing {
    /// Nothing is known yet.
    pub fn new(now: Time) -> Self {
        Self {
            least: None,
            shortest: Least::new(now),
            queue: 0,
            newest: None,
            noticed: None,
            tries: 0,
        }
    }

    /// The packet that left at `sent` arrived at `arrival`, in µs of the receiver's clock.
    pub fn packet(&mut self, sent: Time, arrival: i64) {
        let delay = arrival.saturating_sub(sent.micros().cast_signed());
        self.least = Some(self.least.map_or(delay, |least| least.min(delay)));
        self.newest = Some(delay);
    }

    /// What the queue says of the link: [`Usage::Over`] when less should be sent for its sake, [`Usage::Under`] when what
    /// was done about it is to have its effect. Once for each message of feedback; `carried`: all that is sent arrives, in the long run.
    pub fn usage(&mut self, now: Time, round_trip: Span, carried: bool) -> Usage {
        let Some(least) = self.least.take() else {
            return Usage::Normal;
        };
        let queue = least.saturating_sub(self.shortest.record(now, MEMORY, least));
        self.queue = queue;
        if queue < LIMIT {
            self.noticed = None;
            self.tries = 0;
            return Usage::Normal;
        }
        if queue > CLOCK_JUMP {
            self.start_again(now, least);
            return Usage::Normal;
        }
        if let Some((at, before)) = self.noticed {
            if now.since(at) < round_trip + PATIENCE {
                return Usage::Under;
            }
            if (queue as f64) < DRAINING * before as f64 {
                self.noticed = Some((now, queue));
                return Usage::Under;
            }
        }
        self.noticed = Some((now, queue));
        self.tries += u32::from(carried);
        if self.tries > TRIES {
            self.start_again(now, least);
            return Usage::Normal;
        }
        Usage::Over
    }

    /// Whether the last packet of the last message waited for long: what is sent now would wait as long or longer.
    pub fn is_long(&self) -> bool {
        let way = self.shortest.get();
        let queue = self
            .newest
            .zip(way)
            .map(|(delay, way)| delay.saturating_sub(way));
        queue.is_some_and(|queue| (LONG..CLOCK_JUMP).contains(&queue))
    }

    /// Whether the quickest packets found no queue to speak of.
    pub fn is_empty(&self) -> bool {
        self.queue < EMPTY
    }

    fn start_again(&mut self, now: Time, least: i64) {
        *self = Self::new(now);
        self.shortest.record(now, MEMORY, least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_TRIP: Span = Span::from_millis(100);

    /// One message each 100 ms with delays (ms) as told; how often less was to be sent.
    fn play(standing: &mut Standing, from: u64, messages: u64, delay: impl Fn(u64) -> i64) -> u32 {
        let mut times = 0;
        for i in 0..messages {
            let sent = Time::from_micros((from + i) * 100_000);
            for jitter in [10, 0, 25] {
                let delay = (delay(i) + jitter) * 1_000;
                standing.packet(sent, sent.micros() as i64 - 9_000_000_000 + delay);
            }
            times += u32::from(standing.usage(sent, ROUND_TRIP, true) == Usage::Over);
        }
        times
    }

    #[test]
    fn a_full_queue_is_noticed_again_and_again_until_it_drains() {
        let mut standing = Standing::new(Time::default());
        assert_eq!(play(&mut standing, 0, 50, |_| 30), 0);
        assert_eq!(play(&mut standing, 50, 6, |_| 330), 3);
        assert_eq!(play(&mut standing, 56, 10, |i| 290 - 30 * i as i64), 0);
    }

    #[test]
    fn a_way_that_has_become_longer_is_no_queue_for_long() {
        let mut standing = Standing::new(Time::default());
        play(&mut standing, 0, 50, |_| 30);
        assert_eq!(play(&mut standing, 50, 300, |_| 330), TRIES);
    }

    #[test]
    fn a_clock_that_is_set_is_no_queue() {
        let mut standing = Standing::new(Time::default());
        play(&mut standing, 0, 50, |_| 30);
        assert_eq!(play(&mut standing, 50, 50, |_| 3_600_000), 0);
        assert_eq!(play(&mut standing, 100, 50, |_| -3_600_000), 0);
    }
}
