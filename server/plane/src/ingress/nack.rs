//! Asking a publisher for lost packets: which to ask for, when, how often, and when to give up.

use std::collections::VecDeque;

use crate::time::{Span, Time};

/// For how long a missing packet may just be late.
const REORDERING: Span = Span::from_millis(10);
/// How many packets may overtake one before it counts as lost.
const OVERTAKEN: u64 = 3;
/// How often one packet is asked for at most.
pub const MAX_ASKS: u8 = 10;
/// For how long one is asked for: whoever watches has frozen long before.
pub const WORTHWHILE: Span = Span::from_secs(1);
/// The shortest time between two asks for one packet. On short ways a sender takes longer than the way does.
pub const MIN_INTERVAL: Span = Span::from_millis(20);
/// So many missing at once are no loss that asking would repair: the sender paused, jumped, or the way broke down.
const MAX_MISSING: usize = 500;
/// How far back it is known which packets arrived; a multiple of 64.
const REMEMBERED: u64 = 1_024;

/// What a packet's arrival means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It arrives for the first time, unasked; maybe late.
    New,
    /// It was asked for.
    Recovered {
        /// How long ago first, where it was not asked for again after a whole round trip: about a round trip.
        after: Option<Span>,
    },
    /// It has arrived before, or lies too far back to tell.
    Duplicate,
}

#[derive(Clone, Copy, Debug)]
struct Missing {
    index: u64,
    noticed: Time,
    /// When it was asked for, for the first and for the last time.
    asked: Option<[Time; 2]>,
    asks: u8,
}

impl Missing {
    /// When it is to be asked for next, or given up. The second ask comes after half a round trip: the first may be lost
    /// like the packet was, and whoever has it does not answer twice within a round trip (libwebrtc's
    /// `RtpPacketHistory`).
    fn due(&self, highest: u64, round_trip: Span) -> Time {
        let interval = match self.asks {
            1 => Span::from_micros(round_trip.micros() / 2),
            _ => round_trip,
        };
        match self.asked {
            None if highest - self.index >= OVERTAKEN => self.noticed,
            None => self.noticed + REORDERING,
            Some([_, last]) => (last + interval.max(MIN_INTERVAL)).min(self.noticed + WORTHWHILE),
        }
    }
}

/// What is missing of one incoming stream. Packets are known by their index: the sequence number with the rollovers in
/// front.
#[derive(Debug)]
pub struct NackGenerator {
    highest: Option<u64>,
    /// Ascending by index.
    missing: VecDeque<Missing>,
    /// One bit for each of the last packets: whether it arrived.
    arrived: [u64; (REMEMBERED / 64) as usize],
    gave_up: bool,
}

impl Default for NackGenerator {
    fn default() -> Self {
        Self {
            highest: None,
            missing: VecDeque::new(),
            arrived: [0; (REMEMBERED / 64) as usize],
            gave_up: false,
        }
    }
}

impl NackGenerator {
    /// Packet `index` arrived. The first one begins the stream: nothing before it is asked for.
    pub fn received(&mut self, now: Time, index: u64) -> Arrival {
        let next = self.highest.map_or(index, |highest| highest + 1);
        if index < next {
            return self.received_late(now, index, next - 1);
        }
        if index - next > MAX_MISSING as u64 {
            self.forget();
        } else {
            for missed in next..index {
                self.set_arrived(missed, false);
                self.missing.push_back(Missing {
                    index: missed,
                    noticed: now,
                    asked: None,
                    asks: 0,
                });
            }
            if self.missing.len() > MAX_MISSING {
                self.forget();
            }
        }
        self.set_arrived(index, true);
        self.highest = Some(index);
        Arrival::New
    }

