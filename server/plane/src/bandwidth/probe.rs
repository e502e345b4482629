//! Looking for room: short trains of packets at a higher rate, and what the receiver got of them.

use crate::time::{Span, Time};

use super::START;

/// The first probe's rate, as a multiple of [`START`] …
const FIRST: u64 = 3;
/// … and that of every other one, as a multiple of the estimate.
const FURTHER: u64 = 2;
/// The first ones go to this many percent of what is wanted …
const BEYOND_AT_FIRST: u64 = 200;
/// … and later ones to this many.
const BEYOND: u64 = 130;
/// How long a probe lasts.
const DURATION: Span = Span::from_millis(30);
/// Of fewer packets than this, a rate can't be told.
const PACKETS: usize = 5;
/// The largest packet of a probe, in bytes on the wire.
const LARGEST: usize = 1_200;
/// What must have arrived of a probe for its rate to count at once …
const ENOUGH: f64 = 0.8;
/// … and when nothing more is to be expected.
const LATE_ENOUGH: f64 = 0.5;
/// A receiver that got a probe at less than this share of its rate got all that the link carries …
const SATURATED: f64 = 0.9;
/// … and this much of that may be used.
const UTILISATION: f64 = 0.9;
/// An arrival faster than this many times the sending came out of some buffer.
const COMPRESSED: f64 = 2.0;
/// A probe that proved this share of its rate is followed by a faster one.
const SUCCESS: f64 = 0.7;
/// After a drop, room is looked for again so soon …
const AFTER_DROP: Span = Span::from_secs(2);
/// … and after a probe that found none, so late; doubled each time, to …
const AFTER_FAILURE: Span = Span::from_secs(5);
/// … this.
const RAREST: Span = Span::from_secs(30);
/// While something is paused, it is looked for so many times as often …
const EAGER: u64 = 5;
/// … and no more rarely than this, or a link that got better would go unnoticed for long.
const RAREST_EAGER: Span = Span::from_secs(4);
/// After overuse, the queue is left to drain.
const CALM: Span = Span::from_secs(1);
/// When neither overuse nor a probe has shown for this long where the link ends, it is looked for again.
const UNCERTAIN: Span = Span::from_secs(10);
/// A rate that a probe proved, and that did not last this long, was proved in somebody else's pause.
const LASTING: Span = Span::from_secs(4);
/// For this long after its result, a probe may still be what makes the queue.
const RIPPLE: Span = Span::from_millis(200);
/// A probe that jitter made worthless is repeated so soon.
const AFTER_NONSENSE: Span = Span::from_secs(1);
/// A probe whose result isn't there this long after a round trip has failed.
const PATIENCE: Span = Span::from_secs(1);

/// A train of packets to be sent: padding, if there is nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Its number, never 0.
    pub cluster: u32,
    /// How fast to send it, in bit/s, with all that leaves meanwhile.
    pub rate: u64,
    /// How much to send at least, in bytes on the wire.
    pub bytes: usize,
    /// In how many packets at least.
    pub packets: usize,
}

/// What a probe proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// A rate that the link carries, in bit/s.
    pub rate: u64,
    /// The link was full: others who send too had to wait meanwhile.
    pub full: bool,
}

/// A probe under way, and what arrived of it.
#[derive(Clone, Copy, Debug)]
struct Cluster {
    probe: Probe,
    since: Time,
    packets: usize,
    bytes: usize,
    /// The first and last to leave: when, and bytes.
    left: Option<[(Time, usize); 2]>,
    /// The first and last to arrive: µs of the receiver's clock, and bytes.
    arrived: Option<[(i64, usize); 2]>,
}

/// Says when to probe and how fast, and what the probes proved.
#[derive(Debug)]
pub struct Probes {
    clusters: u32,
    under_way: Option<Cluster>,
    /// A probe that is to follow at once, in bit/s.
    follow_up: Option<u64>,
    next: Time,
    interval: Span,
    /// The first probe and those that followed from it are still going on.
    starting: bool,
    ripple_until: Time,
    /// When overuse or a probe last showed where the link ends.
    full: Time,
    /// When the last probe succeeded.
    succeeded: Option<Time>,
    /// Something is paused for want of room.
    eager: bool,
    /// When the last probe ended, and until when a queue may still be draining.
    ended: Time,
    calm_until: Time,
}

impl Probes {
    /// The first probe may go at once.
    pub fn new(now: Time) -> Self {
        Self {
            clusters: 0,
            under_way: None,
            follow_up: Some(FIRST * START),
            next: now,
            interval: AFTER_FAILURE,
            starting: true,
            ripple_until: now,
            full: now,
            succeeded: None,
            eager: false,
            ended: now,
            calm_until: now,
        }
    }

    /// Whether something is paused for want of room.
    pub fn set_eager(&mut self, eager: bool) {
        self.eager = eager;
    }

