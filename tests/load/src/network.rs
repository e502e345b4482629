//! A bad link, emulated: loss, delay and a rate, for one direction of one client's datagrams.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How bad a link is, in each of its directions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The share of datagrams that is lost, from 0 to 1.
    pub loss: f64,
    /// How long every datagram is under way.
    pub delay: Duration,
    /// Bits a second; `None` for no limit.
    pub rate: Option<u64>,
    /// When nothing passes for [`OUTAGE`]: so long after the beginning, and again after each [`OUTAGES`].
    pub outages: Option<Duration>,
}

/// How long an outage is.
const OUTAGE: Duration = Duration::from_secs(1);
/// One outage begins so long after the one before.
pub const OUTAGES: Duration = Duration::from_secs(20);

/// The kinds of weak links that people have in one meeting.
pub const MIX: [Link; 3] = [
    Link {
        loss: 0.02,
        delay: Duration::from_millis(50),
        rate: Some(300_000),
        outages: None,
    },
    Link {
        loss: 0.1,
        delay: Duration::from_millis(50),
        rate: Some(1_000_000),
        outages: None,
    },
    Link {
        loss: 0.0,
        delay: Duration::from_millis(30),
        rate: Some(3_000_000),
        outages: Some(OUTAGES),
    },
];

/// How much a router before a slow link holds back before it throws away.
const QUEUE: Duration = Duration::from_millis(300);
/// IPv4 and UDP, which cost rate too.
const OVERHEAD: usize = 28;

/// One direction of an emulated link, and the datagrams that are on it.
#[derive(Debug)]
pub struct Direction<T> {
    link: Link,
    random: fastrand::Rng,
    free_at: Option<Instant>,
    began: Option<Instant>,
    underway: VecDeque<(Instant, T)>,
}

impl<T> Direction<T> {
    /// The same seed loses the same datagrams.
    pub fn new(link: Link, seed: u64) -> Self {
        Self {
            link,
            random: fastrand::Rng::with_seed(seed),
            free_at: None,
            began: None,
            underway: VecDeque::new(),
        }
    }

    /// Puts a datagram of so many bytes on the link. It is lost, or arrives later.
    pub fn send(&mut self, now: Instant, bytes: usize, datagram: T) {
        if self.random.f64() < self.link.loss || self.is_out(now) {
            return;
        }
        let mut leaves = now;
        if let Some(rate) = self.link.rate {
            let begins = self.free_at.map_or(now, |free| free.max(now));
            if begins - now > QUEUE {
                return;
            }
            let bits = (bytes + OVERHEAD) as f64 * 8.0;
            leaves = begins + Duration::from_secs_f64(bits / rate as f64);
            self.free_at = Some(leaves);
        }
        self.underway
            .push_back((leaves + self.link.delay, datagram));
    }

    fn is_out(&mut self, now: Instant) -> bool {
        let passed = now - *self.began.get_or_insert(now);
        let since_first = self
            .link
            .outages
            .and_then(|first| passed.checked_sub(first));
        since_first
            .is_some_and(|since| since.as_micros() % OUTAGES.as_micros() < OUTAGE.as_micros())
    }

    /// The next datagram that has arrived, and when it did.
    pub fn arrived(&mut self, now: Instant) -> Option<(Instant, T)> {
        let (at, _) = self.underway.front()?;
        if *at > now {
            return None;
        }
        self.underway.pop_front()
    }

    /// When the next one arrives.
    pub fn next(&self) -> Option<Instant> {
        self.underway.front().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(link: Link, seed: u64) -> Vec<(u128, u32)> {
        let start = Instant::now();
        let mut direction = Direction::new(link, seed);
        for number in 0..1_000 {
            direction.send(
                start + Duration::from_millis(u64::from(number)),
                972,
                number,
            );
        }
        let late = start + Duration::from_secs(100);
        std::iter::from_fn(|| direction.arrived(late))
            .map(|(at, n)| ((at - start).as_millis(), n))
            .collect()
    }

    #[test]
    fn delays_and_keeps_the_order() {
        let link = Link {
            loss: 0.0,
            delay: Duration::from_millis(40),
            rate: None,
            outages: None,
        };
        let arrived = arrivals(link, 1);
        assert_eq!(arrived.len(), 1_000);
        assert!(
            arrived
                .iter()
                .all(|(at, number)| *at == u128::from(*number) + 40)
        );
    }

    #[test]
    fn loses_its_share_the_same_for_the_same_seed() {
        let link = Link {
            loss: 0.2,
            delay: Duration::ZERO,
            rate: None,
            outages: None,
        };
        let arrived = arrivals(link, 1);
        assert!((720..880).contains(&arrived.len()), "{}", arrived.len());
        assert_eq!(arrived, arrivals(link, 1));
        assert_ne!(arrived, arrivals(link, 2));
    }

    #[test]
    fn an_outage_takes_a_second_of_each_twenty() {
        let start = Instant::now();
        let link = Link {
            loss: 0.0,
            delay: Duration::ZERO,
            rate: None,
            outages: Some(Duration::from_secs(7)),
        };
        let mut direction = Direction::new(link, 3);
        let arrives = (0..60_000u64).map(|milli| {
            let now = start + Duration::from_millis(milli);
            direction.send(now, 100, milli);
            direction.arrived(now).is_some()
        });
        let arrives: Vec<bool> = arrives.collect();
        assert_eq!(arrives.iter().filter(|arrives| !**arrives).count(), 3_000);
        let ends = arrives.windows(2).filter(|pair| !pair[0] && pair[1]);
        assert_eq!(ends.count(), 3);
    }

    #[test]
    fn a_slow_link_holds_back_and_then_drops() {
        // 1,000 bytes each millisecond into 4 Mbit/s: half of it passes, and 300 ms of it are queued.
        let link = Link {
            loss: 0.0,
            delay: Duration::ZERO,
            rate: Some(4_000_000),
            outages: None,
        };
        let arrived = arrivals(link, 1);
        assert!((600..680).contains(&arrived.len()), "{}", arrived.len());
        let longest = arrived
            .iter()
            .map(|(at, number)| at - u128::from(*number))
            .max()
            .unwrap();
        assert!((295..=305).contains(&longest), "{longest}");
    }
}
