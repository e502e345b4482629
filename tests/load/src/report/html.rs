//! The result as a page that needs nothing else: no script, no network. It is well-formed XML but for the HTML elements
//! that have no end.

use std::time::SystemTime;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::verdict::Summary;
use super::{charts, facts, people};
use crate::figures::Recorder;
use crate::options::Options;

const STYLE: &str = include_str!("page.css");
/// Nothing may run or be fetched, even if a text should once slip through the escaping.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page. Texts that came from the server stand in it as text.
pub fn write(recorder: &Recorder, summary: &Summary, options: &Options) -> String {
    let title = format!(
        "{}: load test of {}",
        if summary.holds() {
            "It holds"
        } else {
            "It does not hold"
        },
        options.url
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (people::plain(&title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (answer(summary, options))
                    div.side-by-side {
                        section { h2 { "Figures" } (facts::figures(recorder, summary, options)) }
                        section { h2 { "The test" } (facts::test(options)) }
                    }
                    section { h2 { "Plots" } (charts::all(recorder, summary)) }
                    section { h2 { "Inside the server" } (facts::server(summary.server.as_ref())) }
                    section { h2 { "Participants" } (people::table(&recorder.people)) }
                    section { h2 { "What the words mean" } (words()) }
                }
                footer {
                    "Written by balai-loadtest " (env!("CARGO_PKG_VERSION")) " on "
                    (httpdate::fmt_http_date(SystemTime::now())) "."
                }
            }
        }
    };
    page.into_string()
}

fn answer(summary: &Summary, options: &Options) -> Markup {
    let (class, mark, word) = if summary.holds() {
        ("answer good", "M5 13l5 5L20 7", "It holds")
    } else {
        ("answer bad", "M6 6l12 12M18 6L6 18", "It does not hold")
    };
    html! {
        header class=(class) {
            p.word {
                svg viewBox="0 0 24 24" aria-hidden="true" { path d=(mark) {} }
                (word)
            }
            h1 { (summary.sentence(options)) }
        }
        @if summary.tester_overloaded {
            p.warning {
                strong { "The tester was at its limit. " }
                "What it could not send or read in time is counted as if the server were late: run it on another machine, \
                 or where a core is free."
            }
        }
    }
}