    /// The probe to send now, if there is reason for one. `estimate` and `wanted` in bit/s.
    pub fn take(&mut self, now: Time, estimate: u64, wanted: u64) -> Option<Probe> {
        if self.under_way.is_some() || wanted <= estimate {
            return None;
        }
        let rate = match self.follow_up.take().filter(|rate| *rate > estimate) {
            Some(rate) => rate,
            None if now >= self.due() => {
                self.starting = false;
                estimate.saturating_mul(FURTHER)
            }
            None => return None,
        };
        let beyond = if self.starting {
            BEYOND_AT_FIRST
        } else {
            BEYOND
        };
        let rate = rate.min(wanted.saturating_mul(beyond) / 100);
        let bytes = (rate.saturating_mul(DURATION.micros()) / 8_000_000) as usize;
        self.clusters = self.clusters.wrapping_add(1).max(1);
        let probe = Probe {
            cluster: self.clusters,
            rate,
            bytes,
            packets: bytes.div_ceil(LARGEST).max(PACKETS),
        };
        self.under_way = Some(Cluster {
            probe,
            since: now,
            packets: 0,
            bytes: 0,
            left: None,
            arrived: None,
        });
        Some(probe)
    }

    /// A packet of a probe arrived: when it left, its bytes, and when it arrived in µs of the receiver's clock.
    pub fn received(&mut self, cluster: u32, sent: Time, bytes: usize, arrival: i64) {
        if let Some(current) = &mut self.under_way
            && current.probe.cluster == cluster
        {
            current.record(sent, bytes, arrival);
        }
    }

    /// What the probe under way proved, once it is known. Call after each feedback and from time to time.
    pub fn result(&mut self, now: Time, round_trip: Span) -> Option<Proof> {
        let cluster = self.under_way?;
        let over = now.since(cluster.since) > round_trip + PATIENCE;
        let share = if over { LATE_ENOUGH } else { ENOUGH };
        let complete = cluster.packets as f64 >= share * cluster.probe.packets as f64
            && cluster.bytes as f64 >= share * cluster.probe.bytes as f64;
        if !complete && !over {
            return None;
        }
        self.under_way = None;
        self.ripple_until = now + RIPPLE;
        (self.full, self.ended) = (now, now);
        if !complete {
            self.fail(now);
            return None;
        }
        let proof = cluster.proof();
        match proof {
            Some(Proof { rate, .. }) if rate as f64 >= SUCCESS * cluster.probe.rate as f64 => {
                self.follow_up = Some(rate.saturating_mul(FURTHER));
                self.succeeded = Some(now);
            }
            Some(_) => self.fail(now),
            None => self.next = now + AFTER_NONSENSE,
        }
        proof
    }

    /// Whether a probe may be what makes the queue grow.
    pub fn ripples(&self, now: Time) -> bool {
        self.under_way.is_some() || now < self.ripple_until
    }

    /// There may be much more room than before: it is looked for at once.
    pub fn hurry(&mut self, now: Time) {
        if !self.succeeded_lately(now) {
            self.next = now;
            self.interval = AFTER_FAILURE;
        }
    }

    /// The link is back after it carried nothing; it carried `before`, in bit/s: is that so again?
    pub fn resume(&mut self, now: Time, before: u64) {
        self.under_way = None;
        self.follow_up = Some(before.min(FIRST * START));
        self.interval = AFTER_FAILURE;
        self.calm_until = now;
    }

    /// The queue grows: no probing until it has had time to drain.
    pub fn overuse(&mut self, now: Time) {
        self.follow_up = None;
        self.calm_until = now + CALM;
        self.next = self.next.max(self.calm_until);
        self.full = now;
    }

    /// The estimate fell by much: room is looked for again soon, in case it was for a short while only.
    pub fn dropped(&mut self, now: Time) {
        self.follow_up = None;
        if self.succeeded_lately(now) {
            self.fail(now);
        } else {
            self.next = now + AFTER_DROP;
            self.interval = AFTER_FAILURE;
        }
    }

    /// When the next probe is due that follows from none.
    fn due(&self) -> Time {
        let due = self.next.min(self.full + UNCERTAIN);
        if !self.eager {
            return due;
        }
        let share = Span::from_micros(self.interval.micros() / EAGER);
        let eager = self.ended + share.min(RAREST_EAGER);
        due.min(eager.max(self.calm_until))
    }

    fn fail(&mut self, now: Time) {
        self.next = now + self.interval;
        self.interval = (self.interval + self.interval).min(RAREST);
    }

    fn succeeded_lately(&self, now: Time) -> bool {
        self.succeeded.is_some_and(|at| now.since(at) < LASTING)
    }
}

impl Cluster {
    fn record(&mut self, sent: Time, bytes: usize, arrival: i64) {
        self.packets += 1;
        self.bytes += bytes;
        let [first, last] = self.left.get_or_insert([(sent, bytes); 2]);
        if sent < first.0 {
            *first = (sent, bytes);
        }
        if sent >= last.0 {
            *last = (sent, bytes);
        }
        let [first, last] = self.arrived.get_or_insert([(arrival, bytes); 2]);
        if arrival < first.0 {
            *first = (arrival, bytes);
        }
        if arrival >= last.0 {
            *last = (arrival, bytes);
        }
    }

