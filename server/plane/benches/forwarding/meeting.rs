//! The same fan-out at the pace of a meeting, with everybody answering: what estimates, recovery and timers cost.
//!
//! The plane and the floor take turns frame by frame, each with the caches as cold as sleeping in between leaves them.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use plane::counters::Counter;
use plane::time::Time;
use plane::track::MediaKind;

use crate::allocations;
use crate::answering::Listener;
use crate::case::{Case, SUBSCRIBERS, drain, loopback_socket, thread_time};
use crate::floor::Floor;
use crate::subject::Driven;

/// So long estimates rise, and what is kept for those who miss packets grows to its size.
const WARM_UP: Duration = Duration::from_secs(8);

/// In it, one of so many frames is a keyframe.
const KEYFRAMES: u64 = 15;

/// What was measured of one stream.
pub struct Paced {
    pub case: Case,
    /// Whether everybody answered.
    pub answered: bool,
    /// Forwarded packets a second of processor time, all that comes with them included.
    pub plane: f64,
    pub floor: f64,
    /// Of that processor time, the share that answers took, and what they caused; and what time alone caused.
    pub answers: f64,
    pub timers: f64,
    /// Packets forwarded, and sent again.
    pub forwarded: u64,
    pub recovered: u64,
    /// Answers that arrived.
    pub received: u64,
    pub allocations: u64,
}

#[derive(Default)]
struct Spent {
    media: Duration,
    answers: Duration,
    timers: Duration,
    allocations: u64,
}

/// Runs for `time`, after a warm-up.
pub fn measure(case: &Case, time: Duration, answered: bool) -> Paced {
    let receivers: Vec<_> = (0..SUBSCRIBERS).map(|_| loopback_socket()).collect();
    let others: Vec<_> = (0..SUBSCRIBERS).map(|_| loopback_socket()).collect();
    let (mut driven, peers) = Driven::in_meeting(case, &receivers, answered);
    let asks = case.kind == MediaKind::Video;
    let port = driven.port();
    let listeners = peers.into_iter().zip(&receivers).enumerate();
    let listeners = listeners.map(|(index, (peer, socket))| {
        let phase = index as f64 / SUBSCRIBERS as f64;
        Listener::new(peer, socket, port, asks, phase)
    });
    let mut listeners: Vec<Listener> = listeners.collect();
    let mut floor = Floor::new(case, &others);
    run(
        &mut driven,
        &mut floor,
        &mut listeners,
        &others,
        WARM_UP,
        answered,
    );
    let counted = |driven: &Driven, counter| driven.counters().get(counter);
    let counters = [Counter::Forwarded, Counter::Received];
    let before = counters.map(|counter| counted(&driven, counter));
    let recovered_before: u64 = listeners.iter().map(|listener| listener.recovered).sum();
    let (spent, floors, frames) = run(
        &mut driven,
        &mut floor,
        &mut listeners,
        &others,
        time,
        answered,
    );
    let [forwarded, received] =
        [0, 1].map(|index| counted(&driven, counters[index]) - before[index]);
    let expected = frames * case.burst * SUBSCRIBERS as u64;
    assert!(
        forwarded.abs_diff(expected) <= expected / 100,
        "{forwarded} of {expected} packets were forwarded: a slot was paused, or the machine was too busy"
    );
    let recovered: u64 = listeners.iter().map(|listener| listener.recovered).sum();
    let all = spent.media + spent.answers + spent.timers;
    Paced {
        case: *case,
        answered,
        plane: forwarded as f64 / all.as_secs_f64(),
        floor: forwarded as f64 / floors.as_secs_f64(),
        answers: spent.answers.as_secs_f64() / all.as_secs_f64(),
        timers: spent.timers.as_secs_f64() / all.as_secs_f64(),
        forwarded,
        recovered: recovered - recovered_before,
        received: received - frames * case.burst,
        allocations: spent.allocations,
    }
}

fn run(
    driven: &mut Driven,
    floor: &mut Floor,
    listeners: &mut [Listener],
    others: &[UdpSocket],
    time: Duration,
    answered: bool,
) -> (Spent, Duration, u64) {
    let began = Instant::now();
    let (mut spent, mut floors, mut frames) = (Spent::default(), Duration::ZERO, 0);
    let mut next_frame = began;
    // A slot that was paused for want of an estimate comes back with one.
    let is_warm_up = time == WARM_UP;
    while began.elapsed() < time {
        if Instant::now() >= next_frame {
            next_frame += driven.case().interval();
            frames += 1;
            if is_warm_up && frames % KEYFRAMES == 0 {
                driven.want_keyframe();
            }
            driven.send();
            let now = driven.now();
            spent.media += timed(driven, &mut spent.allocations);
            read(now, listeners);
            floors += floor.frame();
            drain(others);
        }
        if answered {
            for listener in listeners.iter_mut() {
                let now = driven.now();
                if listener.answer(now) {
                    spent.answers += timed(driven, &mut spent.allocations);
                    listener.read(now);
                }
            }
        }
        if driven.is_due() {
            let now = driven.now();
            spent.timers += timed(driven, &mut spent.allocations);
            read(now, listeners);
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    (spent, floors, frames)
}

/// Everybody reads what a turn sent that began at `now`: that is when it arrived, however late this process comes to it.
fn read(now: Time, listeners: &mut [Listener]) {
    listeners.iter_mut().for_each(|listener| listener.read(now));
}

fn timed(driven: &mut Driven, allocated: &mut u64) -> Duration {
    let (began, had) = (thread_time(), allocations::so_far());
    driven.turn();
    *allocated += allocations::so_far() - had;
    // Two looks at the clock are a good part of a turn that takes one datagram.
    let ended = thread_time();
    (ended - began).saturating_sub(thread_time() - ended)
}
