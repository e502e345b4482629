//! The links that are played, by name.

use plane::time::{Span, Time};

use super::{Caller, Scenario};
use crate::network::{Conditions, Loss, Queue};

/// Half of a round trip of 100 ms.
const ONE_WAY: Span = Span::from_millis(50);

pub fn second(at: u64) -> Time {
    Time::default() + Span::from_secs(at)
}

fn caller(wanted: u64) -> Caller {
    Caller {
        starts: Time::default(),
        wanted: vec![(Time::default(), wanted)],
        layers: Vec::new(),
        feedback_loss: 0.0,
    }
}

fn scenario(name: &'static str, conditions: Conditions, wanted: u64, seconds: u64) -> Scenario {
    Scenario {
        name,
        conditions,
        callers: vec![caller(wanted)],
        seconds,
    }
}

/// A weak mobile link: 300 kbit/s that lose 2 %.
pub fn weak() -> Scenario {
    let mut conditions = Conditions::steady(300_000, ONE_WAY);
    conditions.loss = Loss::Random(0.02);
    scenario("weak", conditions, 2_500_000, 120)
}

/// 3 Mbit/s that fall to 300 kbit/s from 20 s to 50 s.
pub fn fall() -> Scenario {
    let mut conditions = Conditions::steady(3_000_000, ONE_WAY);
    conditions.rates.push((second(20), 300_000));
    conditions.rates.push((second(50), 3_000_000));
    scenario("fall", conditions, 2_500_000, 90)
}

/// 3 Mbit/s that carry nothing from 20 s to 30 s.
pub fn blackout() -> Scenario {
    let mut conditions = Conditions::steady(3_000_000, ONE_WAY);
    conditions.rates.push((second(20), 0));
    conditions.rates.push((second(30), 3_000_000));
    scenario("blackout", conditions, 2_500_000, 50)
}

/// 3 Mbit/s that carry nothing from 20 s to 30 s, and 300 kbit/s then.
pub fn blackout_to_thin() -> Scenario {
    let mut conditions = Conditions::steady(3_000_000, ONE_WAY);
    conditions.rates.push((second(20), 0));
    conditions.rates.push((second(30), 300_000));
    scenario("thinner", conditions, 2_500_000, 50)
}

/// 2 Mbit/s that lose this share at random.
pub fn random_loss(name: &'static str, share: f64) -> Scenario {
    let mut conditions = Conditions::steady(2_000_000, ONE_WAY);
    conditions.loss = Loss::Random(share);
    scenario(name, conditions, 2_500_000, 60)
}

/// 3 Mbit/s that lose 10 % at random, and a video of 150 or 500 kbit/s: there is nothing to fill the link with.
pub fn camera_through_loss() -> Scenario {
    let mut conditions = Conditions::steady(3_000_000, ONE_WAY);
    conditions.loss = Loss::Random(0.1);
    let mut camera = scenario("camera10", conditions, 2_500_000, 120);
    camera.callers[0].layers = vec![150_000, 500_000];
    camera
}

/// 2 Mbit/s that lose 5 % in bursts of five.
pub fn bursty_loss() -> Scenario {
    let mut conditions = Conditions::steady(2_000_000, ONE_WAY);
    conditions.loss = Loss::Bursty {
        worsen: 0.0105,
        recover: 0.2,
    };
    scenario("bursty", conditions, 2_500_000, 60)
}

/// 800 kbit/s behind a queue so short that it overflows before it delays.
pub fn shallow() -> Scenario {
    let mut conditions = Conditions::steady(800_000, ONE_WAY);
    conditions.queue = Queue::Bytes(3_600);
    scenario("shallow", conditions, 2_500_000, 60)
}

/// Two senders through one link of 1 Mbit/s, the second ten seconds later.
pub fn shared() -> Scenario {
    let mut shared = scenario(
        "shared",
        Conditions::steady(1_000_000, ONE_WAY),
        2_500_000,
        90,
    );
    shared.callers.push(Caller {
        starts: second(10),
        ..caller(2_500_000)
    });
    shared
}

/// A good link of 5 Mbit/s.
pub fn start() -> Scenario {
    scenario(
        "start",
        Conditions::steady(5_000_000, ONE_WAY),
        2_500_000,
        30,
    )
}

/// A good link with 20 ms of jitter that reorders 2 % of the packets.
pub fn jitter() -> Scenario {
    let mut conditions = Conditions::steady(5_000_000, ONE_WAY);
    conditions.jitter = Span::from_millis(20);
    conditions.reordering = 0.02;
    scenario("jitter", conditions, 2_500_000, 60)
}

/// A good link, and a meeting that wants little of it; after a minute, more.
pub fn modest() -> Scenario {
    let mut modest = scenario(
        "modest",
        Conditions::steady(5_000_000, ONE_WAY),
        500_000,
        70,
    );
    modest.callers[0].wanted.push((second(60), 2_500_000));
    modest
}

/// 3 Mbit/s, with nothing from 20 s to 21 s.
pub fn outage() -> Scenario {
    let mut conditions = Conditions::steady(3_000_000, ONE_WAY);
    conditions.rates.push((second(20), 0));
    conditions.rates.push((second(21), 3_000_000));
    scenario("outage", conditions, 2_500_000, 40)
}

/// 700 kbit/s, and a video that can have 150, 500 or 1,500 kbit/s.
pub fn layers() -> Scenario {
    let mut layers = scenario(
        "layers",
        Conditions::steady(700_000, ONE_WAY),
        1_532_000,
        90,
    );
    layers.callers[0].layers = vec![150_000, 500_000, 1_500_000];
    layers
}

/// 500 kbit/s behind a queue of two seconds.
pub fn bloated() -> Scenario {
    let mut conditions = Conditions::steady(500_000, ONE_WAY);
    conditions.queue = Queue::Wait(Span::from_secs(2));
    scenario("bloated", conditions, 2_500_000, 60)
}

/// A link by satellite: 1 Mbit/s, 600 ms there and back, 1 % lost.
pub fn far() -> Scenario {
    let mut conditions = Conditions::steady(1_000_000, Span::from_millis(300));
    conditions.loss = Loss::Random(0.01);
    scenario("far", conditions, 2_500_000, 90)
}

/// The worst that mobile links do at once: 300 kbit/s, jitter, reordering, duplicates, loss in bursts, lost feedback.
pub fn mobile() -> Scenario {
    let mut conditions = Conditions::steady(300_000, ONE_WAY);
    conditions.jitter = Span::from_millis(20);
    conditions.reordering = 0.02;
    conditions.duplication = 0.01;
    conditions.loss = Loss::Bursty {
        worsen: 0.007,
        recover: 0.33,
    };
    let mut mobile = scenario("mobile", conditions, 2_500_000, 90);
    mobile.callers[0].feedback_loss = 0.05;
    mobile
}

/// All of them.
pub fn all() -> Vec<Scenario> {
    vec![
        weak(),
        fall(),
        random_loss("loss10", 0.1),
        random_loss("loss30", 0.3),
        camera_through_loss(),
        bursty_loss(),
        shallow(),
        shared(),
        start(),
        jitter(),
        modest(),
        outage(),
        layers(),
        bloated(),
        far(),
        mobile(),
    ]
}