    fn received_late(&mut self, now: Time, index: u64, highest: u64) -> Arrival {
        if highest - index >= REMEMBERED || self.has_arrived(index) {
            return Arrival::Duplicate;
        }
        self.set_arrived(index, true);
        let at = self.missing.binary_search_by_key(&index, |m| m.index);
        match at.ok().and_then(|at| self.missing.remove(at)) {
            Some(missing) if missing.asks > 0 => Arrival::Recovered {
                after: missing
                    .asked
                    .filter(|_| missing.asks <= 2)
                    .map(|[first, _]| now.since(first)),
            },
            _ => Arrival::New,
        }
    }

    /// Writes the sequence numbers to ask for now into `out`, oldest first, and takes them as asked for. Returns how
    /// many; if `out` has no room for all, the others are due still. `round_trip` is that to the publisher.
    pub fn due(&mut self, now: Time, round_trip: Span, out: &mut [u16]) -> usize {
        let Some(highest) = self.highest else {
            return 0;
        };
        let mut asked = 0;
        let (missing, gave_up) = (&mut self.missing, &mut self.gave_up);
        missing.retain_mut(|packet| {
            if packet.due(highest, round_trip) > now {
                return true;
            }
            if packet.asks >= MAX_ASKS
                || (packet.asks > 0 && now.since(packet.noticed) >= WORTHWHILE)
            {
                *gave_up = true;
                return false;
            }
            if let Some(out) = out.get_mut(asked) {
                *out = packet.index as u16;
                asked += 1;
                let first = packet.asked.map_or(now, |[first, _]| first);
                packet.asked = Some([first, now]);
                packet.asks += 1;
            }
            true
        });
        asked
    }

    /// When [`NackGenerator::due`] has something to do next; `None` while nothing is missing.
    pub fn deadline(&self, round_trip: Span) -> Option<Time> {
        let highest = self.highest?;
        self.missing
            .iter()
            .map(|packet| packet.due(highest, round_trip))
            .min()
    }

    /// Nobody needs this stream now: what is missing is neither asked for nor given up.
    pub fn abandon(&mut self) {
        self.missing.clear();
    }

    /// Whether packets were given up since this was last called: what depends on them needs a keyframe.
    pub fn gave_up(&mut self) -> bool {
        std::mem::take(&mut self.gave_up)
    }

    /// The index that a sequence number stands for: the nearest to the highest so far. `None` before the first packet.
    pub fn index_of(&self, sequence: u16) -> Option<u64> {
        let highest = self.highest?;
        let step = sequence.wrapping_sub(highest as u16).cast_signed();
        highest.checked_add_signed(i64::from(step))
    }

    /// Whether a packet is known to be missing.
    pub fn is_missing(&self, index: u64) -> bool {
        self.missing
            .binary_search_by_key(&index, |missing| missing.index)
            .is_ok()
    }

    /// Gives all up that is missing, and begins anew with what comes next.
    fn forget(&mut self) {
        self.missing.clear();
        // Whatever still comes from before is let through.
        self.arrived.fill(0);
        self.gave_up = true;
    }

    fn has_arrived(&self, index: u64) -> bool {
        let bit = index % REMEMBERED;
        self.arrived[(bit / 64) as usize] & (1 << (bit % 64)) != 0
    }

