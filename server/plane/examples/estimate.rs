//! Plays a scenario of the bandwidth tests and writes what the estimator made of it, as CSV:
//! `cargo run --example estimate -- SCENARIO [SEED] > estimate.csv`. Without arguments it lists the scenarios.

#[path = "../tests/calls/mod.rs"]
mod calls;
#[path = "../tests/network/mod.rs"]
mod network;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let seed = arguments.next().and_then(|seed| seed.parse().ok());
    let scenarios = calls::scenarios::all();
    let Some(scenario) = scenarios.iter().find(|scenario| scenario.name == name) else {
        let names: Vec<_> = scenarios.iter().map(|scenario| scenario.name).collect();
        eprintln!("Scenarios: {}.", names.join(", "));
        return ExitCode::from(2);
    };
    println!(
        "seconds,flow,link_bps,wanted_bps,estimate_bps,sent_bps,received_bps,queue_ms,loss,round_trip_ms"
    );
    for sample in calls::play(scenario, seed.unwrap_or(1)) {
        println!(
            "{:.1},{},{},{},{},{},{},{:.1},{:.4},{:.1}",
            sample.at,
            sample.flow,
            sample.link,
            sample.wanted,
            sample.estimate,
            sample.sent,
            sample.received,
            sample.queue,
            sample.loss,
            sample.round_trip,
        );
    }
    ExitCode::SUCCESS
}
