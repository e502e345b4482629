//! What is measured: from the beginning of the measured time to its end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::participant::{Participant, Stage};
use crate::receive::histogram::Histogram;
use crate::server::Figures;
use crate::server_figures::Sample;
use crate::signaling::Traffic;
use crate::subscriber::Totals;
use crate::system;
use crate::transport::Counts;

/// What one participant had counted at some moment.
#[derive(Debug, Default, Clone, Copy)]
pub struct Snapshot {
    /// On its slots.
    pub totals: Totals,
    /// Of that, what people behind weak links sent.
    pub totals_of_weak: Totals,
    /// On its subscribing transport.
    pub subscriber: Counts,
    /// On its publishing transport.
    pub publisher: Counts,
    /// Keyframes it asked for.
    pub asked: u64,
    /// Keyframes it was asked for.
    pub was_asked: u64,
    /// Frames it left out because the tester was late.
    pub skipped: u64,
    /// On its WebSocket, since it joined.
    pub traffic: Traffic,
}

impl Snapshot {
    fn of(participant: &Participant) -> Self {
        let mut snapshot = Self::default();
        if let Some(subscriber) = &participant.subscriber {
            snapshot.totals = subscriber.totals();
            snapshot.totals_of_weak = subscriber.totals_of_weak();
            snapshot.subscriber = subscriber.transport.counts;
            snapshot.asked = subscriber.keyframes_asked;
        }
        if let Some(publisher) = &participant.publisher {
            snapshot.publisher = publisher.transport.counts;
            snapshot.was_asked = publisher.keyframes_asked;
            snapshot.skipped = publisher.frames_skipped;
        }
        if let Some(socket) = &participant.socket {
            snapshot.traffic = socket.traffic;
        }
        snapshot
    }
}

/// What everybody had counted when the measured time began.
#[derive(Debug, Default)]
pub struct Baseline {
    snapshots: Vec<Snapshot>,
    processor: Duration,
}

impl Baseline {
    /// Now.
    pub fn of(participants: &[Participant]) -> Self {
        Self {
            snapshots: participants.iter().map(Snapshot::of).collect(),
            processor: system::processor_time(),
        }
    }
}

/// What became of those who lost the server, before the measured time.
#[derive(Debug, Clone, Copy)]
pub struct Rejoined {
    /// So many lost it.
    pub lost: usize,
    /// So many of them are back.
    pub back: usize,
    /// When the last of them heard something again, in seconds since 1970.
    pub last_heard_at: Option<f64>,
    /// When the last of them saw something again, in seconds since 1970.
    pub last_seen_at: Option<f64>,
}

impl Rejoined {
    /// By now.
    pub fn of(participants: &[Participant]) -> Self {
        let back = || participants.iter().filter_map(Participant::back);
        let last = |times: &mut dyn Iterator<Item = u64>| times.max().map(|at| at as f64 / 1e6);
        Self {
            lost: participants.iter().filter(|p| p.has_lost).count(),
            back: back().count(),
            last_heard_at: last(&mut back().filter_map(|s| s.first_audio)),
            last_seen_at: last(&mut back().filter_map(|s| s.first_video)),
        }
    }
}

/// One participant's part of the result. Counts are those of the measured time.
#[derive(Debug, Clone)]
pub struct Person {
    /// From 1.
    pub number: usize,
    /// Both of its transports were connected.
    pub joined: bool,
    /// Why not, or what the server refused later.
    pub error: Option<String>,
    /// It was behind an emulated weak link.
    pub weak: bool,
    /// From opening the WebSocket to the first audio packet, in milliseconds.
    pub first_audio_ms: Option<f64>,
    /// The same to the first picture that could be decoded.
    pub first_video_ms: Option<f64>,
    /// At the beginning of the measured time.
    pub before: Snapshot,
    /// At its end.
    pub after: Snapshot,
    /// From sending to arrival.
    pub latency: Histogram,
    /// The same of what people behind weak links sent.
    pub latency_of_weak: Histogram,
}

impl Person {
    /// Packets that did not come.
    pub fn lost(&self) -> u64 {
        self.after
            .totals
            .lost
            .saturating_sub(self.before.totals.lost)
    }

    /// Packets that came.
    pub fn received(&self) -> u64 {
        self.after.totals.received - self.before.totals.received
    }

