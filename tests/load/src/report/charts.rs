//! Which plots a report has.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::axis::Axis;
use super::numbers::{grouped, short};
use super::plot::{Level, Marks, Plot, Series};
use super::verdict::{BUSY, Summary};
use crate::figures::{Person, Recorder, Second, percentile};
use crate::receive::histogram::Histogram;
use crate::server::Figures;

/// Bars of the latency's distribution for each factor of ten.
const BARS: f64 = 20.0;
/// Shorter than this, in milliseconds, is drawn as this: a logarithmic axis has no zero.
const SHORTEST: f64 = 0.01;
/// The server's processor time is told in hundredths of a second: over shorter times it says nothing.
const APART: f64 = 0.5;
const TIME: &str = "seconds since everybody had joined";

type Points = Vec<(f64, Option<f64>)>;

/// All of them.
pub fn all(recorder: &Recorder, summary: &Summary) -> Markup {
    let over = |of: fn(&Second) -> Option<f64>| -> Points {
        recorder
            .seconds
            .iter()
            .map(|second| (second.at, of(second)))
            .collect()
    };
    let samples = recorder.server_samples();
    let cores = rates(&samples, |figures| figures.cpu_s);
    let counted = |name: &str| {
        rates(&samples, |figures| {
            figures.counters.get(name).copied().unwrap_or(0) as f64
        })
    };
    let memory: Points = samples
        .iter()
        .map(|(at, figures)| (*at, Some(figures.memory_bytes as f64 / 1e6)))
        .collect();
    let time = |title, unit, points| over_time(recorder, title, unit, vec![("", points)]);
    let mut tester = time(
        "Tester’s processor",
        "cores",
        over(|s| Some(s.tester_cores)),
    );
    tester
        .levels
        .push(Level::Horizontal(BUSY, "its limit".to_owned()));
    let traffic = vec![("sent", counted("sent")), ("received", counted("received"))];
    let plots = [
        time(
            "Latency: 99 of 100 packets came within",
            "ms",
            over(|s| s.latency_p99_ms),
        ),
        distribution(&summary.latency),
        first(&recorder.people),
        time(
            "Packets received by all",
            "packets/s",
            over(|s| Some(s.packets_per_s)),
        ),
        losses(recorder),
        over_time(recorder, "Server’s traffic", "packets/s", traffic),
        time("Server’s processor", "cores", cores),
        time("Server’s memory", "MB", memory),
        tester,
    ];
    html! {
        div.plots { @for plot in &plots { (plot.draw()) } }
    }
}

