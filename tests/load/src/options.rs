//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::network::{Link, MIX, OUTAGES};

/// As `signaling/load_test_token.py` names it.
const TOKEN_FILE: &str = "load-test.token";

const AFTER: &str = "\
Every participant is a real WebRTC client: ICE, DTLS and SRTP for both of its transports, VP8 in three simulcast layers \
with temporal layers, Opus with pauses, keyframes on request. It looks at nine other cameras and at whoever speaks, \
and checks that every picture could be decoded. Pictures are not decoded, so that one processor core can carry a \
hundred participants.

Latency is measured from a packet's sending by one client to its arrival at the kernel of another one's machine, by the \
clock of this machine: what the server and the network between added, and at most that.

The result is worth as much as the tester had room: run it where a core is free. If it falls behind, it says so.

Examples:

  balai loadtest https://localhost:8443
      122 participants with cameras for a minute.

  balai loadtest https://localhost:8443 --participants 30 --cameras 10 --screen-share --html report.html
      A lecture: ten cameras, one shared screen; plots in report.html.

  balai loadtest https://localhost:8443 --loss 2 --delay 80 --rate 1500 --weak 5
      Five of 122 clients sit behind a weak link.

  balai loadtest https://localhost:8443 --mix --weak 41 --json | jq .by_link
      A third of them sit behind weak links of three kinds: what they get, and what the others get of each other.

  balai loadtest https://localhost:8443 --json | jq .server.cpu_cores
      For a script. Exit codes: 0 it holds; 1 it does not; 2 it could not be run.";

/// Puts a meeting of real WebRTC participants on a Balai server, and says whether the meeting holds.
#[derive(Debug, Clone, Parser)]
#[command(name = "balai loadtest", bin_name = "balai loadtest", after_help = AFTER, max_term_width = 110)]
pub struct Options {
    /// The server's address, such as https://localhost:8443. Its certificate may be its own.
    pub url: String,

    /// How many people join.
    #[arg(long, value_name = "N", default_value_t = 122, value_parser = clap::value_parser!(u32).range(1..=2000))]
    pub participants: u32,

    /// How many of them have their cameras on [default: all].
    #[arg(long, value_name = "N")]
    pub cameras: Option<u32>,

    /// One of them shares a screen, 1920x1080 at 2.5 Mbit/s.
    #[arg(long)]
    pub screen_share: bool,

    /// When the sharing begins, in seconds after everybody has joined.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 5,
        requires = "screen_share"
    )]
    pub screen_at: u64,

    /// For how long the screen is shared [default: to the end].
    #[arg(long, value_name = "SECONDS", requires = "screen_share")]
    pub screen_for: Option<u64>,

    /// How long is measured, from when everybody has joined.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub seconds: u64,

    /// For so many seconds before it is measured the server may be killed and started again: whoever loses it comes back by
    /// themselves, as browsers do, and takes their seat again.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub rejoin: Option<u64>,

    /// How many join each second.
    #[arg(long, value_name = "PER_SECOND", default_value_t = 12.2, value_parser = positive)]
    pub join_rate: f64,

    /// A weak link loses so much, each way.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub loss: Option<f64>,

    /// A weak link takes so long, each way.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(0..=10_000))]
    pub delay: Option<u64>,

    /// A weak link carries so much, each way.
    #[arg(long, value_name = "KBIT_PER_S", value_parser = clap::value_parser!(u64).range(1..))]
    pub rate: Option<u64>,

    /// Weak links are of three kinds in equal parts: 300 kbit/s, 2 % lost, 50 ms; 1 Mbit/s, 10 % lost, 50 ms; and 3 Mbit/s,
    /// 30 ms, with a second of every twenty in which nothing passes. Each way.
    #[arg(long, conflicts_with_all = ["loss", "delay", "rate"])]
    pub mix: bool,

    /// How many have such a link, every so-manieth of those who join [default: all, if one of --loss, --delay, --rate and
    /// --mix is given].
    #[arg(long, value_name = "N")]
    pub weak: Option<u32>,

    /// The same seed speaks, loses and begins in the same way.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,

    /// Join this meeting instead of making one, so that people with browsers can be in it too.
    #[arg(long, value_name = "CODE")]
    pub meeting: Option<String>,

    /// Print the result as one JSON object.
    #[arg(long)]
    pub json: bool,

    /// Write a report with plots to this file too; it needs nothing else to be read.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// What the server keeps in load-test.token: only who has it may load the server [default: what is in --data-dir].
    #[arg(
        long,
        env = "BALAI_LOAD_TEST_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub token: Option<String>,

    /// The folder in which a server on this machine keeps its data, and there the token.
    #[arg(
        long,
        env = "BALAI_DATA_DIR",
        value_name = "DIR",
        default_value = "data"
    )]
    pub data_dir: PathBuf,

    /// Where the prepared clips are: `balai loadtest` says it.
    #[arg(long, value_name = "DIR", hide = true, default_value = "clips")]
    pub clips: PathBuf,

    /// Only look whether these options are sound: `balai loadtest` does, before it prepares clips.
    #[arg(long, hide = true)]
    pub check: bool,
}