    /// Pictures that stood still.
    pub fn freezes(&self) -> u64 {
        self.after.totals.freezes - self.before.totals.freezes
    }
}

/// One second, for the plots.
#[derive(Debug, Clone, Copy)]
pub struct Second {
    /// Since the measured time began.
    pub at: f64,
    /// RTP packets that all clients received in it, by the second.
    pub packets_per_s: f64,
    /// Lost in it.
    pub lost: u64,
    /// Of this second, in milliseconds.
    pub latency_p99_ms: Option<f64>,
    /// The tester's own.
    pub tester_cores: f64,
}

/// Everything that is recorded while a test runs.
#[derive(Debug, Default)]
pub struct Recorder {
    /// Who lost the server and came back, where that is tested.
    pub rejoined: Option<Rejoined>,
    began: Option<Instant>,
    ended: Option<Instant>,
    baseline: Baseline,
    samples: Vec<Sample>,
    last: (f64, Totals, Histogram, Duration),
    /// The plots.
    pub seconds: Vec<Second>,
    /// The participants.
    pub people: Vec<Person>,
    /// The tester's own use of the processor, in cores.
    pub tester_cores: f64,
    /// The longest turn of its loop, in milliseconds.
    pub longest_turn_ms: f64,
}

impl Recorder {
    /// The measured time begins.
    pub fn begin(&mut self, now: Instant, baseline: Baseline) {
        let totals = sum(baseline.snapshots.iter().map(|s| s.totals));
        self.last = (0.0, totals, Histogram::default(), baseline.processor);
        self.baseline = baseline;
        self.began = Some(now);
    }

    /// When it began.
    pub fn began(&self) -> Option<Instant> {
        self.began
    }

    /// The server answered.
    pub fn server(&mut self, sample: Sample) {
        self.samples.push(sample);
    }

    /// A second is over.
    pub fn second(&mut self, now: Instant, participants: &[Participant]) {
        let Some(began) = self.began else {
            return;
        };
        let at = (now - began).as_secs_f64();
        let totals = sum(participants
            .iter()
            .filter_map(|p| p.subscriber.as_ref())
            .map(|s| s.totals()));
        let mut latency = Histogram::default();
        for subscriber in participants
            .iter()
            .filter(|p| p.link.is_none())
            .filter_map(|p| p.subscriber.as_ref())
        {
            latency.merge(&subscriber.latency);
        }
        let processor = system::processor_time();
        let (last_at, last_totals, last_latency, last_processor) = &self.last;
        let length = (at - last_at).max(1e-3);
        self.seconds.push(Second {
            at,
            packets_per_s: totals.received.saturating_sub(last_totals.received) as f64 / length,
            lost: totals.lost.saturating_sub(last_totals.lost),
            latency_p99_ms: latency.since(last_latency).percentile_ms(99.0),
            tester_cores: (processor - *last_processor).as_secs_f64() / length,
        });
        self.last = (at, totals, latency, processor);
    }

    /// The measured time is over.
    pub fn end(&mut self, now: Instant, participants: &[Participant], longest: Duration) {
        let length = self.began.map_or(1.0, |began| (now - began).as_secs_f64());
        self.ended = Some(now);
        self.tester_cores =
            (system::processor_time() - self.baseline.processor).as_secs_f64() / length;
        self.longest_turn_ms = longest.as_secs_f64() * 1_000.0;
        let before = self.baseline.snapshots.iter().copied();
        self.people = participants
            .iter()
            .zip(before)
            .map(|(one, before)| person(one, before))
            .collect();
    }

    /// How long was measured, in seconds.
    pub fn length(&self) -> f64 {
        self.began
            .zip(self.ended)
            .map_or(0.0, |(began, ended)| (ended - began).as_secs_f64())
    }

    fn server_at_begin(&self) -> Option<&Sample> {
        let began = self.began?;
        self.samples.iter().find(|(at, _)| *at >= began)
    }

    /// The server's figures after the measured time.
    pub fn server_at_end(&self) -> Option<&Sample> {
        let ended = self.ended?;
        self.samples.iter().find(|(at, _)| *at >= ended)
    }

