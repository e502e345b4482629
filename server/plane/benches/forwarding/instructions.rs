//! Instructions per forwarded packet, counted by callgrind: the same at every run, however busy the machine is.

use std::process::Command;

use crate::case::{CASES, Case, SUBSCRIBERS, drain, loopback_socket};
use crate::subject::Driven;

/// The flag with which this program calls itself under callgrind.
pub const FLAG: &str = "--one-case-for-callgrind";
const ROUNDS: u64 = 3;

/// Runs one case, for callgrind to watch.
pub fn run_watched(name: &str) {
    let case = CASES.iter().find(|case| case.name == name);
    let case = case.expect("a case by its name");
    let receivers: Vec<_> = (0..SUBSCRIBERS).map(|_| loopback_socket()).collect();
    let mut driven = Driven::new(case, &receivers);
    for _ in 0..ROUNDS {
        driven.round();
        drain(&receivers);
    }
}

/// Instructions per forwarded packet in user space; `None` where valgrind is not installed.
pub fn per_packet(case: &Case) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*subject*Driven*turn*")
        .arg(program)
        .args([FLAG, case.name])
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = told
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1))?;
    let instructions: f64 = collected.trim().parse().ok()?;
    let packets = ROUNDS * case.packets() * SUBSCRIBERS as u64;
    Some(instructions / packets as f64)
}
