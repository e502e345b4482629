//! A test that never ran, for the tests of what is told of one.

use std::time::{Duration, Instant};

use crate::figures::{Baseline, Person, Recorder, Second, Snapshot};
use crate::receive::histogram::Histogram;
use crate::server::Figures;

/// Somebody who had no trouble.
pub fn person(number: usize) -> Person {
    let mut random = fastrand::Rng::with_seed(number as u64);
    let mut latency = Histogram::default();
    for _ in 0..2_000 {
        // Most take a little over 1 ms, and a few take long.
        let slow = 1.0 / (1.0 - random.f64()).max(1e-4).powf(0.35);
        latency.add((400.0 + 700.0 * random.f64() * slow + 200.0 * slow) as u64);
    }
    let mut after = Snapshot::default();
    after.totals.received = 40_000 + random.u64(0..2_000);
    after.totals.frames = 8_100 + random.u64(0..90);
    after.totals.late = random.u64(0..3);
    let first = 180.0 + 60.0 * random.f64() + number as f64 * 0.9;
    Person {
        number,
        joined: true,
        error: None,
        weak: false,
        first_audio_ms: Some(first),
        first_video_ms: Some(first + 60.0 + 120.0 * random.f64()),
        before: Snapshot::default(),
        after,
        latency,
        latency_of_weak: Histogram::default(),
    }
}

/// A minute in which so many people met, without trouble.
pub fn recorder(people: usize) -> Recorder {
    meeting(people, 0)
}

/// The server drops so many datagrams each second because it is too slow.
fn meeting(people: usize, overload: u64) -> Recorder {
    const SECONDS: u32 = 60;
    let mut random = fastrand::Rng::with_seed(7);
    let mut recorder = Recorder::default();
    let began = Instant::now();
    recorder.begin(began, Baseline::default());
    for second in 0..=SECONDS {
        let at = f64::from(second);
        let cpu_s = 30.0 + at * 0.81 + 0.03 * random.f64();
        let count = |rate: f64| (at * rate + 900.0 * random.clone().f64()) as u64;
        let counters = [
            ("sent", count(81_000.0)),
            ("received", count(9_300.0)),
            ("drop_paused", 412),
            ("drop_temporal_layer", u64::from(second) * 1_900),
            ("drop_send_buffer_full", overload * u64::from(second)),
        ];
        let figures = Figures {
            uptime_s: 100.0 + at,
            cpu_s,
            memory_bytes: 148_000_000 + u64::from(second) * 20_000,
            cpu_by_thread: [("plane", cpu_s * 0.8), ("python", cpu_s * 0.2)]
                .map(|(n, s)| (n.to_owned(), s))
                .into(),
            counters: counters
                .map(|(name, count)| (name.to_owned(), count))
                .into(),
        };
        recorder.server((began + Duration::from_secs(u64::from(second)), figures));
    }
    recorder.end(
        began + Duration::from_secs(u64::from(SECONDS)),
        &[],
        Duration::from_millis(7),
    );
    recorder.tester_cores = 0.62;
    recorder.people = (1..=people).map(person).collect();
    recorder.seconds = (1..=SECONDS)
        .map(|second| Second {
            at: f64::from(second),
            packets_per_s: 80_000.0 + 2_000.0 * random.f64(),
            lost: 0,
            latency_p99_ms: Some(3.0 + 1.5 * random.f64()),
            tester_cores: 0.58 + 0.08 * random.f64(),
        })
        .collect();
    recorder
}

/// The same, when things went wrong; texts of the server are hostile.
pub fn trouble(people: usize) -> Recorder {
    let mut recorder = meeting(people, 3);
    for person in recorder.people.iter_mut().step_by(7) {
        person.after.totals.lost = 31 * person.number as u64;
        person.after.totals.freezes = person.number as u64 % 3;
        person.after.totals.frozen = person.after.totals.freezes * 740_000;
    }
    for second in &mut recorder.seconds[30..36] {
        second.lost = (37.0 * second.at) as u64;
        second.latency_p99_ms = (second.at < 34.0).then_some(second.at * 3.1);
    }
    for person in recorder.people.iter_mut().rev().take(5) {
        person.weak = true;
    }
    if let Some(person) = recorder.people.get_mut(1) {
        person.joined = false;
        person.error = Some(HOSTILE.to_owned());
        (person.first_audio_ms, person.first_video_ms) = (None, None);
        person.latency = Histogram::default();
        person.after = Snapshot::default();
    }
    recorder.tester_cores = 0.97;
    recorder
}

/// What a server might say to whoever reads the report.
pub const HOSTILE: &str =
    "</td><script>alert(\"1\")</script><img src=x onerror='alert(2)'> &lt; ]]> \0\u{202e}";
