//! Meetings over bad links, in virtual time: for each person the best that theirs can carry.

mod meeting;
mod network;
mod support;

use meeting::scenarios::{Scenario, all, changing, lossy};
use meeting::{Meeting, Outcome};
use network::Conditions;
use plane::time::{Span, Time};

const HALF_TRIP: Span = Span::from_millis(50);
const SEEDS: std::ops::Range<u64> = 1..6;

fn named(name: &str) -> Scenario {
    let found = |scenario: &Scenario| scenario.name == name;
    all().into_iter().find(found).unwrap()
}

/// What one viewer has of a link, played with several seeds.
fn outcomes(name: &str) -> impl Iterator<Item = Outcome> {
    let scenario = named(name);
    SEEDS.map(move |seed| {
        let outcome = scenario.play(seed).remove(0);
        println!("{} {seed}: {}", scenario.name, outcome.summary());
        outcome
    })
}

fn mean(values: &[u64]) -> u64 {
    values.iter().sum::<u64>() / values.len() as u64
}

#[test]
fn a_thin_and_lossy_link_is_used_and_never_filled_and_voices_pass() {
    for outcome in outcomes("thin") {
        let estimate = mean(&outcome.estimates(15, 60));
        assert!((210_000..=300_000).contains(&estimate), "{estimate} bit/s");
        let wait = outcome.wait_p95(15, 60);
        assert!(wait < Span::from_millis(150), "{wait:?}");
        let silence = outcome.longest_silence(5);
        assert!(silence < Span::from_millis(200), "{silence:?}");
        assert!(outcome.heard() >= 0.99, "{}", outcome.heard());
        assert!(outcome.frozen() < 0.05, "{}", outcome.frozen());
        let [q, ..] = outcome.layers(15, 60);
        assert!(q > 45 * 6, "{q} pictures of the speaker");
    }
}

#[test]
fn a_busy_machine_behind_a_thin_link_is_no_congestion() {
    for outcome in outcomes("busy") {
        let estimate = mean(&outcome.estimates(15, 60));
        assert!(estimate >= 210_000, "{estimate} bit/s");
        let wait = outcome.wait_p95(15, 60);
        assert!(wait < Span::from_millis(150), "{wait:?}");
        let paused = outcome.paused(5, 60);
        assert!(paused < 0.05, "paused {paused}");
        assert!(outcome.heard() >= 0.99, "{}", outcome.heard());
    }
}

/// Three megabits, three hundred kilobits from 20 to 50 s: before a queue of 300 ms that overflows, and a deep one.
#[test]
fn a_link_that_becomes_thin_and_good_again_never_silences_anybody() {
    let one_picture = outcomes("dip-of-one").map(|outcome| (outcome, 200));
    // Four pictures fill a queue of 300 ms before the first report can tell of the fall; it then drops nearly all that comes,
    // and voices with it.
    let overflowing = outcomes("dip").map(|outcome| (outcome, 250));
    let deep = outcomes("deep-dip").map(|outcome| (outcome, 200));
    for (outcome, longest) in one_picture.chain(overflowing).chain(deep) {
        let silence = outcome.longest_silence(3);
        assert!(silence < Span::from_millis(longest), "{silence:?}");
        assert!(outcome.heard() >= 0.99, "{}", outcome.heard());
        let highest = outcome.estimates(21, 50).into_iter().max().unwrap();
        assert!(highest < 330_000, "{highest} bit/s a second after the fall");
        let wait = outcome.wait_p95(23, 50);
        assert!(wait < Span::from_millis(150), "{wait:?}");
        let [q, ..] = outcome.layers(23, 28);
        assert!(q >= 5 * 5, "{q} pictures of the lowest layer");
        let [.., f] = outcome.layers(65, 70);
        assert!(f >= 5 * 23, "{f} pictures of the highest layer");
    }
}

#[test]
fn after_an_outage_there_are_voices_at_once_and_pictures_soon() {
    for outcome in outcomes("outage") {
        let silence = outcome.longest_silence(5);
        assert!(silence < Span::from_millis(1_100), "{silence:?}");
        let pictures = outcome.frames(21, 23);
        let speaker: u64 = outcome.layers(21, 23).iter().sum();
        assert!(speaker > 0, "{speaker} of the speaker, {pictures} in all");
        let [.., f] = outcome.layers(35, 40);
        assert!(f >= 5 * 23, "{f} pictures of the highest layer");
    }
}

#[test]
fn a_tenth_lost_is_hardly_noticed() {
    for outcome in outcomes("tenth") {
        assert!(outcome.heard() > 0.98, "{}", outcome.heard());
        assert!(outcome.frozen() < 0.05, "{}", outcome.frozen());
    }
}