    /// The server's answers within the measured time, and when they came, in seconds since its beginning.
    pub fn server_samples(&self) -> Vec<(f64, &Figures)> {
        let (Some(began), Some(ended)) = (self.began, self.ended) else {
            return Vec::new();
        };
        let late = ended + Duration::from_secs(3);
        let within = self
            .samples
            .iter()
            .filter(|(at, _)| *at >= began && *at <= late);
        within
            .map(|(at, figures)| ((*at - began).as_secs_f64(), figures))
            .collect()
    }

    /// What the server used; `None` when it did not say at both ends.
    pub fn server_use(&self) -> Option<ServerUse> {
        let (_, first) = self.server_at_begin()?;
        let (_, last) = self.server_at_end().or(self.samples.last())?;
        let length = last.uptime_s - first.uptime_s;
        if length <= 0.0 {
            return None;
        }
        let counted = |name: &str| {
            let at = |figures: &Figures| figures.counters.get(name).copied().unwrap_or(0);
            at(last).saturating_sub(at(first))
        };
        let threads = last.cpu_by_thread.iter().map(|(name, seconds)| {
            let before = first.cpu_by_thread.get(name).copied().unwrap_or(0.0);
            (name.clone(), (seconds - before) / length)
        });
        let dropped = last
            .counters
            .keys()
            .filter(|name| name.starts_with("drop_"));
        Some(ServerUse {
            cores: (last.cpu_s - first.cpu_s) / length,
            memory_mb: last.memory_bytes as f64 / 1e6,
            sent_per_s: counted("sent") as f64 / length,
            received_per_s: counted("received") as f64 / length,
            cores_by_thread: threads.filter(|(_, cores)| *cores >= 0.001).collect(),
            dropped: dropped
                .map(|name| (name.clone(), counted(name)))
                .filter(|(_, count)| *count > 0)
                .collect(),
        })
    }
}

/// What the server used in the measured time.
#[derive(Debug, Clone, Default)]
pub struct ServerUse {
    /// Of the processor.
    pub cores: f64,
    /// Resident.
    pub memory_mb: f64,
    /// Datagrams that it sent, by the second.
    pub sent_per_s: f64,
    /// Datagrams that it received, by the second.
    pub received_per_s: f64,
    /// By the name of the thread.
    pub cores_by_thread: BTreeMap<String, f64>,
    /// What its media plane threw away, by the reason.
    pub dropped: BTreeMap<String, u64>,
}

/// What the server drops because it, or its machine, is too slow.
pub const OVERLOAD: [&str; 3] = [
    "drop_receive_buffer_full",
    "drop_send_buffer_full",
    "drop_send_failed",
];

impl ServerUse {
    /// Datagrams that were lost in the server.
    pub fn overload(&self) -> u64 {
        OVERLOAD
            .iter()
            .filter_map(|name| self.dropped.get(*name))
            .sum()
    }
}

fn person(participant: &Participant, before: Snapshot) -> Person {
    let since =
        |at: Option<u64>| at.map(|at| at.saturating_sub(participant.started) as f64 / 1_000.0);
    let subscriber = participant.subscriber.as_ref();
    let error = match &participant.stage {
        Stage::Failed(reason) => Some(reason.clone()),
        _ if !participant.joined() => Some("its media did not connect in time".to_owned()),
        _ => participant.refusals.first().cloned(),
    };
    Person {
        number: participant.number + 1,
        joined: participant.joined(),
        error,
        weak: participant.link.is_some(),
        first_audio_ms: since(subscriber.and_then(|s| s.first_audio)),
        first_video_ms: since(subscriber.and_then(|s| s.first_video)),
        before,
        after: Snapshot::of(participant),
        latency: subscriber.map(|s| s.latency.clone()).unwrap_or_default(),
        latency_of_weak: subscriber
            .map(|s| s.latency_of_weak.clone())
            .unwrap_or_default(),
    }
}

fn sum(totals: impl Iterator<Item = Totals>) -> Totals {
    totals.fold(Totals::default(), |sum, one| sum.plus(&one))
}

/// The value, of many, that a share of them does not exceed.
pub fn percentile(values: impl Iterator<Item = f64>, percent: f64) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let rank = (values.len() as f64 * percent / 100.0).ceil().max(1.0) as usize;
    values.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values = || [5.0, 1.0, 4.0, 2.0, 3.0].into_iter();
        assert_eq!(percentile(values(), 50.0), Some(3.0));
        assert_eq!(percentile(values(), 95.0), Some(5.0));
        assert_eq!(percentile(std::iter::empty(), 50.0), None);
    }
}
