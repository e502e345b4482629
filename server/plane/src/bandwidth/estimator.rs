//! Joins the witnesses of one subscriber's link into one estimate.

use crate::time::{Span, Time};

use super::acknowledged::Acknowledged;
use super::busy::Busy;
use super::delay::{Delay, Usage};
use super::history::History;
use super::loss::{Loss, Window as LossWindow};
use super::probe::{Probe, Probes, Proof};
use super::rate_control::RateControl;
use super::reports::Reports;
use super::sending::Sending;
use super::standing::Standing;
use super::window::Window;
use crate::rtcp::CLOCK_WRAP_MICROS;

/// What a link is believed to carry before anything is known, in bit/s.
pub const START: u64 = 600_000;
/// No estimate is lower: what the voice of one speaker takes, in bit/s.
pub const FLOOR: u64 = 40_000;

/// A round trip that nobody has measured.
const USUAL_ROUND_TRIP: Span = Span::from_millis(200);
/// Without an answer for this long, and two round trips, the link is taken to be worse than believed.
const UNANSWERED: Span = Span::from_secs(1);
/// The same where receiver reports are all that comes (every 5 s, RFC 3550 section 6.2).
const UNREPORTED: Span = Span::from_secs(11);
/// What was heard of loss this long ago says nothing of now.
const RECENT: Span = Span::from_secs(10);
/// Once something is answered again, what it was sent before tells whether it waited in a queue: if for longer than this, and
/// two round trips, the link is thin; otherwise it was away.
const QUEUED: Span = Span::from_millis(300);
/// A fall of the estimate to less than this share of what it was is a drop.
const DROP: f64 = 0.7;

/// What one subscriber's link can carry. Its memory is fixed: some 50 KiB.
#[derive(Debug)]
pub struct Estimator {
    history: History,
    sending: Sending,
    delay: Delay,
    standing: Standing,
    acknowledged: Acknowledged,
    busy: Busy,
    rate_control: RateControl,
    loss: Loss,
    probes: Probes,
    reports: Reports,
    observed: LossWindow,
    window: Window,
    wanted: u64,
    round_trip: Span,
    /// Something is known of it, other than what is usual.
    round_trip_known: bool,
    /// Smoothed, 0 to 1.
    lost: f32,
    /// When that was last heard of.
    lost_at: Option<Time>,
    /// Transport-wide feedback has come, so that reports say nothing new.
    transport_wide: bool,
    /// Reports or REMB have come.
    reported: bool,
    /// When the first packet left that nothing has been heard after.
    unanswered: Option<Time>,
    /// The estimate before nothing was answered any more, bit/s, as long as nothing is.
    before_blackout: Option<u64>,
    /// The latest arrival, and what is added to the receiver's clock, both in µs: it begins anew after some 12 days.
    clock: Option<i64>,
    laps: i64,
    /// The estimate that the next drop is measured from, bit/s.
    height: u64,
}

const _: () = assert!(History::MEMORY + size_of::<Estimator>() < 64 * 1024);

impl Estimator {
    /// Starts at [`START`].
    pub fn new(now: Time) -> Self {
        Self {
            history: History::default(),
            sending: Sending::new(now),
            delay: Delay::default(),
            standing: Standing::new(now),
            acknowledged: Acknowledged::default(),
            busy: Busy::default(),
            rate_control: RateControl::new(now),
            loss: Loss::default(),
            probes: Probes::new(now),
            reports: Reports::new(now),
            observed: LossWindow::default(),
            window: Window::new(now),
            wanted: START,
            round_trip: USUAL_ROUND_TRIP,
            round_trip_known: false,
            lost: 0.0,
            lost_at: None,
            transport_wide: false,
            reported: false,
            unanswered: None,
            before_blackout: None,
            clock: None,
            laps: 0,
            height: START,
        }
    }

