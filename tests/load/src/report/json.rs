//! The result as one JSON object, whose first keys always are the same, in the same order.

use std::collections::BTreeMap;

use serde::Serialize;

use super::by_link::{Group, groups};
use super::verdict::Summary;
use crate::figures::{Person, Recorder};
use crate::options::Options;
use crate::signaling::Traffic;

#[derive(Serialize)]
struct Report<'a> {
    participants: usize,
    joined: usize,
    packets_lost: u64,
    freezes: u64,
    latency_ms: Latency,
    first_audio_ms: First,
    first_video_ms: First,
    server: Server,
    holds: bool,
    answer: String,
    seconds: f64,
    cameras: u32,
    packets_received: u64,
    packets_lost_on_weak_links: u64,
    tester: Tester,
    server_details: Details<'a>,
    signaling_per_participant: Signaling,
    by_link: Vec<Group>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejoined: Option<Returned>,
    people: Vec<One<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Latency {
    pub(super) p50: Option<f64>,
    pub(super) p99: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(super) struct First {
    pub(super) p50: Option<f64>,
    pub(super) p95: Option<f64>,
}

#[derive(Serialize)]
struct Server {
    cpu_cores: Option<f64>,
    memory_mb: Option<f64>,
    packets_per_s: Option<f64>,
}

/// Who lost the server before the measured time, and came back.
#[derive(Serialize)]
struct Returned {
    lost: usize,
    back: usize,
    /// When the last of them heard and saw something again, in seconds since 1970.
    last_heard_at: Option<f64>,
    last_seen_at: Option<f64>,
}

#[derive(Serialize)]
struct Tester {
    cpu_cores: f64,
    longest_turn_ms: f64,
    cpu_us_per_packet: Option<f64>,
    datagrams_dropped: u64,
    overloaded: bool,
}

#[derive(Serialize)]
struct Details<'a> {
    received_packets_per_s: Option<f64>,
    cpu_cores_by_thread: Option<&'a BTreeMap<String, f64>>,
    drops: Option<&'a BTreeMap<String, u64>>,
}

#[derive(Serialize)]
struct Signaling {
    messages_received_per_minute: f64,
    messages_sent: f64,
    messages_received: f64,
    bytes_sent: f64,
    bytes_received: f64,
    sdp_bytes: f64,
}

#[derive(Serialize)]
struct One<'a> {
    number: usize,
    joined: bool,
    error: Option<&'a str>,
    weak_link: bool,
    first_audio_ms: Option<f64>,
    first_video_ms: Option<f64>,
    packets_received: u64,
    bytes_received: u64,
    packets_sent: u64,
    bytes_sent: u64,
    lost: u64,
    late: u64,
    recovered: u64,
    frames: u64,
    freezes: u64,
    frozen_ms: u64,
    watched_ms: u64,
    audio_received: u64,
    audio_lost: u64,
    keyframes_asked: u64,
    keyframes_asked_of_it: u64,
    latency_ms: Latency,
}