#[test]
fn of_voices_nearly_all_come_through_where_a_third_of_the_packets_is_lost() {
    for outcome in outcomes("third") {
        assert!(outcome.heard() >= 0.95, "{}", outcome.heard());
    }
}

#[test]
fn two_who_share_a_link_share_it_fairly() {
    let scenario = named("shared");
    for seed in SEEDS {
        let outcomes = scenario.play(seed);
        let [one, other] = [0, 1].map(|n: usize| outcomes[n].received(15, 60));
        println!("shared {seed}: {one} and {other} bit/s");
        assert!(one < 2 * other && other < 2 * one, "{one} and {other}");
        assert!(one + other > 600_000, "{one} and {other}");
    }
}

fn meeting(viewers: Vec<Conditions>, seconds: u64) -> Vec<Outcome> {
    let meeting = Meeting {
        cameras: 4,
        seconds,
        uplink: None,
        viewers,
        share: false,
    };
    meeting.hold(1).0
}

#[test]
fn of_122_a_third_on_bad_links_takes_nothing_from_the_others() {
    const EVERYBODY: usize = 122;
    const BAD: usize = EVERYBODY / 3;
    let good = Conditions::steady(10_000_000, HALF_TRIP);
    let dips = changing(&[(0, 3_000_000), (15, 300_000), (30, 3_000_000)]);
    let bad = [lossy(300_000, 0.02), lossy(1_000_000, 0.1), dips];
    let mut viewers: Vec<_> = bad.into_iter().cycle().take(BAD).collect();
    viewers.resize(EVERYBODY, good.clone());
    let alone = meeting(vec![good], 60).remove(0);
    let mixed = meeting(viewers, 60);
    assert!(alone.frozen() < 0.01, "{}", alone.frozen());
    for outcome in &mixed[BAD..] {
        let (before, now) = (alone.record.frames as f64, outcome.record.frames as f64);
        assert!(
            (now / before - 1.0).abs() < 0.01,
            "{now} of {before} pictures"
        );
        assert!((outcome.heard() - alone.heard()).abs() < 0.01);
        assert!((outcome.frozen() - alone.frozen()).abs() < 0.01);
    }
    for outcome in &mixed[..BAD] {
        assert!(outcome.heard() > 0.97, "{}", outcome.heard());
    }
}

#[test]
fn what_a_speaker_loses_on_the_way_up_is_repaired_for_all() {
    let meeting = Meeting {
        cameras: 4,
        seconds: 30,
        uplink: Some(lossy(5_000_000, 0.1)),
        viewers: vec![Conditions::steady(10_000_000, HALF_TRIP); 2],
        share: false,
    };
    let (outcomes, _) = meeting.hold(1);
    for outcome in outcomes {
        assert!(outcome.frozen() < 0.05, "{}", outcome.frozen());
    }
}

#[test]
fn all_frames_come_once_the_estimate_has_risen() {
    let meeting = Meeting {
        cameras: 1,
        seconds: 20,
        uplink: None,
        viewers: vec![Conditions::steady(10_000_000, HALF_TRIP)],
        share: false,
    };
    let frames = meeting.hold(1).0[0].record.frames;
    assert!(frames > 20 * 25 * 9 / 10, "{frames} of 500 frames");
}

#[test]
fn a_speaker_is_asked_for_no_layer_that_reaches_nobody_and_soon_again_once_it_can() {
    for seed in 1..4 {
        let meeting = Meeting {
            cameras: 4,
            seconds: 60,
            uplink: None,
            viewers: vec![changing(&[(0, 300_000), (30, 3_000_000)])],
            share: false,
        };
        let outcome = meeting.hold(seed).0.remove(0);
        let limit_at = |at: u64| {
            let at = Time::from_micros(at * 1_000_000);
            let told = outcome.limits.iter().rfind(|(t, _)| *t <= at);
            told.map_or(u8::MAX, |(_, layers)| *layers)
        };
        assert_eq!(limit_at(5), u8::MAX, "as wished at first");
        assert_eq!(limit_at(29), 1, "{:?}", outcome.limits);
        assert!(limit_at(40) >= 3, "{:?}", outcome.limits);
        assert!(limit_at(59) >= 3, "{:?}", outcome.limits);
        assert!(outcome.limits.len() <= 8, "{:?}", outcome.limits);
    }
}

#[test]
fn one_viewer_on_a_good_link_is_enough_for_all_layers() {
    let meeting = Meeting {
        cameras: 4,
        seconds: 20,
        uplink: None,
        viewers: vec![
            Conditions::steady(10_000_000, HALF_TRIP),
            Conditions::steady(300_000, HALF_TRIP),
        ],
        share: false,
    };
    let (outcomes, _) = meeting.hold(1);
    assert!(
        outcomes[0].limits.iter().all(|(_, layers)| *layers >= 3),
        "{:?}",
        outcomes[0].limits
    );
}