    /// A packet left: its transport-wide number, its bytes on the wire with UDP and IP, and the probe that it was part
    /// of.
    #[inline]
    pub fn sent(&mut self, now: Time, sequence: u16, bytes: usize, probe: Option<u32>) {
        self.history.record(now, sequence, bytes, probe);
        self.sending.record(bytes);
        self.unanswered.get_or_insert(now);
    }

    /// One message of transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): of each packet its
    /// number, and when it arrived in µs of the receiver's clock or that it has not.
    pub fn feedback(&mut self, now: Time, statuses: impl Iterator<Item = (u16, Option<i64>)>) {
        let mut latest = None;
        for (sequence, arrival) in statuses {
            let Some(arrival) = arrival else {
                if let Some(packet) = self.history.missing(sequence) {
                    self.observed.lost(&packet);
                }
                continue;
            };
            let Some(packet) = self.history.received(sequence) else {
                continue;
            };
            let arrival = self.unwrap(arrival);
            self.observed.arrived(&packet);
            latest = latest.max(Some(packet.at));
            self.acknowledged.record(arrival, packet.bytes);
            // A large packet takes longer to come than a small one, even where no queue is: on a thin link, a picture
            // after voices would pass for a queue that grows.
            let begun = arrival - self.serialization(packet.bytes);
            self.delay.packet(now, packet.at, begun);
            self.standing.packet(packet.at, begun);
            self.busy.packet(now, packet.at, packet.bytes, arrival);
            if let Some(cluster) = packet.cluster {
                self.probes
                    .received(cluster, packet.at, packet.bytes, arrival);
            }
        }
        let Some(latest) = latest else { return };
        self.transport_wide = true;
        self.unanswered = self.history.first_unanswered();
        self.end_blackout(now, now.since(latest));
        self.learn_round_trip(now.since(latest));
        self.window.answered(now, now.since(latest));
        self.sending.tick(now);
        self.follow_delay(now);
        self.follow_loss(now);
        self.follow_probes(now);
        self.notice_drop(now);
    }

    /// The receiver's own estimate (draft-alvestrand-rmcat-remb-03): an upper bound, in bit/s, until the next one.
    pub fn remb(&mut self, now: Time, bits_per_second: u64) {
        self.heard();
        self.reports.remb(now, bits_per_second);
    }

    /// A reception block told of this share lost, in 1/256 (RFC 3550 section 6.4.1), and of a round trip if it can be
    /// known.
    pub fn reception(&mut self, now: Time, fraction_lost: u8, round_trip: Option<Span>) {
        self.heard();
        if let Some(round_trip) = round_trip {
            self.learn_round_trip(round_trip);
        }
        if !self.transport_wide {
            self.sending.tick(now);
            let lost = f32::from(fraction_lost) / 256.0;
            self.lost += (lost - self.lost) / 4.0;
            self.lost_at = Some(now);
            self.reports
                .reception(now, lost, self.sending.rate(), self.round_trip);
        }
    }

    /// What would be sent if the link allowed it, in bit/s. Room is not looked for far beyond it, and more often while
    /// something is `paused` for want of it.
    pub fn set_wanted(&mut self, bits_per_second: u64, paused: bool) {
        self.wanted = bits_per_second;
        self.probes.set_eager(paused);
    }

    /// Time passed; some ten times a second.
    pub fn tick(&mut self, now: Time) {
        self.sending.tick(now);
        self.follow_probes(now);
        let patience = if self.transport_wide {
            UNANSWERED.max(self.round_trip + self.round_trip)
        } else {
            UNREPORTED
        };
        if self
            .unanswered
            .is_some_and(|since| now.since(since) > patience)
        {
            self.unanswered = Some(now);
            self.before_blackout.get_or_insert(self.estimate());
            self.rate_control.halve(now);
            self.reports.halve();
            self.notice_drop(now);
        }
    }

