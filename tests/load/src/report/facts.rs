//! The report's tables about the test as a whole.

use maud::{Markup, html};

use super::numbers::{grouped, maybe, short};
use super::people;
use super::verdict::Summary;
use crate::figures::{OVERLOAD, Person, Recorder, ServerUse};
use crate::options::Options;

/// Names and values.
fn facts(rows: &[(&str, String)]) -> Markup {
    html! {
        table.facts {
            tbody {
                @for (name, value) in rows {
                    tr { th scope="row" { (name) } td { (value) } }
                }
            }
        }
    }
}

/// The main figures.
pub fn figures(recorder: &Recorder, summary: &Summary, options: &Options) -> Markup {
    let received: u64 = recorder.people.iter().map(Person::received).sum();
    let both = |[median, high]: [Option<f64>; 2], share| {
        format!(
            "median {} ms, {share} within {} ms",
            maybe(median),
            maybe(high)
        )
    };
    let latency = [50.0, 99.0].map(|percent| summary.latency.percentile_ms(percent));
    let mut rows = vec![
        (
            "Joined",
            format!("{} of {}", summary.joined, summary.participants),
        ),
        ("Measured", format!("{} s", short(recorder.length()))),
        ("Packets received", grouped(received)),
        ("Packets lost", grouped(summary.packets_lost)),
    ];
    if options.weak() > 0 {
        rows.push(("Lost on weak links", grouped(summary.packets_lost_weak)));
    }
    rows.extend([
        ("Freezes", grouped(summary.freezes)),
        ("Latency", both(latency, "99 of 100")),
        ("First audio", both(summary.first_audio_ms, "95 of 100")),
        ("First picture", both(summary.first_video_ms, "95 of 100")),
    ]);
    match &summary.server {
        Some(server) => rows.extend([
            (
                "Server’s processor",
                format!("{} cores", short(server.cores)),
            ),
            ("Server’s memory", format!("{} MB", short(server.memory_mb))),
            (
                "Server’s traffic",
                format!(
                    "{} packets/s out, {} in",
                    short(server.sent_per_s),
                    short(server.received_per_s)
                ),
            ),
        ]),
        None => rows.push(("Server", "did not tell its figures".to_owned())),
    }
    let tester = format!(
        "{} cores, longest turn {} ms, {} datagrams dropped",
        short(recorder.tester_cores),
        short(recorder.longest_turn_ms),
        grouped(summary.tester_drops)
    );
    rows.push(("Tester", tester));
    facts(&rows)
}

/// What was asked for; never the token.
pub fn test(options: &Options) -> Markup {
    let screen = match (options.screen_share, options.screen_for) {
        (false, _) => "none".to_owned(),
        (true, None) => format!("from {} s on", options.screen_at),
        (true, Some(length)) => format!("from {} s on, for {length} s", options.screen_at),
    };
    let mut rows = vec![
        ("Server", people::plain(&options.url)),
        ("Participants", options.participants.to_string()),
        ("With cameras", options.cameras().to_string()),
        ("Shared screen", screen),
        ("Length", format!("{} s", options.seconds)),
        ("Joining", format!("{} each second", options.join_rate)),
    ];
    if let Some(link) = options.link() {
        let rate = link.rate.map_or("no limit".to_owned(), |rate| {
            format!("{} kbit/s", rate / 1_000)
        });
        rows.extend([
            ("Weak links", options.weak().to_string()),
            (
                "Each way on them",
                format!(
                    "{} % lost, {} ms, {rate}",
                    options.loss.unwrap_or(0.0),
                    link.delay.as_millis()
                ),
            ),
        ]);
    } else if options.mix {
        rows.push(("Weak links", format!("{}, a mix", options.weak())));
    } else {
        rows.push(("Weak links", "none".to_owned()));
    }
    if let Some(meeting) = &options.meeting {
        rows.push(("Meeting", people::plain(meeting)));
    }
    rows.push(("Seed", options.seed.to_string()));
    facts(&rows)
}

/// What the server did in its threads, and what it dropped.
pub fn server(server: Option<&ServerUse>) -> Markup {
    let Some(server) = server else {
        return html! { p { "The server did not tell its figures." } };
    };
    let why = |name: &str| {
        if OVERLOAD.contains(&name) {
            "too slow: lost"
        } else {
            "on purpose or refused"
        }
    };
    html! {
        div.side-by-side {
            div {
                h3 { "Processor by thread" }
                @if server.cores_by_thread.is_empty() { p { "Not told." } } @else {
                    table.list {
                        thead { tr { th scope="col" { "thread" } th scope="col" { "cores" } } }
                        tbody {
                            @for (name, cores) in &server.cores_by_thread {
                                tr { th scope="row" { bdi { (people::plain(name)) } } td { (format!("{cores:.3}")) } }
                            }
                        }
                    }
                }
            }
            div {
                h3 { "Datagrams dropped, by reason" }
                @if server.dropped.is_empty() { p { "None." } } @else {
                    table.list {
                        thead {
                            tr { th scope="col" { "reason" } th scope="col" { "why" } th scope="col" { "datagrams" } }
                        }
                        tbody {
                            @for (name, count) in &server.dropped {
                                tr class=[OVERLOAD.contains(&name.as_str()).then_some("overload")] {
                                    th scope="row" { bdi { (people::plain(&name.trim_start_matches("drop_").replace('_', " "))) } }
                                    td { (why(name)) }
                                    td { (grouped(*count)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
