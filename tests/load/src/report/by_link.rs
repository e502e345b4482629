//! What people on good and on weak links get, of people on good and on weak links.

use serde::Serialize;

use super::json::{First, Latency};
use crate::figures::{Person, percentile};
use crate::receive::histogram::Histogram;
use crate::subscriber::Totals;

/// What one group of people got of another one.
#[derive(Debug, Serialize)]
pub struct Group {
    /// The link of those who look and listen: `good` or `weak`.
    to: &'static str,
    /// The link of those whom they see and hear.
    of: &'static str,
    /// How many look and listen.
    people: usize,
    /// Pictures that each of them sees at a time, on average; paused ones are not seen.
    pictures: f64,
    frames_per_s_per_picture: f64,
    freezes: u64,
    /// Of the time in which pictures were seen, in percent.
    frozen_percent: f64,
    packets_received: u64,
    /// Asked for again, and got.
    packets_recovered: u64,
    /// Never came.
    packets_lost: u64,
    /// Of the packets of voices, those that never came.
    audio_missing_percent: f64,
    latency_ms: Latency,
    /// Of whomever they heard first.
    first_audio_ms: First,
    first_video_ms: First,
}

/// All four groups; none where nobody's link is weak, since then all figures are of good links.
pub fn groups(people: &[Person], length: f64) -> Vec<Group> {
    if people.iter().all(|person| !person.weak) {
        return Vec::new();
    }
    let each = [(false, false), (false, true), (true, false), (true, true)];
    each.map(|(to, of)| group(people, length, to, of)).into()
}

fn group(people: &[Person], length: f64, to: bool, of: bool) -> Group {
    let them = || {
        people
            .iter()
            .filter(|person| person.joined && person.weak == to)
    };
    let count = them().count();
    let (mut totals, mut latency) = (Totals::default(), Histogram::default());
    for person in them() {
        let all = person.after.totals.since(&person.before.totals);
        let weak = person
            .after
            .totals_of_weak
            .since(&person.before.totals_of_weak);
        totals = totals.plus(&if of { weak } else { all.since(&weak) });
        latency.merge(&if of {
            person.latency_of_weak.clone()
        } else {
            person.latency.since(&person.latency_of_weak)
        });
    }
    let first = |of: fn(&Person) -> Option<f64>| First {
        p50: percentile(them().filter_map(of), 50.0),
        p95: percentile(them().filter_map(of), 95.0),
    };
    let watched = totals.watched as f64 / 1e6;
    let audio = totals.audio_received + totals.audio_lost;
    Group {
        to: name(to),
        of: name(of),
        people: count,
        pictures: round(watched / (count as f64 * length)),
        frames_per_s_per_picture: round(totals.frames as f64 / watched),
        freezes: totals.freezes,
        frozen_percent: round(100.0 * totals.frozen as f64 / 1e6 / watched),
        packets_received: totals.received,
        packets_recovered: totals.late,
        packets_lost: totals.lost,
        audio_missing_percent: round(100.0 * totals.audio_lost as f64 / audio as f64),
        latency_ms: Latency {
            p50: latency.percentile_ms(50.0),
            p99: latency.percentile_ms(99.0),
        },
        first_audio_ms: first(|person| person.first_audio_ms),
        first_video_ms: first(|person| person.first_video_ms),
    }
}

fn name(weak: bool) -> &'static str {
    if weak { "weak" } else { "good" }
}

/// To hundredths; 0 for what is of nothing.
fn round(value: f64) -> f64 {
    if value.is_finite() {
        (value * 100.0).round() / 100.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::invented::person;

    #[test]
    fn each_group_has_its_own_figures() {
        let mut people: Vec<Person> = (1..=3).map(person).collect();
        people[2].weak = true;
        for person in &mut people {
            let of_weak = Totals {
                frames: 100,
                watched: 10_000_000,
                frozen: 1_000_000,
                freezes: 1,
                audio_received: 90,
                audio_lost: 10,
                ..Totals::default()
            };
            let of_good = Totals {
                frames: 600,
                watched: 20_000_000,
                ..Totals::default()
            };
            person.after.totals_of_weak = of_weak;
            person.after.totals = of_weak.plus(&of_good);
        }
        let groups = groups(&people, 10.0);
        let [good, good_of_weak, _, weak] = &groups[..] else {
            panic!("four groups")
        };
        assert_eq!((good.people, good.freezes, good.pictures), (2, 0, 2.0));
        assert_eq!(good.frames_per_s_per_picture, 30.0);
        assert_eq!(
            (good_of_weak.freezes, good_of_weak.frozen_percent),
            (2, 10.0)
        );
        assert_eq!(
            (weak.people, weak.freezes, weak.audio_missing_percent),
            (1, 1, 10.0)
        );
        assert!(super::groups(&people[..2], 10.0).is_empty());
    }
}