    /// What the link is believed to carry, in bit/s.
    pub fn estimate(&self) -> u64 {
        let bound = self.reports.bound();
        let rate = if self.transport_wide {
            let loss = self.loss.bound().unwrap_or(u64::MAX);
            self.rate_control.rate().min(loss).min(bound)
        } else {
            self.reports.rate().min(bound)
        };
        rate.max(FLOOR)
    }

    /// The round trip, smoothed.
    pub fn round_trip(&self) -> Span {
        self.round_trip
    }

    /// The share that is lost, smoothed, 0 to 1.
    pub fn loss(&self) -> f32 {
        self.lost
    }

    /// The same, where something was heard of it lately: of a link that carries nothing, nothing is known.
    pub fn recent_loss(&self, now: Time) -> Option<f32> {
        let is_recent = |at| now.since(at) < RECENT;
        self.lost_at.is_some_and(is_recent).then_some(self.lost)
    }

    /// The round trip, smoothed, where it has been measured.
    pub fn measured_round_trip(&self) -> Option<Span> {
        self.round_trip_known.then_some(self.round_trip)
    }

    /// A probe that is due: the pacer sends it at once, at its rate, and tags its packets.
    pub fn take_probe(&mut self, now: Time) -> Option<Probe> {
        if self.reported && !self.transport_wide {
            // Nobody would tell what became of it.
            return None;
        }
        self.probes.take(now, self.estimate(), self.wanted)
    }

    /// Whether feedback on what was sent is late: the link may have broken down, or carry much less than it did.
    pub fn is_late(&self, now: Time) -> bool {
        self.window.is_late(now, self.unanswered)
    }

    /// Whether so much is on its way that more would wait in front of the link, with the voices behind it.
    #[inline]
    pub fn is_full(&self, now: Time) -> bool {
        self.is_late(now)
            || self.standing.is_long()
            || self
                .window
                .is_exceeded_by(self.history.in_flight(), self.estimate())
    }

    /// The receiver's clock, as if it never began anew.
    fn unwrap(&mut self, arrival: i64) -> i64 {
        let latest = self.clock.unwrap_or(arrival);
        let ahead = arrival.saturating_add(self.laps).saturating_sub(latest);
        if ahead < -CLOCK_WRAP_MICROS / 2 {
            self.laps = self.laps.saturating_add(CLOCK_WRAP_MICROS);
        } else if ahead > CLOCK_WRAP_MICROS / 2 {
            self.laps = self.laps.saturating_sub(CLOCK_WRAP_MICROS);
        }
        let arrival = arrival.saturating_add(self.laps);
        self.clock = Some(arrival);
        arrival
    }

    /// A report came; where there is transport-wide feedback, that alone tells that packets arrive.
    fn heard(&mut self) {
        self.reported = true;
        if !self.transport_wide {
            self.unanswered = None;
        }
    }

    /// How many µs a packet takes to pass the link, by what is believed of it.
    fn serialization(&self, bytes: usize) -> i64 {
        let rate = self
            .rate_control
            .rate()
            .max(self.busy.last().unwrap_or(FLOOR));
        (bytes as u64 * 8_000_000 / rate.max(FLOOR)).cast_signed()
    }

    fn learn_round_trip(&mut self, sample: Span) {
        let smoothed = (self.round_trip.micros() * 7 + sample.micros()) / 8;
        self.round_trip = Span::from_micros(smoothed);
        self.round_trip_known = true;
    }

