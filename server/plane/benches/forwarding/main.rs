//! Packets a second of one core: the real driver fanning one stream out to 121 transports over loopback, beside a bare
//! loop in the same run that does only the same encryption and sendmmsg, one datagram a message (the floor), and their
//! ratio. Then what each stage costs, what is allocated, and how many instructions one packet takes.
//!
//! At last the same at the pace of a meeting, without and with everybody reporting and asking again: `meeting`.
//!
//! `cargo bench --bench forwarding -- [--json] [--seconds N] [--paced]`; `--paced`: that last part alone. The two take turns, round by round, so that a machine
//! that grows slower meanwhile does not favour either; each figure is the median of its rounds, on the thread's own
//! processor time. It ends with 1 when anything was allocated for a packet.
#![allow(unsafe_code)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod allocations;
mod answering;
mod case;
mod floor;
mod instructions;
mod meeting;
mod report;
mod subject;

use std::time::{Duration, Instant};

use case::{CASES, Case, SUBSCRIBERS, drain, loopback_socket};
use floor::Floor;
use report::{Measured, Stages};
use subject::{Alone, Driven};

#[global_allocator]
static ALLOCATOR: allocations::Counted = allocations::Counted;

/// So many rounds come first: caches and branch predictors warm up, and what is kept for those who miss packets grows to
/// its size, a second's worth.
const WARM_UP: usize = 25;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name, ..] = &arguments[..]
        && flag == instructions::FLAG
    {
        return instructions::run_watched(name);
    }
    let seconds = arguments
        .iter()
        .position(|argument| argument == "--seconds")
        .and_then(|at| arguments.get(at + 1)?.parse().ok())
        .unwrap_or(5);
    let only_paced = arguments.iter().any(|argument| argument == "--paced");
    let measured: Vec<_> = CASES
        .iter()
        .filter(|_| !only_paced)
        .map(|case| measure(case, Duration::from_secs(seconds)))
        .collect();
    let mut paced = Vec::new();
    for case in &CASES {
        for answered in [false, true] {
            paced.push(meeting::measure(
                case,
                Duration::from_secs(seconds),
                answered,
            ));
        }
    }
    if arguments.iter().any(|argument| argument == "--json") {
        report::print_json(&measured, &paced);
    } else {
        if !only_paced {
            report::print_tables(&measured);
        }
        report::print_paced(&paced);
    }
    // What answers allocate is shown, and not held against anybody yet. What is told to Python, once a second at most,
    // may take a block of its channel: that is none for a packet, of which each round has hundreds.
    if measured
        .iter()
        .any(|m| m.allocations > m.rounds as u64 / 50)
    {
        eprintln!("forwarding: packets were forwarded with allocations; there must be none");
        std::process::exit(1);
    }
}

fn measure(case: &Case, time: Duration) -> Measured {
    let receivers: Vec<_> = (0..SUBSCRIBERS).map(|_| loopback_socket()).collect();
    let mut driven = Driven::new(case, &receivers);
    let mut floor = Floor::new(case, &receivers);
    let (mut planes, mut floors) = (Vec::new(), Vec::new());
    let mut allocations = 0;
    let end = Instant::now() + time;
    let mut round = 0;
    while Instant::now() < end || planes.len() < 5 {
        // They take turns in going first.
        let early = (round % 2 == 1).then(|| timed_floor(&mut floor, &receivers));
        let (plane, allocated) = driven.round();
        drain(&receivers);
        let floor = early.unwrap_or_else(|| timed_floor(&mut floor, &receivers));
        if round >= WARM_UP {
            planes.push(plane);
            floors.push(floor);
            allocations += allocated;
        }
        round += 1;
    }
    let ratios = planes
        .iter()
        .zip(&floors)
        .map(|(plane, floor)| plane / floor);
    let ratio = median(ratios.collect());
    let rounds = planes.len();
    let plane = median(planes);
    Measured {
        case: *case,
        rounds,
        plane,
        floor: median(floors),
        ratio,
        allocations,
        datagrams_per_message: driven.datagrams_per_message(),
        stages: stages(case, plane, &mut floor),
        instructions: instructions::per_packet(case),
    }
}

fn timed_floor(floor: &mut Floor, receivers: &[std::net::UdpSocket]) -> f64 {
    let rate = floor.round();
    drain(receivers);
    rate
}

/// What one forwarded packet costs by stage, in seconds: each by taking it away.
fn stages(case: &Case, plane: f64, floor: &mut Floor) -> Stages {
    let (mut unwatched, mut alone) = (Alone::new(case, false), Alone::new(case, true));
    let repeat = |act: &mut dyn FnMut() -> f64| median((0..50).map(|_| act()).collect());
    let receive = repeat(&mut || unwatched.round());
    let in_all = repeat(&mut || alone.round()) / SUBSCRIBERS as f64;
    let protect = repeat(&mut || floor.protect_alone(case.frames));
    let shared = receive / SUBSCRIBERS as f64;
    Stages {
        receive,
        shared,
        protect,
        rewrite: in_all - shared - protect,
        send: 1.0 / plane - in_all,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