fn words() -> Markup {
    let words = [
        (
            "Latency",
            "From a packet’s sending by one participant to its arrival at another’s machine: what the server and the \
             network between added, and at most that. Where there are good links, weak ones do not count.",
        ),
        (
            "Lost",
            "A gap in the numbers of a stream’s packets that was never filled.",
        ),
        ("Late", "A packet that came after a later one."),
        (
            "Freeze",
            "A picture of somebody whose camera is on stood still for more than half a second.",
        ),
        (
            "First audio, first picture",
            "From opening the connection to the first packet heard, and to the first picture that could be decoded.",
        ),
        (
            "Weak link",
            "An emulated link that loses, delays or holds back packets on purpose.",
        ),
        (
            "It holds",
            "Everybody joined, no packet was lost on a good link or in the server, and no picture froze.",
        ),
    ];
    html! {
        dl { @for (word, meaning) in words { dt { (word) } dd { (meaning) } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::invented;
    use clap::Parser;
    use roxmltree::{Document, Node};

    const OPTIONS: [&str; 14] = [
        "balai loadtest",
        "https://meet.example.org?a=<b>&c",
        "--participants",
        "122",
        "--screen-share",
        "--loss",
        "2",
        "--delay",
        "80",
        "--weak",
        "5",
        "--token",
        "secret-token",
        "--seed=9",
    ];

    fn page(recorder: &Recorder) -> String {
        let summary = Summary::of(recorder);
        write(recorder, &summary, &Options::parse_from(OPTIONS))
    }

    /// As XML, which HTML is but for its declaration and for elements without an end.
    fn xml(page: &str) -> String {
        let page = page.strip_prefix("<!DOCTYPE html>").expect("a declaration");
        let mut parts = page.split("<meta ");
        let mut xml = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (attributes, rest) = part.split_once('>').expect("a closed tag");
            xml += &format!("<meta {attributes}/>{rest}");
        }
        xml
    }

    fn text(node: Node<'_, '_>) -> String {
        node.descendants()
            .filter_map(|node| node.text().filter(|_| node.is_text()))
            .collect()
    }

    fn all<'a>(document: &'a Document<'_>, name: &str) -> Vec<Node<'a, 'a>> {
        document
            .descendants()
            .filter(|node| node.has_tag_name(name))
            .collect()
    }

    #[test]
    fn the_answer_stands_first_in_words() {
        for (recorder, word, class) in [
            (invented::recorder(122), "It holds", "answer good"),
            (invented::trouble(122), "It does not hold", "answer bad"),
        ] {
            let xml = xml(&page(&recorder));
            let document = Document::parse(&xml).unwrap();
            let header = all(&document, "header")[0];
            assert_eq!(header.attribute("class"), Some(class));
            assert!(text(header).starts_with(word));
            let sentence = Summary::of(&recorder).sentence(&Options::parse_from(OPTIONS));
            assert_eq!(text(all(&document, "h1")[0]), sentence);
        }
    }

    #[test]
    fn every_section_is_there_and_the_page_well_formed() {
        let xml = xml(&page(&invented::trouble(122)));
        let document = Document::parse(&xml).unwrap();
        let sections: Vec<_> = all(&document, "h2").into_iter().map(text).collect();
        assert_eq!(
            sections,
            [
                "Figures",
                "The test",
                "Plots",
                "Inside the server",
                "Participants",
                "What the words mean"
            ]
        );
        let plots = all(&document, "figure");
        assert_eq!(plots.len(), 9);
        for plot in plots {
            let title = plot
                .descendants()
                .find(|node| node.has_tag_name("title"))
                .expect("a title");
            let drawn = plot.descendants().filter(|node| node.has_tag_name("path"));
            let drawn = drawn.filter(|node| {
                node.attribute("class")
                    .is_some_and(|class| class.contains(" s"))
            });
            assert!(drawn.clone().count() > 0);
            assert!(
                drawn
                    .into_iter()
                    .all(|node| node.attribute("d").is_some_and(|d| !d.is_empty())),
                "{}",
                text(title)
            );
        }
        let people = document
            .descendants()
            .find(|node| node.attribute("class") == Some("people"))
            .unwrap();
        let rows = people.descendants().filter(|node| node.has_tag_name("tr"));
        assert_eq!(rows.count(), 1 + 122);
        assert!(text(document.root_element()).contains("temporal layer"));
    }

    #[test]
    fn a_test_in_which_nothing_came_has_a_page_too() {
        let xml = xml(&page(&Recorder::default()));
        let document = Document::parse(&xml).unwrap();
        assert!(text(document.root_element()).contains("The server did not tell its figures."));
    }

    #[test]
    fn hostile_texts_stay_texts() {
        let page = page(&invented::trouble(122));
        let xml = xml(&page);
        let document = Document::parse(&xml).unwrap();
        for name in ["script", "img", "link", "iframe"] {
            assert!(all(&document, name).is_empty(), "{name}");
        }
        let error = document
            .descendants()
            .find(|node| node.attribute("class") == Some("error"))
            .unwrap();
        assert_eq!(text(error), people::plain(invented::HOSTILE));
        let outside = document.descendants().flat_map(|node| node.attributes());
        assert!(
            outside
                .into_iter()
                .all(|a| !matches!(a.name(), "src" | "href") && !a.name().starts_with("on"))
        );
        assert!(!page.contains("url(") && !page.contains("@import"));
    }

    #[test]
    fn the_token_is_kept_secret() {
        assert!(!page(&invented::recorder(3)).contains("secret-token"));
    }

    /// `cargo test -- --ignored pages`, to look at them with a browser.
    #[test]
    #[ignore = "writes pages into the directory for temporary files"]
    fn pages_to_look_at() {
        let directory = std::env::temp_dir();
        for (name, recorder) in [
            ("holds", invented::recorder(122)),
            ("trouble", invented::trouble(122)),
            ("few", invented::recorder(8)),
            ("nothing", Recorder::default()),
        ] {
            let path = directory.join(format!("balai-report-{name}.html"));
            std::fs::write(&path, page(&recorder)).unwrap();
            println!("{}", path.display());
        }
    }
}
