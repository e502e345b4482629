//! Holds a meeting of the link tests and writes, each 100 ms, what a viewer's link was believed to carry and what came:
//! `cargo run --example meeting -- SCENARIO [SEED] > meeting.csv`; with `all` for a seed, one line for each of many seeds.
//! Without arguments it lists the scenarios.

#[path = "../tests/meeting/mod.rs"]
mod meeting;
#[path = "../tests/network/mod.rs"]
mod network;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

use meeting::scenarios;

/// How many seeds `all` plays.
const SEEDS: u64 = 30;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let seed = arguments.next().unwrap_or_else(|| "1".to_owned());
    let scenarios = scenarios::all();
    let Some(scenario) = scenarios.iter().find(|scenario| scenario.name == name) else {
        let names: Vec<_> = scenarios.iter().map(|scenario| scenario.name).collect();
        eprintln!("Scenarios: {}.", names.join(", "));
        return ExitCode::from(2);
    };
    if seed == "all" {
        for seed in 1..=SEEDS {
            for outcome in scenario.play(seed) {
                println!("{seed}: {}", outcome.summary());
            }
        }
        return ExitCode::SUCCESS;
    }
    let outcome = scenario.play(seed.parse().unwrap_or(1)).remove(0);
    println!("seconds,link_bps,estimate_bps,received_bps,queue_ms,frames,q,h,f");
    let mut before = None;
    for sample in &outcome.samples {
        let bytes = before.replace(sample.bytes).unwrap_or_default();
        let [q, h, f] = sample.layers;
        println!(
            "{:.1},{},{},{},{:.1},{},{q},{h},{f}",
            sample.at.micros() as f64 / 1e6,
            scenario.link.rate_at(sample.at),
            sample.estimate,
            (sample.bytes - bytes) * 80,
            sample.wait.micros() as f64 / 1e3,
            sample.frames,
        );
    }
    for (ssrc, from, to) in &outcome.record.freezes {
        eprintln!(
            "slot {ssrc} stood still {:.2} to {:.2} s",
            from.micros() as f64 / 1e6,
            to.micros() as f64 / 1e6
        );
    }
    for (gap, at) in outcome.silences(1).iter().rev().take(5) {
        eprintln!(
            "silence of {} ms at {:.2} s",
            gap.micros() / 1_000,
            at.micros() as f64 / 1e6
        );
    }
    for (at, slot, paused) in &outcome.pauses {
        eprintln!(
            "slot {slot} paused {paused} at {:.2} s",
            at.micros() as f64 / 1e6
        );
    }
    ExitCode::SUCCESS
}
