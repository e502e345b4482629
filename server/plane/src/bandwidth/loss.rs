//! Whether loss is ours: what depends on how much is sent is congestion, what does not is the link's own.
//!
//! The model is libwebrtc's second loss-based estimator's: of what is sent at rate *r*, a share *p* is lost in any case,
//! and of the rest what exceeds the capacity *c*. The pair (*c*, *p*) that explains the last seconds best is looked for.
//! One rate alone can be explained by either; the simpler explanation is taken, that all is ours. Sending less then tells.

use crate::time::{Span, Time};

use super::history::Sent;

/// An observation takes at least so long a time of sending.
const OBSERVATION: Span = Span::from_millis(250);
/// Observations that are kept: some six seconds.
const KEPT: usize = 24;
/// What of an observation's weight is left when the next one comes.
const AGEING: f64 = 0.9;
/// The observations that stand for now.
const RECENT: usize = 4;
/// So little loss needs no explanation.
const NEGLIGIBLE: f64 = 0.02;
/// Capacities that are tried between what arrives and what is sent.
const CANDIDATES: usize = 12;
/// Rounds of fitting the link's own loss to a capacity.
const ROUNDS: usize = 4;
/// Losses come together, so that a packet is less than one piece of evidence.
const EVIDENCE: f64 = 0.3;
/// How unlikely it is, in nats, that the link itself loses everything. In proportion for what it loses beyond what it
/// is known to lose.
const RELUCTANCE: f64 = 15.0;
/// What is left of that knowledge with each observation that does not confirm it.
const FORGETTING: f64 = 0.99;
/// How unlikely it is, in nats, that a link carries less than a probe proved: for each e-fold of it. Where little is sent,
/// chance makes those windows that happen to be fuller happen to lose more, too.
const DISBELIEF: f64 = 3.0;
/// What is left of a proof with each observation: in half a minute, half.
const FADING: f64 = 0.994;
/// The link's own loss is sought between these.
const OWN_LOSS: (f64, f64) = (0.005, 0.4);
/// Without loss, the bound grows by this a second …
const GROWTH: f64 = 0.08;
/// … and by this when loss has turned out to be the link's own.
const RETURN: f64 = 1.0;

/// What became of the packets that left in one window.
#[derive(Clone, Copy, Debug, Default)]
pub struct Observation {
    /// At which rate they left, in bit/s.
    pub rate: f64,
    /// What arrived meanwhile, in bit/s.
    pub arriving: f64,
    /// How many there were.
    pub packets: u32,
    /// How many of them were lost.
    pub lost: u32,
    /// How long the window was, in seconds.
    pub seconds: f64,
}

impl Observation {
    /// The share that was lost, 0 to 1.
    pub fn lost_share(&self) -> f32 {
        self.lost as f32 / self.packets.max(1) as f32
    }
}

/// Gathers what feedback tells of packets into observations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    /// When the last packet of the observation before left.
    since: Option<Time>,
    latest: Time,
    bytes: usize,
    packets: u32,
    lost: u32,
}

impl Window {
    /// A packet is told to be missing.
    pub fn lost(&mut self, packet: &Sent) {
        self.record(packet);
        self.lost += 1;
    }

    /// A packet is told to have arrived, be it after it was told to be missing.
    pub fn arrived(&mut self, packet: &Sent) {
        if packet.was_missing {
            self.lost = self.lost.saturating_sub(1);
        } else {
            self.record(packet);
        }
    }

    fn record(&mut self, packet: &Sent) {
        self.since.get_or_insert(packet.at);
        self.latest = self.latest.max(packet.at);
        self.bytes += packet.bytes;
        self.packets += 1;
    }

