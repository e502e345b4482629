//! Where the test stands, on standard error.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::participant::{Participant, Stage};

const ON_TERMINAL: Duration = Duration::from_millis(250);
const IN_LOG: Duration = Duration::from_secs(5);

/// One line that is written again and again on a terminal, and now and then elsewhere.
pub struct Progress {
    terminal: bool,
    seconds: u64,
    doing: &'static str,
    since: Instant,
    next: Instant,
    received: u64,
    at: Instant,
}

impl Progress {
    /// For a test with these options.
    pub fn new(options: &Options) -> Self {
        let now = Instant::now();
        let terminal = stderr().is_terminal();
        Self {
            terminal,
            seconds: options.seconds,
            doing: "",
            since: now,
            next: now,
            received: 0,
            at: now,
        }
    }

    /// Tells, if it is time to.
    pub fn tell(&mut self, doing: &'static str, now: Instant, participants: &[Participant]) {
        if self.doing != doing && (self.doing != "measuring" || doing != "joining") {
            self.doing = doing;
            self.since = now;
        }
        if now < self.next {
            return;
        }
        self.next = now + if self.terminal { ON_TERMINAL } else { IN_LOG };
        let joined = participants.iter().filter(|p| p.joined()).count();
        let failed = participants
            .iter()
            .filter(|p| matches!(p.stage, Stage::Failed(_)))
            .count();
        let totals = participants
            .iter()
            .filter_map(|p| p.subscriber.as_ref())
            .map(|s| s.totals());
        let (received, lost, freezes) = totals.fold((0, 0, 0), |sum, t| {
            (sum.0 + t.received, sum.1 + t.lost, sum.2 + t.freezes)
        });
        let length = (now - self.at).as_secs_f64().max(1e-3);
        let rate = received.saturating_sub(self.received) as f64 / length;
        (self.received, self.at) = (received, now);
        let time = match doing {
            "measuring" => format!(
                " {:.0} of {} s",
                (now - self.since).as_secs_f64(),
                self.seconds
            ),
            _ => String::new(),
        };
        let trouble = if failed > 0 {
            format!(", {failed} failed")
        } else {
            String::new()
        };
        let line = format!(
            "{doing}{time}: {joined} of {} in{trouble}, {rate:.0} packets/s received, {lost} lost, {freezes} freezes",
            participants.len()
        );
        // Nobody who reads it is no reason to end the test.
        _ = if self.terminal {
            write!(stderr(), "\r\x1b[2K{line}")
        } else {
            writeln!(stderr(), "{line}")
        };
    }

    /// Leaves the terminal's line clean for the result.
    pub fn end(&self) {
        if self.terminal {
            _ = write!(stderr(), "\r\x1b[2K");
        }
    }
}
