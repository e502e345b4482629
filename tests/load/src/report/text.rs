//! The result for people: a table, and one sentence.

use std::fmt::Write;

use super::verdict::Summary;
use crate::figures::{Person, Recorder};
use crate::options::Options;

const MOST_ERRORS: usize = 5;

/// The whole text, without the last line's end.
pub fn write(recorder: &Recorder, summary: &Summary, options: &Options) -> String {
    let ms = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1} ms"));
    let received: u64 = recorder.people.iter().map(Person::received).sum();
    let mut rows = vec![
        (
            "joined",
            format!("{} of {}", summary.joined, summary.participants),
        ),
        ("measured", format!("{:.0} s", recorder.length())),
        ("packets received", format!("{received}")),
        ("packets lost", format!("{}", summary.packets_lost)),
    ];
    if let Some(rejoined) = recorder.rejoined {
        let text = format!("{} of {} who lost the server", rejoined.back, rejoined.lost);
        rows.push(("came back", text));
    }
    if options.weak() > 0 {
        rows.push((
            "lost on weak links",
            format!("{}", summary.packets_lost_weak),
        ));
    }
    rows.push(("freezes", format!("{}", summary.freezes)));
    let both = |[first, second]: [Option<f64>; 2], name| {
        format!("median {}, {name} {}", ms(first), ms(second))
    };
    let latency = [50.0, 99.0].map(|percent| summary.latency.percentile_ms(percent));
    rows.push(("latency", both(latency, "p99")));
    rows.push(("first audio", both(summary.first_audio_ms, "p95")));
    rows.push(("first picture", both(summary.first_video_ms, "p95")));
    if let Some(server) = &summary.server {
        rows.push((
            "server",
            format!("{:.2} cores, {:.0} MB", server.cores, server.memory_mb),
        ));
        let traffic = format!(
            "{:.0} packets/s out, {:.0} packets/s in",
            server.sent_per_s, server.received_per_s
        );
        rows.push(("server's traffic", traffic));
    }
    let tester = format!(
        "{:.2} cores, longest turn {:.1} ms",
        recorder.tester_cores, recorder.longest_turn_ms
    );
    rows.push(("tester", tester));
    let mut text = String::new();
    for (name, value) in rows {
        _ = writeln!(text, "  {name:<20}{value}");
    }
    let errors: Vec<_> = recorder
        .people
        .iter()
        .filter_map(|p| Some((p.number, p.error.as_ref()?)))
        .collect();
    for (number, error) in errors.iter().take(MOST_ERRORS) {
        _ = writeln!(text, "  participant {number}: {error}");
    }
    if errors.len() > MOST_ERRORS {
        _ = writeln!(
            text,
            "  and {} more had trouble",
            errors.len() - MOST_ERRORS
        );
    }
    _ = write!(text, "\n{}", summary.sentence(options));
    text
}
