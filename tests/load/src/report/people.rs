//! The participants one by one, the worst first.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::numbers::{grouped, maybe};
use crate::figures::Person;

/// More than these are folded away.
const SHORT: usize = 20;
const LONGEST_ERROR: usize = 300;

const HEADS: [(&str, &str); 14] = [
    ("No.", "in the order of joining"),
    ("joined", "both transports connected"),
    ("link", "weak: emulated loss, delay or rate"),
    ("first audio, ms", "from opening the connection"),
    ("first picture, ms", "from opening the connection"),
    ("received", "packets"),
    ("lost", "packets that never came"),
    ("late", "packets that came after a later one"),
    ("frames", "pictures shown"),
    ("freezes", "pictures that stood still"),
    ("frozen, ms", "in all"),
    ("latency, median, ms", "half of the packets came within"),
    ("latency, 99 %, ms", "99 of 100 packets came within"),
    ("error", "in the server's words"),
];

/// The table.
pub fn table(people: &[Person]) -> Markup {
    let mut people: Vec<&Person> = people.iter().collect();
    people.sort_by_cached_key(|person| badness(person));
    let rows = html! {
        div.wide role="region" aria-label="Participants" tabindex="0" {
            table.people {
                thead {
                    tr { @for (head, more) in HEADS { th scope="col" title=(more) { (head) } } }
                }
                tbody { @for person in &people { (row(person)) } }
            }
        }
    };
    let troubled = people.iter().filter(|person| is_troubled(person)).count();
    html! {
        p {
            (match troubled {
                0 => "Nobody had trouble.".to_owned(),
                1 => "1 participant had trouble, and stands first.".to_owned(),
                _ => format!("{troubled} participants had trouble; the worst stand first."),
            })
        }
        @if people.len() > SHORT {
            // Paper shows only what is open.
            details open=[(troubled > 0).then_some("open")] {
                summary { "All " (people.len()) " participants" }
                (rows)
            }
        } @else {
            (rows)
        }
    }
}

fn is_troubled(person: &Person) -> bool {
    // What an emulated link loses is what was asked for.
    let lost = person.lost() > 0 && !person.weak;
    !person.joined || person.error.is_some() || person.freezes() > 0 || lost
}

fn badness(person: &Person) -> impl Ord + use<> {
    let latency = person.latency.percentile_ms(99.0).unwrap_or(0.0);
    (
        person.joined,
        person.error.is_none(),
        !is_troubled(person),
        Reverse((person.freezes(), person.lost(), (latency * 1_000.0) as u64)),
        person.number,
    )
}

fn row(person: &Person) -> Markup {
    let since = |of: fn(&crate::subscriber::Totals) -> u64| {
        of(&person.after.totals).saturating_sub(of(&person.before.totals))
    };
    let count = |number: u64, bad: bool| {
        html! { td.bad[bad && number > 0] { (grouped(number)) } }
    };
    let latency = |percent| maybe(person.latency.percentile_ms(percent));
    html! {
        tr {
            th scope="row" { (person.number) }
            td.bad[!person.joined] { (if person.joined { "yes" } else { "no" }) }
            td { (if person.weak { "weak" } else { "good" }) }
            td { (maybe(person.first_audio_ms)) }
            td { (maybe(person.first_video_ms)) }
            (count(person.received(), false))
            (count(person.lost(), !person.weak))
            (count(since(|t| t.late), false))
            (count(since(|t| t.frames), false))
            (count(person.freezes(), true))
            (count(since(|t| t.frozen) / 1_000, true))
            td { (latency(50.0)) }
            td { (latency(99.0)) }
            td.error {
                @if let Some(error) = &person.error { bdi { (plain(error)) } }
            }
        }
    }
}

/// A text from elsewhere: of bounded length, without characters that a page may not hold.
pub fn plain(text: &str) -> String {
    let shown = text.chars().take(LONGEST_ERROR);
    let mut plain: String = shown
        .map(|c| if is_allowed(c) { c } else { '\u{fffd}' })
        .collect();
    if text.chars().nth(LONGEST_ERROR).is_some() {
        plain.push('…');
    }
    plain
}

/// Neither control characters nor what XML excludes (XML 1.0, section 2.2).
fn is_allowed(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::invented;

    #[test]
    fn the_worst_come_first() {
        let mut people: Vec<Person> = (1..=5).map(invented::person).collect();
        people[1].after.totals.lost += 3;
        people[2].after.totals.freezes += 1;
        people[3].joined = false;
        people[4].weak = true;
        people[4].after.totals.lost += 500;
        let rows = table(&people).into_string();
        let mut numbers = rows
            .split("<th scope=\"row\">")
            .skip(1)
            .map(|row| &row[..1]);
        assert!(numbers.by_ref().eq(["4", "3", "2", "5", "1"]), "{rows}");
        assert!(rows.contains("3 participants had trouble"));
    }

    #[test]
    fn many_are_folded_away_unless_one_had_trouble() {
        let table =
            |count| table(&(1..=count).map(invented::person).collect::<Vec<_>>()).into_string();
        assert!(!table(20).contains("<details>"));
        assert!(table(21).contains("<details><summary>All 21 participants</summary>"));
        let trouble = super::table(&invented::trouble(21).people).into_string();
        assert!(trouble.contains("<details open=\"open\">"));
    }

    #[test]
    fn foreign_texts_are_bounded_and_hold_no_control_characters() {
        assert_eq!(
            plain("a\0b\x1b[31m\n\u{ffff}"),
            "a\u{fffd}b\u{fffd}[31m\u{fffd}\u{fffd}"
        );
        assert_eq!(plain(&"x".repeat(1_000)).chars().count(), LONGEST_ERROR + 1);
    }
}
