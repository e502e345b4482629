//! The links of the tests, by name.

use plane::time::{Span, Time};

use super::super::network::{Conditions, Loss, Queue};
use super::{Meeting, Outcome};

const HALF_TRIP: Span = Span::from_millis(50);

/// Viewers of cameras behind one link.
pub struct Scenario {
    pub name: &'static str,
    pub link: Conditions,
    pub seconds: u64,
    pub viewers: usize,
    pub cameras: u32,
}

impl Scenario {
    /// What each viewer had of it.
    pub fn play(&self, seed: u64) -> Vec<Outcome> {
        let meeting = Meeting {
            cameras: self.cameras,
            seconds: self.seconds,
            uplink: None,
            viewers: vec![self.link.clone(); self.viewers],
            share: true,
        };
        meeting.hold(seed).0
    }
}

/// A link of `rate` bit/s that loses a share of all.
pub fn lossy(rate: u64, share: f64) -> Conditions {
    Conditions {
        loss: Loss::Random(share),
        ..Conditions::steady(rate, HALF_TRIP)
    }
}

/// A link with these rates from these seconds on, and a little jitter.
pub fn changing(rates: &[(u64, u64)]) -> Conditions {
    let at = |&(second, rate): &(u64, u64)| (Time::from_micros(second * 1_000_000), rate);
    Conditions {
        rates: rates.iter().map(at).collect(),
        jitter: Span::from_millis(5),
        ..Conditions::steady(0, HALF_TRIP)
    }
}

/// A thin and lossy link to a machine that is busy with other things.
pub fn busy() -> Conditions {
    Conditions {
        jitter: Span::from_millis(10),
        stalls: Some((Span::from_millis(100), Span::from_millis(80))),
        ..lossy(300_000, 0.02)
    }
}

/// Three megabits, of which a tenth is left from 20 to 50 s.
pub fn dip() -> Conditions {
    changing(&[(0, 3_000_000), (20, 300_000), (50, 3_000_000)])
}

/// The same before a queue that is never full.
pub fn deep_dip() -> Conditions {
    Conditions {
        queue: Queue::Bytes(1_000_000),
        ..dip()
    }
}

/// Nothing passes from 20 to 21 s.
pub fn outage() -> Conditions {
    changing(&[(0, 3_000_000), (20, 0), (21, 3_000_000)])
}

pub fn all() -> Vec<Scenario> {
    let scenario = |name, link, seconds| Scenario {
        name,
        link,
        seconds,
        viewers: 1,
        cameras: 4,
    };
    vec![
        scenario("thin", lossy(300_000, 0.02), 60),
        scenario("dip", dip(), 80),
        Scenario {
            cameras: 1,
            ..scenario("dip-of-one", dip(), 80)
        },
        scenario("deep-dip", deep_dip(), 80),
        scenario("tenth", lossy(3_000_000, 0.1), 60),
        scenario("third", lossy(3_000_000, 0.3), 60),
        scenario("outage", outage(), 40),
        Scenario {
            cameras: 1,
            ..scenario("busy", busy(), 60)
        },
        Scenario {
            viewers: 2,
            ..scenario("shared", changing(&[(0, 1_000_000)]), 60)
        },
    ]
}
