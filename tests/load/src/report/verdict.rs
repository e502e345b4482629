//! The question that a load test is run for: will the meeting hold on this machine?

use crate::figures::{Person, Recorder, ServerUse, percentile};
use crate::options::Options;
use crate::receive::histogram::Histogram;

/// From this share of a core on, the tester's one thread has no time to spare.
pub(super) const BUSY: f64 = 0.9;
/// A turn of the tester's loop that takes so many milliseconds sends late.
const SLOW: f64 = 100.0;

/// The result in a few numbers.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Who was to join.
    pub participants: usize,
    /// Who did.
    pub joined: usize,
    /// Lost by clients on good links, and in the server.
    pub packets_lost: u64,
    /// Lost by clients on emulated bad links.
    pub packets_lost_weak: u64,
    /// Of everybody.
    pub freezes: u64,
    /// Of clients on good links, or of all where there are no such.
    pub latency: Histogram,
    /// Milliseconds: median, 95th percentile.
    pub first_audio_ms: [Option<f64>; 2],
    /// Milliseconds: median, 95th percentile.
    pub first_video_ms: [Option<f64>; 2],
    /// `None` when the server did not answer.
    pub server: Option<ServerUse>,
    /// Datagrams that the tester's machine did not take from it, or kept from it.
    pub tester_drops: u64,
    /// The tester fell behind: the result may be worse than the server is.
    pub tester_overloaded: bool,
}

impl Summary {
    /// Sums up what was recorded.
    pub fn of(recorder: &Recorder) -> Self {
        let people = &recorder.people;
        let server = recorder.server_use();
        let lost = |weak| {
            people
                .iter()
                .filter(|p| p.weak == weak)
                .map(Person::lost)
                .sum::<u64>()
        };
        let all_weak = people.iter().all(|p| p.weak);
        let mut latency = Histogram::default();
        people
            .iter()
            .filter(|p| all_weak || !p.weak)
            .for_each(|p| latency.merge(&p.latency));
        let first = |of: fn(&Person) -> Option<f64>| {
            [50.0, 95.0].map(|percent| percentile(people.iter().filter_map(of), percent))
        };
        let drops = |p: &Person| {
            let (before, after) = (&p.before, &p.after);
            (after.subscriber.not_read - before.subscriber.not_read)
                + (after.publisher.not_sent - before.publisher.not_sent)
                + (after.subscriber.not_sent - before.subscriber.not_sent)
        };
        let tester_drops = people.iter().map(drops).sum();
        Self {
            participants: people.len(),
            joined: people.iter().filter(|p| p.joined).count(),
            packets_lost: lost(false) + server.as_ref().map_or(0, ServerUse::overload),
            packets_lost_weak: lost(true),
            freezes: people.iter().map(Person::freezes).sum(),
            latency,
            first_audio_ms: first(|p| p.first_audio_ms),
            first_video_ms: first(|p| p.first_video_ms),
            server,
            tester_drops,
            tester_overloaded: recorder.tester_cores > BUSY
                || recorder.longest_turn_ms > SLOW
                || tester_drops > 0,
        }
    }

    /// Whether the meeting held.
    pub fn holds(&self) -> bool {
        self.joined == self.participants && self.packets_lost == 0 && self.freezes == 0
    }

    /// The answer, in one sentence.
    pub fn sentence(&self, options: &Options) -> String {
        let who = format!(
            "a meeting of {} with {} cameras",
            self.participants,
            options.cameras()
        );
        let mut reasons = Vec::new();
        if self.joined < self.participants {
            reasons.push(format!(
                "{} of {} could not join",
                self.participants - self.joined,
                self.participants
            ));
        }
        if self.packets_lost > 0 {
            reasons.push(format!("{} packets were lost", self.packets_lost));
        }
        if self.freezes > 0 {
            reasons.push(format!("pictures froze {} times", self.freezes));
        }
        let tester = match (self.tester_overloaded, self.holds()) {
            (false, _) => "",
            (true, true) => " (though the tester itself was at its limit)",
            (true, false) => {
                "; but the tester itself fell behind, so try again where it has a core of its own before you blame the \
                 server"
            }
        };
        if !reasons.is_empty() {
            return format!(
                "No, {who} does not hold on this machine: {}{tester}.",
                reasons.join(", ")
            );
        }
        let used = self.server.as_ref().map_or(String::new(), |server| {
            format!(
                ", and the server used {:.2} processor cores and {:.0} MB",
                server.cores, server.memory_mb
            )
        });
        let latency = self
            .latency
            .percentile_ms(99.0)
            .map_or(String::new(), |p99| {
                format!(", 99 of 100 packets came within {p99:.1} ms")
            });
        format!(
            "Yes, {who} holds on this machine: nothing was lost, no picture froze{latency}{used}{tester}."
        )
    }
}
