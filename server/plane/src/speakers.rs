//! Who is heard and who speaks: the loudest few of a group, with hysteresis, from audio levels (RFC 6464).

use rustc_hash::FxHashMap;

use crate::time::{Span, Time};

/// How many are heard at once.
pub const SEATS: usize = 3;

/// The quietest level that counts as speech, in dB above -127 dBov.
const SPEECH: f32 = 127.0 - 50.0;
/// How much louder, in dB, somebody must be than the quietest who is seated, to take the seat.
const MARGIN: f32 = 6.0;
/// Loudness rises this quickly …
const ATTACK: Span = Span::from_millis(60);
/// … and falls this slowly, so that pauses between words cost nobody a seat.
const RELEASE: Span = Span::from_millis(1_200);
/// How long somebody must be the loudest before being called the speaker: longer than a cough.
const DOMINANCE: Span = Span::from_millis(500);
/// With nobody loud for this long, nobody is the speaker.
const SILENCE: Span = Span::from_millis(3_000);
/// Without packets for this long, a seat is free for others.
const ABSENCE: Span = Span::from_millis(2_000);

#[derive(Clone, Copy, Debug)]
struct Member {
    /// Smoothed level in dB above -127 dBov.
    loudness: f32,
    heard_at: Time,
}

/// What a level or the passing of time changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// A seat has another occupant now.
    pub seats: bool,
    /// The dominant speaker is another now.
    pub dominant: bool,
}

/// The speakers of one group.
#[derive(Debug, Default)]
pub struct Speakers {
    /// By track.
    members: FxHashMap<usize, Member>,
    seats: [Option<usize>; SEATS],
    dominant: Option<usize>,
    /// Who is the loudest now, and since when.
    challenger: Option<(usize, Time)>,
    last_speech: Time,
}

impl Speakers {
    /// Lets a track take part.
    pub fn add(&mut self, track: usize) {
        let member = Member {
            loudness: 0.0,
            heard_at: Time::default(),
        };
        self.members.insert(track, member);
    }

    /// Takes a track out, or silences it for now: its seat is free at once.
    pub fn silence(&mut self, track: usize) -> Changes {
        if let Some(member) = self.members.get_mut(&track) {
            member.loudness = 0.0;
            member.heard_at = Time::default();
        }
        let mut changes = Changes::default();
        if let Some(seat) = self.seat_of(track) {
            self.seats[seat] = None;
            changes.seats = true;
        }
        self.challenger = self
            .challenger
            .filter(|(challenger, _)| *challenger != track);
        if self.dominant == Some(track) {
            self.dominant = None;
            changes.dominant = true;
        }
        changes
    }

    /// Takes a track out for good.
    pub fn remove(&mut self, track: usize) -> Changes {
        let changes = self.silence(track);
        self.members.remove(&track);
        changes
    }

    /// Who sits where.
    pub fn seats(&self) -> &[Option<usize>; SEATS] {
        &self.seats
    }

    /// Which seat a track has.
    #[inline]
    pub fn seat_of(&self, track: usize) -> Option<usize> {
        self.seats.iter().position(|seat| *seat == Some(track))
    }

    /// Who speaks.
    pub fn dominant(&self) -> Option<usize> {
        self.dominant
    }

    /// A packet of `track` arrived with this level: 0 (loudest) to 127 (silence) in -dBov.
    pub fn record(&mut self, now: Time, track: usize, level: u8) -> Changes {
        let Some(member) = self.members.get_mut(&track) else {
            return Changes::default();
        };
        let loudness = f32::from(127 - level.min(127));
        let time_constant = if loudness > member.loudness {
            ATTACK
        } else {
            RELEASE
        };
        let passed = now.since(member.heard_at).micros() as f32;
        let weight = 1.0 - (-passed / time_constant.micros() as f32).exp();
        member.loudness += (loudness - member.loudness) * weight;
        member.heard_at = now;
        let loudness = member.loudness;
        let seats = self.seat_of(track).is_none() && self.try_to_seat(track, loudness);
        Changes {
            seats,
            dominant: false,
        }
    }

    /// Time has passed: the speaker may have fallen silent, and those who are gone lose their seats.
    pub fn tick(&mut self, now: Time) -> Changes {
        let mut changes = Changes::default();
        for seat in 0..SEATS {
            let Some(track) = self.seats[seat] else {
                continue;
            };
            let member = self.members.get(&track);
            if member.is_some_and(|member| now.since(member.heard_at) > ABSENCE) {
                let silenced = self.silence(track);
                changes.seats |= silenced.seats;
                changes.dominant |= silenced.dominant;
            }
        }
        changes.dominant |= self.choose_dominant(now);
        changes
    }

    fn loudness(&self, track: usize) -> f32 {
        self.members
            .get(&track)
            .map_or(0.0, |member| member.loudness)
    }

    fn try_to_seat(&mut self, track: usize, loudness: f32) -> bool {
        let free = self.seats.iter().position(Option::is_none);
        let seat = free.or_else(|| {
            if loudness < SPEECH {
                return None;
            }
            let quietest = (0..SEATS).min_by(|&a, &b| {
                let of = |seat: usize| self.seats[seat].map_or(0.0, |track| self.loudness(track));
                of(a).total_cmp(&of(b))
            })?;
            let seated = self.seats[quietest].map_or(0.0, |track| self.loudness(track));
            (loudness > seated + MARGIN).then_some(quietest)
        });
        let Some(seat) = seat else { return false };
        self.seats[seat] = Some(track);
        true
    }