    fn follow_delay(&mut self, now: Time) {
        let arriving = self.acknowledged.rate();
        let carried = arriving.is_some_and(|arriving| self.sending.is_carried_by(arriving));
        let standing = self.standing.usage(now, self.round_trip, carried);
        let mut usage = self.delay.usage();
        if usage == Usage::Over && self.standing.is_empty() {
            usage = Usage::Normal;
        }
        if usage == Usage::Normal {
            usage = standing;
        }
        if usage == Usage::Over && self.probes.ripples(now) {
            // The probe's own queue: it drains by itself.
            usage = Usage::Under;
        } else if usage == Usage::Over || standing != Usage::Normal {
            self.probes.overuse(now);
        }
        let limited = self.sending.is_limited_by(self.estimate());
        // What arrives on average says little of the link where pictures come in steps; what it carries while a queue
        // stands says all, and sooner.
        let full = self.busy.rate(now).filter(|_| usage == Usage::Over);
        let full = full.map(|full| match arriving {
            // Jitter lets a link look busy that is not; it carries no less than what arrives, unless a queue shows that this
            // lags behind.
            Some(arriving) if full >= arriving / 2 || standing == Usage::Normal => {
                let full = full.max(arriving);
                // Who fills a link that others share leaves them some of what it had in the moment.
                if limited {
                    (3 * full + arriving) / 4
                } else {
                    full
                }
            }
            _ => full,
        });
        self.rate_control.update(
            now,
            usage,
            full.or(arriving),
            self.round_trip,
            limited || full.is_some(),
        );
        if self.rate_control.take_surpassed() {
            self.probes.hurry(now);
        }
    }

    fn follow_loss(&mut self, now: Time) {
        let arriving = self.acknowledged.rate();
        if let Some(observation) = self.observed.take(arriving) {
            self.lost += (observation.lost_share() - self.lost) / 4.0;
            self.lost_at = Some(now);
            self.loss.observe(observation, self.rate_control.rate());
        }
    }

    fn follow_probes(&mut self, now: Time) {
        if let Some(Proof { rate, full }) = self.probes.result(now, self.round_trip) {
            // Who fills a link that others share gets less of it in the long run than in the moment of a probe.
            let filling = full && self.sending.is_limited_by(self.estimate());
            let rate = match self.acknowledged.rate() {
                Some(arriving) if filling => (arriving + rate) / 2,
                _ => rate,
            };
            self.rate_control.raise(now, rate);
            self.loss.raise(rate);
        }
    }

    /// Something is answered again, so long after it left. Of a link that was away for a while it is asked at once what it
    /// carries now; what was lost meanwhile says nothing of that.
    fn end_blackout(&mut self, now: Time, waited: Span) {
        let Some(before) = self.before_blackout.take() else {
            return;
        };
        if waited <= QUEUED.max(self.round_trip + self.round_trip) {
            self.observed = LossWindow::default();
            self.probes.resume(now, before);
        }
    }