impl Options {
    /// The token that lets us at the server: what was given, or what lies in the data folder.
    pub fn token(&self) -> Option<String> {
        self.token.clone().or_else(|| {
            let kept = std::fs::read_to_string(self.data_dir.join(TOKEN_FILE)).ok()?;
            Some(kept.trim().to_owned())
        })
    }

    /// How many have cameras.
    pub fn cameras(&self) -> u32 {
        self.cameras
            .unwrap_or(self.participants)
            .min(self.participants)
    }

    /// The link of one participant, from 0, if it is weak. The weak are spread evenly, so that everybody looks at some.
    pub fn link_of(&self, number: u32) -> Option<Link> {
        let weak_among = |first: u32| first * self.weak() / self.participants.max(1);
        let before = weak_among(number);
        (weak_among(number + 1) > before).then(|| {
            let kind = MIX[before as usize % MIX.len()];
            // Not all have their outages at once.
            let outages = kind
                .outages
                .map(|first| first + OUTAGES.mul_f64(f64::from(before) / f64::from(self.weak())));
            self.link().unwrap_or(Link { outages, ..kind })
        })
    }

    /// The link of all the weak, if there are any and they are of one kind.
    pub fn link(&self) -> Option<Link> {
        let any = self.loss.is_some() || self.delay.is_some() || self.rate.is_some();
        any.then(|| Link {
            loss: self.loss.unwrap_or(0.0) / 100.0,
            delay: Duration::from_millis(self.delay.unwrap_or(0)),
            rate: self.rate.map(|rate| rate * 1_000),
            outages: None,
        })
    }

    /// How many have weak links.
    pub fn weak(&self) -> u32 {
        if self.link().is_none() && !self.mix {
            return 0;
        }
        self.weak
            .unwrap_or(self.participants)
            .min(self.participants)
    }
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "give a number".to_owned())?;
    let usable = number.is_finite() && number > 0.0;
    usable
        .then_some(number)
        .ok_or_else(|| "give a number above 0".to_owned())
}

fn percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "give a number".to_owned())?;
    (0.0..=100.0)
        .contains(&number)
        .then_some(number)
        .ok_or_else(|| "give a number from 0 to 100".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_options_are_sound() {
        Options::command().debug_assert();
        let options = Options::parse_from(["x", "http://h", "--loss", "2.5", "--weak", "3"]);
        assert_eq!(
            (options.participants, options.cameras(), options.weak()),
            (122, 122, 3)
        );
        assert_eq!(options.link().unwrap().loss, 0.025);
        assert!(Options::try_parse_from(["x", "http://h", "--loss", "101"]).is_err());
    }

    #[test]
    fn the_weak_are_spread_and_of_all_kinds() {
        let options = Options::parse_from(["x", "http://h", "--mix", "--weak", "41"]);
        let links: Vec<_> = (0..122).map(|number| options.link_of(number)).collect();
        assert!(links[0].is_none());
        let counts = MIX.map(|kind| {
            links
                .iter()
                .flatten()
                .filter(|link| link.rate == kind.rate)
                .count()
        });
        assert_eq!(counts, [14, 14, 13]);
        let gaps = links
            .windows(4)
            .filter(|four| four.iter().all(Option::is_none));
        assert_eq!(gaps.count(), 0);
    }
}