    fn choose_dominant(&mut self, now: Time) -> bool {
        let loudest = self
            .seats
            .iter()
            .flatten()
            .map(|&track| (track, self.loudness(track)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|(_, loudness)| *loudness >= SPEECH);
        let Some((track, loudness)) = loudest else {
            self.challenger = None;
            let over = self.dominant.is_some() && now.since(self.last_speech) > SILENCE;
            if over {
                self.dominant = None;
            }
            return over;
        };
        self.last_speech = now;
        let ahead = match self.dominant {
            Some(dominant) if dominant == track => {
                self.challenger = None;
                return false;
            }
            Some(dominant) => loudness > self.loudness(dominant) + MARGIN,
            None => true,
        };
        if !ahead {
            self.challenger = None;
            return false;
        }
        match self.challenger {
            Some((challenger, since)) if challenger == track => {
                let won = now.since(since) >= DOMINANCE;
                if won {
                    self.dominant = Some(track);
                    self.challenger = None;
                }
                won
            }
            _ => {
                self.challenger = Some((track, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALK: u8 = 25;
    const QUIET: u8 = 90;

    /// Plays `millis` of 20 ms packets with the level that `level` gives each track; returns the end.
    fn play(
        speakers: &mut Speakers,
        from: u64,
        millis: u64,
        level: impl Fn(usize) -> Option<u8>,
    ) -> u64 {
        for at in (from..from + millis).step_by(20) {
            let now = Time::from_micros(at * 1_000);
            let mut tracks: Vec<_> = speakers.members.keys().copied().collect();
            tracks.sort_unstable();
            for track in tracks {
                if let Some(level) = level(track) {
                    speakers.record(now, track, level);
                }
            }
            speakers.tick(now);
        }
        from + millis
    }

    fn group(members: usize) -> Speakers {
        let mut speakers = Speakers::default();
        (0..members).for_each(|track| speakers.add(track));
        speakers
    }

    #[test]
    fn in_a_small_meeting_everybody_is_heard() {
        let mut speakers = group(SEATS);
        play(&mut speakers, 0, 40, |_| Some(QUIET));
        assert!((0..SEATS).all(|track| speakers.seat_of(track).is_some()));
    }

    #[test]
    fn somebody_who_starts_to_speak_is_heard_within_a_tenth_of_a_second() {
        let mut speakers = group(10);
        let now = play(&mut speakers, 0, 5_000, |_| Some(QUIET));
        assert_eq!(speakers.seat_of(7), None);
        play(&mut speakers, now, 100, |track| {
            Some(if track == 7 { TALK } else { QUIET })
        });
        assert!(speakers.seat_of(7).is_some());
    }

    #[test]
    fn seats_do_not_flap_between_equally_loud_people() {
        let mut speakers = group(10);
        let now = play(&mut speakers, 0, 2_000, |track| {
            Some(if track < SEATS { TALK } else { QUIET })
        });
        let seated = *speakers.seats();
        play(&mut speakers, now, 5_000, |track| {
            Some(if track < 6 { TALK } else { QUIET })
        });
        assert_eq!(*speakers.seats(), seated);
    }

    #[test]
    fn a_cough_makes_nobody_the_speaker() {
        let mut speakers = group(5);
        let now = play(&mut speakers, 0, 3_000, |track| {
            Some(if track == 0 { TALK } else { QUIET })
        });
        assert_eq!(speakers.dominant(), Some(0));
        let now = play(&mut speakers, now, 300, |track| match track {
            0 => Some(TALK),
            1 => Some(5),
            _ => Some(QUIET),
        });
        play(&mut speakers, now, 1_000, |track| {
            Some(if track == 0 { TALK } else { QUIET })
        });
        assert_eq!(speakers.dominant(), Some(0));
    }

    #[test]
    fn the_floor_passes_to_the_next_speaker_and_to_nobody_in_silence() {
        let mut speakers = group(5);
        let now = play(&mut speakers, 0, 2_000, |track| {
            Some(if track == 0 { TALK } else { QUIET })
        });
        let now = play(&mut speakers, now, 3_000, |track| {
            Some(if track == 1 { TALK } else { QUIET })
        });
        assert_eq!(speakers.dominant(), Some(1));
        play(&mut speakers, now, 6_000, |_| Some(127));
        assert_eq!(speakers.dominant(), None);
    }

    #[test]
    fn who_is_muted_or_gone_gives_the_seat_up() {
        let mut speakers = group(4);
        let now = play(&mut speakers, 0, 2_000, |track| {
            (track != 3).then_some(TALK)
        });
        assert!(speakers.silence(1).seats);
        assert_eq!(speakers.seat_of(1), None);
        let now = play(&mut speakers, now, 100, |track| {
            (track != 1).then_some(QUIET)
        });
        assert!(
            speakers.seat_of(3).is_some(),
            "a free seat goes to whoever sends"
        );
        play(&mut speakers, now, 2_200, |track| {
            (track != 0).then_some(QUIET)
        });
        assert_eq!(speakers.seat_of(0), None);
    }
}