    /// The observation, once it is long enough. `arriving` is what arrives, in bit/s, if that is known.
    pub fn take(&mut self, arriving: Option<u64>) -> Option<Observation> {
        let passed = self.latest.since(self.since?);
        if passed < OBSERVATION || self.packets == 0 {
            return None;
        }
        let seconds = passed.micros() as f64 / 1e6;
        let rate = self.bytes as f64 * 8.0 / seconds;
        let observation = Observation {
            rate,
            arriving: arriving.map_or(rate, |arriving| arriving as f64),
            packets: self.packets,
            lost: self.lost.min(self.packets),
            seconds,
        };
        *self = Self {
            since: Some(self.latest),
            latest: self.latest,
            ..Self::default()
        };
        Some(observation)
    }
}

/// The bound that loss puts on the rate, if it does.
#[derive(Debug, Default)]
pub struct Loss {
    /// A ring; `count` is the number of all that ever were.
    kept: [Observation; KEPT],
    count: usize,
    /// bit/s.
    bound: Option<f64>,
    /// The share that the link is known to lose at any rate.
    own: f64,
    /// What a probe proved that the link carries, in bit/s, as far as that still counts.
    proven: f64,
}

impl Loss {
    /// The highest rate at which loss is not ours, in bit/s; `None` if there is no reason for a bound.
    pub fn bound(&self) -> Option<u64> {
        self.bound.map(|bound| bound as u64)
    }

    /// A probe proved that the link carries `rate` bit/s.
    pub fn raise(&mut self, rate: u64) {
        self.proven = self.proven.max(rate as f64);
        self.bound = self.bound.map(|bound| bound.max(rate as f64));
    }

    /// Takes the next observation. `rate` is what would be sent without this bound, in bit/s.
    pub fn observe(&mut self, observation: Observation, rate: u64) {
        self.kept[self.count % KEPT] = observation;
        self.count += 1;
        self.own *= FORGETTING;
        self.proven *= FADING;
        let recent = self.latest().take(RECENT);
        let (packets, lost) = recent.fold((0, 0), |(packets, lost), o| {
            (packets + o.packets, lost + o.lost)
        });
        if f64::from(lost) <= NEGLIGIBLE * f64::from(packets) {
            self.grow(GROWTH, observation.seconds);
        } else {
            let Explanation { capacity, own, .. } = self.best_explanation();
            if capacity.is_finite() {
                let bound = self.bound.unwrap_or(f64::INFINITY);
                self.bound = Some(bound.min(capacity));
                self.proven = self.proven.min(capacity);
            } else {
                self.own = self.own.max(own);
                self.grow(RETURN, observation.seconds);
            }
        }
        // A bound far above what is sent anyhow has served its time.
        self.bound = self.bound.filter(|bound| *bound < 1.5 * rate as f64);
    }

    fn grow(&mut self, growth: f64, seconds: f64) {
        let factor = (1.0 + growth).powf(seconds.min(1.0));
        self.bound = self.bound.map(|bound| bound * factor);
    }

    fn latest(&self) -> impl Iterator<Item = &Observation> {
        let kept = self.count.min(KEPT);
        (1..=kept).map(|age| &self.kept[(self.count - age) % KEPT])
    }

    /// The capacity lies between what arrives and what is sent, or else loss is all the link's own.
    fn best_explanation(&self) -> Explanation {
        let recent = self.latest().take(RECENT);
        let sent = recent.map(|o| o.rate).fold(0.0, f64::max);
        let recent = self.latest().take(RECENT);
        let low = recent.map(|o| o.arriving).fold(0.0, f64::max).min(sent);
        let step = (sent - low) / CANDIDATES as f64;
        let candidates = (0..CANDIDATES).map(|i| low + step * i as f64);
        candidates.map(|capacity| self.explain(capacity)).fold(
            self.explain(f64::INFINITY),
            |best, other| {
                if other.score > best.score {
                    other
                } else {
                    best
                }
            },
        )
    }