fn over_time(
    recorder: &Recorder,
    title: &'static str,
    unit: &'static str,
    series: Vec<(&'static str, Points)>,
) -> Plot {
    let points = || series.iter().flat_map(|(_, points)| points);
    let latest = points()
        .map(|(at, _)| *at)
        .fold(recorder.length(), f64::max);
    let highest = points().filter_map(|(_, value)| *value).fold(0.0, f64::max);
    let words: Vec<String> = series
        .iter()
        .filter_map(|(name, points)| in_words(name, points))
        .collect();
    // The tester's one thread cannot use more than a core: that is what its use is to be compared with.
    let highest = if unit == "cores" {
        highest.max(1.0)
    } else {
        highest
    };
    Plot {
        title,
        unit,
        across: TIME,
        x: Axis::linear(0.0, latest, 6),
        y: Axis::from_zero(highest, 4),
        note: words.join("; "),
        series: series
            .into_iter()
            .map(|(name, points)| Series {
                name,
                marks: Marks::Line(points),
            })
            .collect(),
        levels: Vec::new(),
    }
}

fn in_words(name: &str, points: &Points) -> Option<String> {
    let known = || {
        points
            .iter()
            .filter_map(|(at, value)| Some((*at, (*value)?)))
    };
    let (at, highest) = known().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let lowest = known().map(|(_, value)| value).min_by(f64::total_cmp)?;
    let median = percentile(known().map(|(_, value)| value), 50.0)?;
    let name = if name.is_empty() {
        String::new()
    } else {
        format!("{name}: ")
    };
    Some(format!(
        "{name}lowest {}, median {}, highest {} (at {at:.0}\u{a0}s)",
        short(lowest),
        short(median),
        short(highest)
    ))
}

/// By the second, between answers of the server that are far enough apart.
fn rates(samples: &[(f64, &Figures)], of: impl Fn(&Figures) -> f64) -> Points {
    let mut points = Points::new();
    let Some((&(_, mut last), rest)) = samples.split_first() else {
        return points;
    };
    for (at, figures) in rest {
        let length = figures.uptime_s - last.uptime_s;
        if (0.0..APART).contains(&length) {
            continue;
        }
        let rate = (of(figures) - of(last)) / length;
        // A server that was started anew counts from 0 again.
        let sound = length > 0.0 && rate.is_finite() && rate >= 0.0;
        points.push((*at, sound.then_some(rate)));
        last = figures;
    }
    points
}

fn losses(recorder: &Recorder) -> Plot {
    let seconds = &recorder.seconds;
    let lost: u64 = seconds.iter().map(|second| second.lost).sum();
    let worst = seconds.iter().max_by_key(|second| second.lost);
    let mut from = 0.0;
    let bars = seconds.iter().map(|second| {
        let bar = (from, second.at, second.lost as f64);
        from = second.at;
        bar
    });
    let note = match worst {
        Some(worst) if lost > 0 => format!(
            "{} in all, most of them ({}) in the second that ended at {:.0} s; weak links included",
            grouped(lost),
            grouped(worst.lost),
            worst.at
        ),
        Some(_) => "none was lost".to_owned(),
        None => String::new(),
    };
    let highest = worst.map_or(0, |worst| worst.lost).max(4) as f64;
    Plot {
        title: "Packets lost by all",
        unit: "packets in each second",
        across: TIME,
        x: Axis::linear(0.0, recorder.length(), 6),
        y: Axis::from_zero(highest, 4),
        series: vec![Series {
            name: "",
            marks: Marks::Bars(bars.collect()),
        }],
        levels: Vec::new(),
        note,
    }
}

fn distribution(latency: &Histogram) -> Plot {
    let bars = shares(latency);
    let ends = bars.first().zip(bars.last());
    let (low, high) = ends.map_or((0.1, 10.0), |(first, last)| (first.0, last.1));
    let highest = bars.iter().map(|(_, _, share)| *share).fold(0.0, f64::max);
    let at = [50.0, 99.0].map(|percent| latency.percentile_ms(percent));
    let names = ["half within", "99 of 100 within"];
    let levels = at.iter().zip(names).filter_map(|(value, name)| {
        let value = (*value)?;
        Some(Level::Vertical(
            value.max(SHORTEST),
            format!("{name} {}", short(value)),
        ))
    });
    let note = latency.percentile_ms(100.0).map_or(String::new(), |longest| {
        format!(
            "{} packets; the slowest took {} ms; from bar to bar a latency is 1.12 times as long",
            grouped(latency.count()),
            short(longest)
        )
    });
    Plot {
        title: "Latency: its distribution",
        unit: "% of packets",
        across: "milliseconds from sending to arrival",
        x: Axis::logarithmic(low, high),
        // Room for the names of the levels.
        y: Axis::from_zero(highest * 1.25, 4),
        series: vec![Series {
            name: "",
            marks: Marks::Bars(bars),
        }],
        levels: levels.collect(),
        note,
    }
}

/// Percents of all, in bars that are equally long on a logarithmic axis. What a histogram's bucket holds is spread over
/// the bars that it touches.
fn shares(latency: &Histogram) -> Vec<(f64, f64, f64)> {
    let place = |ms: f64| ms.max(SHORTEST).log10() * BARS;
    let mut bars = BTreeMap::<i32, f64>::new();
    for (from, to, count) in latency.filled() {
        let (from, to) = (place(from), place(to));
        let percent = f64::from(count) * 100.0 / latency.count() as f64;
        let first = from.floor() as i32;
        let last = ((to.ceil() as i32) - 1).max(first);
        for bar in first..=last {
            let touched = to.min(f64::from(bar) + 1.0) - from.max(f64::from(bar));
            let part = if to > from {
                touched / (to - from)
            } else {
                1.0
            };
            *bars.entry(bar).or_default() += percent * part;
        }
    }
    let edge = |bar: i32| 10f64.powf(f64::from(bar) / BARS);
    bars.into_iter()
        .map(|(bar, share)| (edge(bar), edge(bar + 1), share))
        .collect()
}

fn first(people: &[Person]) -> Plot {
    let dots = |of: fn(&Person) -> Option<f64>| -> Vec<(f64, f64)> {
        people
            .iter()
            .filter_map(|p| Some((p.number as f64, of(p)?)))
            .collect()
    };
    let (audio, video) = (dots(|p| p.first_audio_ms), dots(|p| p.first_video_ms));
    let highest = audio
        .iter()
        .chain(&video)
        .map(|(_, ms)| *ms)
        .fold(0.0, f64::max);
    let never = |dots: &[(f64, f64)]| people.len() - dots.len();
    let note = match (never(&audio), never(&video)) {
        (0, 0) => "everybody heard and saw somebody".to_owned(),
        (deaf, blind) => format!("{deaf} never heard anybody, {blind} never saw anybody"),
    };
    Plot {
        title: "First sound and first picture",
        unit: "ms",
        across: "participants, as they joined",
        x: Axis::linear(0.0, people.len() as f64 + 1.0, 6),
        y: Axis::from_zero(highest, 4),
        series: vec![
            Series {
                name: "first audio",
                marks: Marks::Dots(audio),
            },
            Series {
                name: "first picture",
                marks: Marks::Dots(video),
            },
        ],
        levels: Vec::new(),
        note,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(uptime_s: f64, cpu_s: f64) -> Figures {
        Figures {
            uptime_s,
            cpu_s,
            ..Figures::default()
        }
    }

    #[test]
    fn rates_are_by_the_servers_own_clock_and_survive_its_restart() {
        let said = [
            figures(10.0, 5.0),
            figures(10.1, 5.1),
            figures(12.0, 6.0),
            figures(1.0, 0.5),
            figures(2.0, 0.75),
        ];
        let samples: Vec<_> = said
            .iter()
            .enumerate()
            .map(|(at, f)| (at as f64, f))
            .collect();
        let expected = [(2.0, Some(0.5)), (3.0, None), (4.0, Some(0.25))];
        assert_eq!(rates(&samples, |f| f.cpu_s), expected);
    }

    #[test]
    fn shares_are_all_of_the_packets_and_keep_their_place() {
        let mut latency = Histogram::default();
        for micros in [0, 7, 900, 1_000, 1_100, 1_500, 250_000] {
            latency.add(micros);
        }
        let bars = shares(&latency);
        let sum: f64 = bars.iter().map(|(_, _, share)| share).sum();
        assert!((sum - 100.0).abs() < 1e-6, "{sum}");
        let around_one = bars.iter().filter(|(from, to, _)| *from > 0.8 && *to < 1.3);
        let share: f64 = around_one.map(|(_, _, share)| share).sum();
        assert!((share - 300.0 / 7.0).abs() < 1e-6, "{share}");
    }
}