/// The text of the object.
pub fn write(recorder: &Recorder, summary: &Summary, options: &Options) -> String {
    let server = summary.server.as_ref();
    let people = &recorder.people;
    let received: u64 = people.iter().map(Person::received).sum();
    let cpu = recorder.tester_cores * recorder.length() * 1e6;
    let report = Report {
        participants: summary.participants,
        joined: summary.joined,
        packets_lost: summary.packets_lost,
        freezes: summary.freezes,
        latency_ms: Latency {
            p50: summary.latency.percentile_ms(50.0),
            p99: summary.latency.percentile_ms(99.0),
        },
        first_audio_ms: First {
            p50: summary.first_audio_ms[0],
            p95: summary.first_audio_ms[1],
        },
        first_video_ms: First {
            p50: summary.first_video_ms[0],
            p95: summary.first_video_ms[1],
        },
        server: Server {
            cpu_cores: server.map(|s| round(s.cores, 3)),
            memory_mb: server.map(|s| round(s.memory_mb, 1)),
            packets_per_s: server.map(|s| round(s.sent_per_s, 0)),
        },
        holds: summary.holds(),
        answer: summary.sentence(options),
        seconds: round(recorder.length(), 2),
        cameras: options.cameras(),
        packets_received: received,
        packets_lost_on_weak_links: summary.packets_lost_weak,
        tester: Tester {
            cpu_cores: round(recorder.tester_cores, 3),
            longest_turn_ms: round(recorder.longest_turn_ms, 1),
            cpu_us_per_packet: (received > 0).then(|| round(cpu / received as f64, 2)),
            datagrams_dropped: summary.tester_drops,
            overloaded: summary.tester_overloaded,
        },
        server_details: Details {
            received_packets_per_s: server.map(|s| round(s.received_per_s, 0)),
            cpu_cores_by_thread: server.map(|s| &s.cores_by_thread),
            drops: server.map(|s| &s.dropped),
        },
        signaling_per_participant: signaling(people, recorder.length()),
        by_link: groups(people, recorder.length()),
        rejoined: recorder.rejoined.map(|rejoined| Returned {
            lost: rejoined.lost,
            back: rejoined.back,
            last_heard_at: rejoined.last_heard_at.map(|at| round(at, 3)),
            last_seen_at: rejoined.last_seen_at.map(|at| round(at, 3)),
        }),
        people: people.iter().map(one).collect(),
    };
    serde_json::to_string_pretty(&report).expect("numbers and texts can be written as JSON")
}

/// What one participant's WebSocket carries: in a minute of the measured time, and since it joined.
fn signaling(people: &[Person], length: f64) -> Signaling {
    let count = people.iter().filter(|p| p.joined).count().max(1) as f64;
    let mean = |of: fn(&Traffic) -> u64| {
        round(
            people.iter().map(|p| of(&p.after.traffic)).sum::<u64>() as f64 / count,
            1,
        )
    };
    let within: u64 = people
        .iter()
        .map(|p| p.after.traffic.received - p.before.traffic.received)
        .sum();
    Signaling {
        messages_received_per_minute: round(within as f64 / count / length * 60.0, 1),
        messages_sent: mean(|t| t.sent),
        messages_received: mean(|t| t.received),
        bytes_sent: mean(|t| t.sent_bytes),
        bytes_received: mean(|t| t.received_bytes),
        sdp_bytes: mean(|t| t.sdp_bytes),
    }
}

fn one(person: &Person) -> One<'_> {
    let (before, after) = (&person.before, &person.after);
    let totals = after.totals.since(&before.totals);
    One {
        number: person.number,
        joined: person.joined,
        error: person.error.as_deref(),
        weak_link: person.weak,
        first_audio_ms: person.first_audio_ms,
        first_video_ms: person.first_video_ms,
        packets_received: person.received(),
        bytes_received: after.subscriber.received_bytes - before.subscriber.received_bytes,
        packets_sent: after.publisher.sent.saturating_sub(before.publisher.sent),
        bytes_sent: after
            .publisher
            .sent_bytes
            .saturating_sub(before.publisher.sent_bytes),
        lost: person.lost(),
        late: totals.late,
        // Nothing overtakes anything on the way from the server to here: what comes late was sent again.
        recovered: totals.late,
        frames: totals.frames,
        freezes: person.freezes(),
        frozen_ms: totals.frozen / 1_000,
        watched_ms: totals.watched / 1_000,
        audio_received: totals.audio_received,
        audio_lost: totals.audio_lost,
        keyframes_asked: after.asked - before.asked,
        keyframes_asked_of_it: after.was_asked.saturating_sub(before.was_asked),
        latency_ms: Latency {
            p50: person.latency.percentile_ms(50.0),
            p99: person.latency.percentile_ms(99.0),
        },
    }
}

fn round(value: f64, digits: i32) -> f64 {
    let unit = 10f64.powi(digits);
    (value * unit).round() / unit
}