    fn set_arrived(&mut self, index: u64, arrived: bool) {
        let bit = index % REMEMBERED;
        let word = &mut self.arrived[(bit / 64) as usize];
        *word = (*word & !(1 << (bit % 64))) | (u64::from(arrived) << (bit % 64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{HashMap, HashSet};

    const ROUND_TRIP: Span = Span::from_millis(50);

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    fn due(nacks: &mut NackGenerator, millis: u64) -> Vec<u16> {
        let mut out = [0; 512];
        let count = nacks.due(at(millis), ROUND_TRIP, &mut out);
        out[..count].to_vec()
    }

    /// Packets that arrived at once.
    fn arrive(nacks: &mut NackGenerator, millis: u64, indices: impl IntoIterator<Item = u64>) {
        for index in indices {
            nacks.received(at(millis), index);
        }
    }

    #[test]
    fn a_fresh_stream_asks_for_nothing_before_its_first_packet() {
        let mut nacks = NackGenerator::default();
        assert_eq!(due(&mut nacks, 0), []);
        arrive(&mut nacks, 0, [1_000, 1_001]);
        assert_eq!(due(&mut nacks, 100), []);
        assert_eq!(nacks.received(at(100), 999), Arrival::New);
        assert_eq!(nacks.received(at(100), 999), Arrival::Duplicate);
        assert_eq!(nacks.deadline(ROUND_TRIP), None);
    }

    #[test]
    fn one_that_is_overtaken_is_awaited_before_it_is_asked_for() {
        let mut nacks = NackGenerator::default();
        arrive(&mut nacks, 0, [65_535, 65_537]);
        assert_eq!(due(&mut nacks, 9), []);
        assert_eq!(nacks.deadline(ROUND_TRIP), Some(at(10)));
        assert_eq!(nacks.received(at(9), 65_536), Arrival::New);
        assert_eq!(due(&mut nacks, 20), [], "it came");
        arrive(&mut nacks, 20, [65_539]);
        assert_eq!(due(&mut nacks, 30), [2]);
        let after = Some(Span::from_millis(5));
        assert_eq!(nacks.received(at(35), 65_538), Arrival::Recovered { after });
        assert_eq!(nacks.received(at(36), 65_538), Arrival::Duplicate);
    }

    #[test]
    fn one_that_three_have_overtaken_is_asked_for_at_once_soon_again_and_then_each_round_trip() {
        let mut nacks = NackGenerator::default();
        arrive(&mut nacks, 0, [10, 12, 13]);
        assert_eq!(due(&mut nacks, 1), []);
        arrive(&mut nacks, 1, [14]);
        let asked: Vec<_> = (1..150)
            .filter(|&now| !due(&mut nacks, now).is_empty())
            .collect();
        assert_eq!(asked, [1, 26, 76, 126]);
    }

    #[test]
    fn what_never_comes_is_given_up_after_a_second_or_ten_asks() {
        let mut nacks = NackGenerator::default();
        arrive(&mut nacks, 0, [10, 20]);
        let mut short = [0; 4];
        let asks = (0..400).map(|now| nacks.due(at(now), Span::default(), &mut short));
        assert_eq!(
            asks.sum::<usize>(),
            9 * usize::from(MAX_ASKS),
            "four at a time suffice"
        );
        assert!(nacks.gave_up() && !nacks.gave_up());
        arrive(&mut nacks, 1_000, [30]);
        let slow = Span::from_millis(700);
        let asks = (1_000..3_000).map(|now| nacks.due(at(now), slow, &mut [0; 64]));
        assert_eq!(asks.sum::<usize>(), 2 * 9);
        assert!(nacks.gave_up());
        assert_eq!(
            nacks.received(at(3_000), 25),
            Arrival::New,
            "far too late, yet new"
        );
    }

    #[test]
    fn a_gap_that_is_no_loss_is_not_asked_for() {
        let mut nacks = NackGenerator::default();
        arrive(&mut nacks, 0, [10, 12, 500]);
        assert!(!nacks.gave_up());
        arrive(&mut nacks, 0, [500 + 502]);
        assert!(nacks.gave_up());
        assert_eq!(due(&mut nacks, 100), []);
        arrive(&mut nacks, 100, (1_003..3_100).step_by(2));
        assert!(nacks.gave_up(), "many small gaps are bounded too");
        assert!(due(&mut nacks, 200).len() <= MAX_MISSING);
    }

    #[test]
    fn sequence_numbers_are_those_nearest_to_the_highest() {
        let mut nacks = NackGenerator::default();
        assert_eq!(nacks.index_of(5), None);
        arrive(&mut nacks, 0, [0x1_0002]);
        assert_eq!(nacks.index_of(0xffff), Some(0xffff));
        assert_eq!(nacks.index_of(5), Some(0x1_0005));
    }

    /// What becomes of one packet on its way.
    #[derive(Clone, Copy, Debug)]
    struct Fate {
        lost: bool,
        late: u64,
        twice: bool,
        /// How many of the asks for it are answered in vain.
        lost_answers: usize,
    }

    fn fate() -> impl Strategy<Value = Fate> {
        let late = prop_oneof![4 => Just(0u64), 1 => 0u64..120];
        let of = (
            prop::bool::weighted(0.1),
            late,
            prop::bool::weighted(0.05),
            0usize..12,
        );
        of.prop_map(|(lost, late, twice, lost_answers)| Fate {
            lost,
            late,
            twice,
            lost_answers,
        })
    }

    proptest! {
        /// Over random loss, reordering and duplication, with answers that get lost too: what is missing is asked for,
        /// what has arrived is not, nobody is asked too often or too soon, and each packet is new once.
        #[test]
        fn missing_packets_and_no_others_are_asked_for(
            start in 0u64..200_000, fates in proptest::collection::vec(fate(), 2..200), round_trip in 1u64..300,
        ) {
            let mut nacks = NackGenerator::default();
            let mut ways: Vec<(u64, u64)> = Vec::new(); // when, which
            for (i, fate) in fates.iter().enumerate() {
                let sent = 5 * i as u64;
                let lost = fate.lost && i > 0 && i + 1 < fates.len();
                let late = if i == 0 { 0 } else { fate.late };
                ways.extend((!lost).then_some((sent + late, start + i as u64)));
                ways.extend(fate.twice.then_some((sent + late + 7, start + i as u64)));
            }
            let mut asks: HashMap<u64, Vec<u64>> = HashMap::new();
            let (mut arrived, mut expected_lost) = (HashSet::new(), HashSet::new());
            let (mut highest, mut gave_up) = (None::<u64>, false);
            for now in 0..5 * 200 + 1_500 {
                let (mut come, still): (Vec<_>, Vec<_>) = ways.into_iter().partition(|way| way.0 == now);
                come.sort_unstable();
                ways = still;
                for (_, index) in come {
                    let arrival = nacks.received(at(now), index);
                    prop_assert_eq!(arrival == Arrival::Duplicate, !arrived.insert(index));
                    let is_recovered = matches!(arrival, Arrival::Recovered { .. });
                    prop_assert!(!is_recovered || asks.contains_key(&index));
                    expected_lost.extend(highest.map_or(index, |h: u64| h + 1)..index);
                    highest = highest.max(Some(index));
                }
                let mut out = [0; 300];
                let count = nacks.due(at(now), Span::from_millis(round_trip), &mut out);
                gave_up |= nacks.gave_up();
                for &sequence in &out[..count] {
                    let index = nacks.index_of(sequence).unwrap();
                    prop_assert!(!arrived.contains(&index), "{} has arrived", index);
                    let asks = asks.entry(index).or_default();
                    if let Some(last) = asks.last() {
                        let interval = if asks.len() == 1 { round_trip / 2 } else { round_trip };
                        prop_assert!(now - last >= interval.max(20), "too soon again");
                    }
                    asks.push(now);
                    prop_assert!(asks.len() <= usize::from(MAX_ASKS));
                    prop_assert!(now - asks[0] <= 1_000);
                    if asks.len() > fates[(index - start) as usize].lost_answers {
                        ways.push((now + round_trip, index));
                    }
                }
            }
            for index in expected_lost {
                let asked = asks.get(&index).map_or(0, Vec::len);
                prop_assert!(asked > 0 || arrived.contains(&index), "{} was never asked for", index);
                prop_assert!(arrived.contains(&index) || gave_up, "{} was given up in silence", index);
            }
            prop_assert_eq!(nacks.deadline(ROUND_TRIP), None);
        }
    }
}
