//! The simulated link does what its conditions say.

mod network;

use network::{Conditions, Link, Loss, Queue};
use plane::time::{Span, Time};

fn at(millis: u64) -> Time {
    Time::from_micros(millis * 1_000)
}

/// Sends `count` packets of 1,000 bytes, one every `apart` µs, and returns which arrived when (µs).
fn run(conditions: Conditions, count: u64, apart: u64) -> Vec<(u64, u64)> {
    let mut link = Link::new(conditions, 1);
    for i in 0..count {
        link.send(Time::from_micros(i * apart), 1_000, i);
    }
    let end = Time::from_micros(u64::MAX);
    std::iter::from_fn(|| link.poll(end))
        .map(|(at, i)| (i, at.micros()))
        .collect()
}

#[test]
fn packets_leave_at_the_rate_and_arrive_after_the_delay() {
    let conditions = Conditions::steady(1_000_000, Span::from_millis(50));
    assert_eq!(
        run(conditions, 3, 0),
        [(0, 58_000), (1, 66_000), (2, 74_000)]
    );
}

#[test]
fn nothing_arrives_before_its_time() {
    let mut link = Link::new(Conditions::steady(1_000_000, Span::from_millis(50)), 1);
    link.send(at(0), 1_000, ());
    assert_eq!(link.next(), Some(at(58)));
    assert_eq!(link.poll(at(57)), None);
    assert_eq!(link.poll(at(58)), Some((at(58), ())));
    assert_eq!(link.next(), None);
}

#[test]
fn a_full_queue_drops_what_comes_by_time_or_by_bytes() {
    let mut conditions = Conditions::steady(1_000_000, Span::default());
    conditions.queue = Queue::Wait(Span::from_millis(80));
    let arrived = run(conditions.clone(), 100, 0);
    assert_eq!(
        arrived.len(),
        11,
        "one on the link, and 80 ms of them waiting"
    );
    conditions.queue = Queue::Bytes(5_000);
    assert_eq!(run(conditions, 100, 0).len(), 5);
}

#[test]
fn the_rate_follows_its_schedule_in_the_middle_of_a_packet_and_through_an_outage() {
    let mut conditions = Conditions::steady(1_000_000, Span::default());
    conditions.rates = vec![
        (at(0), 1_000_000),
        (at(4), 0),
        (at(1_004), 500_000),
        (at(5_000), 1_000_000),
    ];
    assert_eq!(run(conditions, 1, 0), [(0, 1_012_000)]);
}

#[test]
fn a_link_that_carries_nothing_any_more_drops_everything() {
    let mut conditions = Conditions::steady(1_000_000, Span::default());
    conditions.rates.push((at(10), 0));
    assert_eq!(run(conditions, 5, 0).len(), 1);
}

#[test]
fn random_loss_is_as_frequent_as_it_says() {
    let mut conditions = Conditions::steady(100_000_000, Span::default());
    conditions.loss = Loss::Random(0.1);
    let arrived = run(conditions, 20_000, 1_000).len();
    assert!((17_800..18_200).contains(&arrived), "{arrived}");
}

#[test]
fn bursty_loss_comes_in_bursts() {
    let mut conditions = Conditions::steady(100_000_000, Span::default());
    conditions.loss = Loss::Bursty {
        worsen: 0.01,
        recover: 0.2,
    };
    let arrived = run(conditions, 50_000, 1_000);
    let share = 1.0 - arrived.len() as f64 / 50_000.0;
    let bursts = arrived.windows(2).filter(|two| two[1].0 > two[0].0 + 1);
    let length = share * 50_000.0 / bursts.count() as f64;
    assert!((0.04..0.055).contains(&share), "{share} lost");
    assert!((4.0..6.0).contains(&length), "{length} in a burst");
}

#[test]
fn jitter_delays_but_keeps_the_order_and_reordering_does_not() {
    let mut conditions = Conditions::steady(100_000_000, Span::from_millis(10));
    conditions.jitter = Span::from_millis(20);
    let arrived = run(conditions.clone(), 1_000, 5_000);
    assert!(arrived.is_sorted_by_key(|(i, _)| *i));
    let delays = arrived.iter().map(|(i, at)| at - i * 5_000);
    let (low, high) = (delays.clone().min().unwrap(), delays.max().unwrap());
    assert!(
        low < 12_000 && (28_000..31_000).contains(&high),
        "{low} {high}"
    );
    conditions.reordering = 0.05;
    let overtaken = run(conditions, 1_000, 5_000)
        .windows(2)
        .filter(|two| two[1].0 < two[0].0)
        .count();
    assert!((25..75).contains(&overtaken), "{overtaken}");
}

#[test]
fn duplicates_arrive_twice() {
    let mut conditions = Conditions::steady(100_000_000, Span::default());
    conditions.duplication = 0.1;
    let arrived = run(conditions, 10_000, 1_000).len();
    assert!((10_900..11_100).contains(&arrived), "{arrived}");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let mut conditions = Conditions::steady(1_000_000, Span::from_millis(20));
    conditions.loss = Loss::Random(0.2);
    conditions.jitter = Span::from_millis(30);
    assert_eq!(
        run(conditions.clone(), 500, 9_000),
        run(conditions, 500, 9_000)
    );
}