    fn notice_drop(&mut self, now: Time) {
        let estimate = self.estimate();
        if (estimate as f64) < DROP * self.height as f64 {
            self.height = estimate;
            self.probes.dropped(now);
        }
        self.height = self.height.max(estimate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    /// Sends 1,000 bytes every 20 ms, with feedback 50 ms after each fifth if it is to be `answered`.
    fn play(estimator: &mut Estimator, from: u64, to: u64, answered: bool) {
        for millis in (from..to).step_by(20) {
            let sequence = (millis / 20) as u16;
            estimator.sent(at(millis), sequence, 1_000, None);
            if answered && sequence % 5 == 4 {
                let arrival = |i: u16| millis as i64 * 1_000 - i64::from(sequence - i) * 20_000;
                let statuses = (sequence - 4..=sequence).map(|i| (i, Some(arrival(i))));
                estimator.feedback(at(millis + 50), statuses);
            }
            estimator.tick(at(millis + 50));
        }
    }

    #[test]
    fn nobody_answering_halves_the_estimate_each_second_down_to_the_floor() {
        let mut estimator = Estimator::new(at(0));
        play(&mut estimator, 0, 5_000, true);
        let before = estimator.estimate();
        play(&mut estimator, 5_000, 5_900, false);
        assert_eq!(estimator.estimate(), before);
        play(&mut estimator, 5_900, 6_900, false);
        assert_eq!(estimator.estimate(), before / 2);
        play(&mut estimator, 6_900, 30_000, false);
        assert_eq!(estimator.estimate(), FLOOR);
    }

    #[test]
    fn sending_nothing_is_no_reason_to_doubt() {
        let mut estimator = Estimator::new(at(0));
        play(&mut estimator, 0, 5_000, true);
        let before = estimator.estimate();
        (5_000..60_000)
            .step_by(100)
            .for_each(|millis| estimator.tick(at(millis)));
        assert_eq!(estimator.estimate(), before);
    }

    #[test]
    fn the_round_trip_is_that_of_the_last_packet() {
        let mut estimator = Estimator::new(at(0));
        play(&mut estimator, 0, 5_000, true);
        let millis = estimator.round_trip().micros() / 1_000;
        assert!((49..=51).contains(&millis), "{millis} ms");
    }

    #[test]
    fn the_receivers_clock_may_begin_anew() {
        let mut estimator = Estimator::new(at(0));
        let told = [CLOCK_WRAP_MICROS - 64_000, 0, 64_000, CLOCK_WRAP_MICROS - 1];
        let unwrapped = told.map(|arrival| estimator.unwrap(arrival) - CLOCK_WRAP_MICROS);
        assert_eq!(unwrapped, [-64_000, 0, 64_000, -1]);
    }

    #[test]
    fn remb_is_an_upper_bound_and_can_be_raised_again() {
        let mut estimator = Estimator::new(at(0));
        play(&mut estimator, 0, 5_000, true);
        let before = estimator.estimate();
        estimator.remb(at(5_000), 200_000);
        assert_eq!(estimator.estimate(), 200_000);
        estimator.remb(at(6_000), 90_000_000);
        assert_eq!(estimator.estimate(), before);
    }

    #[test]
    fn without_transport_wide_feedback_reports_decide() {
        let mut estimator = Estimator::new(at(0));
        estimator.set_wanted(2_000_000, false);
        estimator.remb(at(1_000), 1_500_000);
        assert_eq!(estimator.estimate(), 1_500_000);
        for second in 2..12 {
            estimator.reception(at(second * 1_000), 64, Some(Span::from_millis(80)));
        }
        let expected = 1_500_000.0 * 0.875f64.powi(10);
        let estimate = estimator.estimate() as f64;
        assert!((estimate / expected - 1.0).abs() < 0.01, "{estimate}");
        assert!((0.2..0.25).contains(&estimator.loss()));
        assert_eq!(estimator.take_probe(at(12_000)), None);
    }

    proptest! {
        #[test]
        fn no_feedback_harms_it(
            messages in prop::collection::vec(
                (
                    0u64..3_000_000,
                    any::<u16>(),
                    prop::collection::vec((any::<u8>(), any::<Option<i64>>()), 0..40),
                ),
                0..60,
            ),
            wanted: u64,
            remb: Option<u64>,
        ) {
            let mut estimator = Estimator::new(at(0));
            estimator.set_wanted(wanted, false);
            let mut now = at(0);
            let mut sequence = 0u16;
            for (passed, base, statuses) in messages {
                now = now + Span::from_micros(passed);
                let probe = estimator.take_probe(now);
                for i in 0..40 {
                    sequence = sequence.wrapping_add(1);
                    let cluster = probe.map(|probe| probe.cluster);
                    estimator.sent(now + Span::from_micros(i * 100), sequence, 1_200, cluster);
                }
                let near = sequence.wrapping_sub(base % 64);
                let statuses = statuses
                    .iter()
                    .map(|(step, arrival)| (near.wrapping_add(u16::from(*step) % 48), *arrival));
                estimator.feedback(now, statuses);
                if let Some(remb) = remb {
                    estimator.remb(now, remb);
                }
                estimator.tick(now);
                prop_assert!(estimator.estimate() >= FLOOR);
                prop_assert!((0.0..=1.0).contains(&estimator.loss()));
            }
        }
    }
}