    /// How well a link of this capacity explains what was observed, with the own loss that suits it best.
    fn explain(&self, capacity: f64) -> Explanation {
        let fits = |o: &Observation| (capacity / o.rate.max(1.0)).min(1.0);
        let (low, high) = OWN_LOSS;
        let mut own: f64 = 0.05;
        for _ in 0..ROUNDS {
            let (mut packets, mut own_lost, mut weight) = (0.0, 0.0, 1.0);
            for observation in self.latest() {
                let all_lost = 1.0 - (1.0 - own) * fits(observation);
                own_lost += weight * f64::from(observation.lost) * own / all_lost;
                packets += weight * f64::from(observation.packets);
                weight *= AGEING;
            }
            own = (own_lost / f64::max(packets, 1.0)).clamp(low, high);
        }
        let disproved = (self.proven / capacity.max(1.0)).max(1.0);
        let mut score = -RELUCTANCE * (own - self.own).max(0.0) - DISBELIEF * disproved.ln();
        let mut weight = EVIDENCE;
        for observation in self.latest() {
            let arriving = (1.0 - own) * fits(observation).max(1e-3);
            let arrived = f64::from(observation.packets.saturating_sub(observation.lost));
            score += weight * arrived * arriving.ln();
            score += weight * f64::from(observation.lost) * (1.0 - arriving).ln();
            weight *= AGEING;
        }
        Explanation {
            capacity,
            own,
            score,
        }
    }
}

/// A link that would do what was observed.
#[derive(Clone, Copy, Debug)]
struct Explanation {
    /// bit/s; infinite when loss is all its own.
    capacity: f64,
    /// The share that it loses at any rate.
    own: f64,
    /// How likely what was observed is with it, in nats.
    score: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends through a link of `capacity` that loses `own` of all in any case, at the bound or else at `wanted`, for
    /// `seconds`; the rates that were sent, three a second.
    fn play(loss: &mut Loss, capacity: f64, own: f64, wanted: f64, seconds: u32) -> Vec<f64> {
        let mut rates = Vec::new();
        // An even spread of losses, with what is left over carried on.
        let mut owed = 0.0;
        for i in 0..seconds * 3 {
            let wave = [1.0, 1.05, 0.97, 1.02][i as usize % 4];
            let rate = wave
                * loss
                    .bound()
                    .map_or(wanted, |bound| wanted.min(bound as f64));
            let packets = (rate / 8_000.0 / 3.0) as u32;
            let arriving = (1.0 - own) * (capacity / rate).min(1.0);
            owed += f64::from(packets) * (1.0 - arriving);
            let lost = owed as u32;
            owed -= f64::from(lost);
            let observation = Observation {
                rate,
                arriving: rate * arriving,
                packets,
                lost,
                seconds: 1.0 / 3.0,
            };
            loss.observe(observation, wanted as u64);
            rates.push(rate);
        }
        rates
    }

    #[test]
    fn loss_that_sending_less_ends_is_ours() {
        let mut loss = Loss::default();
        let rates = play(&mut loss, 300_000.0, 0.0, 600_000.0, 30);
        let settled = &rates[15..];
        assert!(
            settled
                .iter()
                .all(|rate| (240_000.0..400_000.0).contains(rate)),
            "{settled:?}"
        );
    }

    #[test]
    fn loss_that_stays_is_the_links_own() {
        for own in [0.03, 0.1, 0.3] {
            let mut loss = Loss::default();
            let rates = play(&mut loss, 1e9, own, 2_000_000.0, 60);
            let mean = rates.iter().sum::<f64>() / rates.len() as f64;
            assert!(mean > 1_500_000.0, "{own}: {mean}");
        }
    }

    #[test]
    fn both_at_once_are_told_apart() {
        let mut loss = Loss::default();
        let rates = play(&mut loss, 1_000_000.0, 0.1, 2_000_000.0, 60);
        let settled = &rates[60..];
        let mean = settled.iter().sum::<f64>() / settled.len() as f64;
        assert!((850_000.0..1_300_000.0).contains(&mean), "{mean}");
    }

    #[test]
    fn without_loss_there_is_no_bound() {
        let mut loss = Loss::default();
        play(&mut loss, 1e9, 0.0, 2_000_000.0, 10);
        assert_eq!(loss.bound(), None);
    }
}