    /// The rate of sending or that of arrival, whichever is lower.
    fn proof(&self) -> Option<Proof> {
        let [first_left, last_left] = self.left?;
        let [first_arrived, last_arrived] = self.arrived?;
        // The last packet takes no time between the first and the last to leave, the first none of the arrival.
        let sent = rate(
            self.bytes - last_left.1,
            last_left.0.since(first_left.0).micros(),
        )?;
        let arriving = rate(
            self.bytes - first_arrived.1,
            last_arrived
                .0
                .saturating_sub(first_arrived.0)
                .cast_unsigned(),
        )?;
        if arriving > COMPRESSED * sent {
            return None;
        }
        let full = arriving < SATURATED * sent;
        let proven = if full {
            UTILISATION * arriving
        } else {
            // What left with the probe by chance was too short a burst to prove more.
            arriving.min(sent).min(self.probe.rate as f64)
        };
        Some(Proof {
            rate: proven as u64,
            full,
        })
    }
}

/// bit/s; `None` for no time, or too long a time for a probe.
fn rate(bytes: usize, micros: u64) -> Option<f64> {
    (1..1_000_000)
        .contains(&micros)
        .then(|| bytes as f64 * 8e6 / micros as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_TRIP: Span = Span::from_millis(100);

    /// Sends the probe and lets it through a link of `capacity` bit/s, without every `lost`th packet.
    fn send(probes: &mut Probes, now: Time, probe: Probe, capacity: u64, lost: usize) {
        let bytes = probe.bytes / probe.packets + 1;
        let apart = |rate: u64| bytes as u64 * 8_000_000 / rate;
        let through = capacity.min(probe.rate);
        for i in 0..probe.packets {
            if (i + 1) % lost != 0 {
                let sent = now + Span::from_micros(i as u64 * apart(probe.rate));
                let arrival = (i as u64 * apart(through)) as i64 - 5_000_000;
                probes.received(probe.cluster, sent, bytes, arrival);
            }
        }
    }

    #[test]
    fn it_doubles_while_there_is_room_and_stops_at_twice_what_is_wanted() {
        let mut probes = Probes::new(Time::default());
        let mut now = Time::default();
        let mut estimate = START;
        let mut rates = Vec::new();
        while let Some(probe) = probes.take(now, estimate, 2_500_000) {
            rates.push(probe.rate);
            assert_eq!(probes.take(now, estimate, 2_500_000), None, "one at a time");
            send(&mut probes, now, probe, 100_000_000, usize::MAX);
            now = now + ROUND_TRIP;
            let proof = probes.result(now, ROUND_TRIP).unwrap();
            assert!(!proof.full);
            estimate = proof.rate;
        }
        assert_eq!(rates.len(), 2);
        assert_eq!(rates[0], 3 * START);
        assert!(rates[1] > 3_500_000, "{rates:?}");
    }

    #[test]
    fn a_full_link_shows_and_is_asked_again_later() {
        let mut probes = Probes::new(Time::default());
        let probe = probes.take(Time::default(), START, 5_000_000).unwrap();
        send(&mut probes, Time::default(), probe, 900_000, usize::MAX);
        let now = Time::default() + ROUND_TRIP;
        let Proof { rate, full } = probes.result(now, ROUND_TRIP).unwrap();
        assert!(full);
        assert!((800_000..900_000).contains(&rate), "{rate}");
        assert_eq!(probes.take(now + Span::from_secs(4), rate, 5_000_000), None);
        let probe = probes.take(now + Span::from_secs(5), rate, 5_000_000);
        assert_eq!(probe.unwrap().rate, 2 * rate);
    }

    #[test]
    fn a_third_lost_makes_the_result_late_and_more_makes_it_none() {
        for (lost, known) in [(3, true), (1, false)] {
            let mut probes = Probes::new(Time::default());
            let probe = probes.take(Time::default(), START, 5_000_000).unwrap();
            send(&mut probes, Time::default(), probe, 100_000_000, lost);
            let soon = Time::default() + ROUND_TRIP;
            assert_eq!(probes.result(soon, ROUND_TRIP), None);
            let late = soon + PATIENCE + Span::from_millis(1);
            assert_eq!(probes.result(late, ROUND_TRIP).is_some(), known);
            assert!(probes.take(late + RAREST, START, 5_000_000).is_some());
        }
    }

    #[test]
    fn who_wants_no_more_does_not_probe() {
        let mut probes = Probes::new(Time::default());
        assert_eq!(probes.take(Time::default(), START, START), None);
    }

    #[test]
    fn while_something_is_paused_room_is_looked_for_every_few_seconds_and_never_into_a_queue() {
        let mut probes = Probes::new(Time::default());
        probes.set_eager(true);
        let mut now = Time::default();
        for most in [2, 4, 4, 4] {
            let probe = probes.take(now, START, 5_000_000).unwrap();
            send(&mut probes, now, probe, START, usize::MAX);
            let ended = now + ROUND_TRIP;
            assert!(probes.result(ended, ROUND_TRIP).unwrap().full);
            probes.overuse(ended);
            assert_eq!(probes.take(ended, START, 5_000_000), None);
            now = ended + Span::from_secs(most);
        }
    }
}
