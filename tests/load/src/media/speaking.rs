//! Who speaks when: one main speaker at a time, and others who throw in a word.

use std::time::Duration;

const TURN: (f64, f64) = (5.0, 30.0);
const PAUSE: (f64, f64) = (0.2, 1.5);
const INTERJECTION: (f64, f64) = (0.4, 1.5);
/// Seconds between interjections.
const BETWEEN: (f64, f64) = (3.0, 12.0);

/// From when to when one participant speaks, since the beginning of the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Utterance {
    /// The first moment of it.
    pub from: Duration,
    /// The first moment after it.
    pub to: Duration,
}

/// The utterances of every participant over `length`, in order; the same for the same seed.
pub fn plan(seed: u64, participants: usize, length: Duration) -> Vec<Vec<Utterance>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut plan = vec![Vec::new(); participants];
    let mut turns = Vec::new();
    let mut at = 0.0;
    while at < length.as_secs_f64() && participants > 0 {
        let to = at + between(&mut random, TURN);
        let speaker = random.usize(..participants);
        turns.push((speaker, at, to));
        at = to + between(&mut random, PAUSE);
    }
    let mut at = between(&mut random, BETWEEN);
    while at < length.as_secs_f64() && participants > 1 {
        let to = at + between(&mut random, INTERJECTION);
        let speaker = random.usize(..participants);
        turns.push((speaker, at, to));
        at = to + between(&mut random, BETWEEN);
    }
    turns.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (speaker, from, to) in turns {
        let utterance = Utterance {
            from: Duration::from_secs_f64(from),
            to: Duration::from_secs_f64(to),
        };
        plan[speaker].push(utterance);
    }
    plan
}

fn between(random: &mut fastrand::Rng, (least, most): (f64, f64)) -> f64 {
    least + random.f64() * (most - least)
}

/// One participant's voice.
#[derive(Debug, Clone)]
pub struct Voice {
    utterances: std::collections::VecDeque<Utterance>,
}

impl Voice {
    /// A voice that follows its part of a plan.
    pub fn new(utterances: Vec<Utterance>) -> Self {
        Self {
            utterances: utterances.into(),
        }
    }

    /// Whether it is heard at this moment. Moments must not go backwards.
    pub fn speaks(&mut self, at: Duration) -> bool {
        while self.utterances.front().is_some_and(|u| u.to <= at) {
            self.utterances.pop_front();
        }
        self.utterances.front().is_some_and(|u| u.from <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn the_same_seed_gives_the_same_plan() {
        assert_eq!(plan(7, 10, HOUR), plan(7, 10, HOUR));
        assert_ne!(plan(7, 10, HOUR), plan(8, 10, HOUR));
    }

    #[test]
    fn somebody_speaks_most_of_the_time_and_never_a_crowd() {
        let mut voices: Vec<Voice> = plan(1, 20, HOUR).into_iter().map(Voice::new).collect();
        let (mut nobody, mut most) = (0, 0);
        for second in 0..3_600 {
            let at = Duration::from_secs(second);
            let speaking = voices
                .iter_mut()
                .map(|v| v.speaks(at))
                .filter(|speaks| *speaks)
                .count();
            nobody += usize::from(speaking == 0);
            most = most.max(speaking);
        }
        assert!(nobody < 360, "silent for {nobody} s");
        assert!(most <= 3, "{most} at once");
    }

    #[test]
    fn nobody_and_one_are_no_trouble() {
        assert!(plan(1, 0, HOUR).is_empty());
        assert_eq!(plan(1, 1, HOUR).len(), 1);
    }
}
