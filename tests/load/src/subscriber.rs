//! The transport on which a participant receives: its slots, and what it sees and hears in them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use str0m::media::KeyframeRequestKind;
use str0m::rtp::{RtpPacket, Ssrc};
use str0m::{Event, RtcError};

use crate::media::stamp;
use crate::publisher::micros;
use crate::receive::frames::Assembler;
use crate::receive::histogram::Histogram;
use crate::receive::losses::Losses;
use crate::receive::quality::Quality;
use crate::transport::Transport;

/// A client asks for a keyframe so often at most.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// One slot.
pub struct Slot {
    mid: String,
    ssrc: Ssrc,
    audio: bool,
    losses: Losses,
    frames: Assembler,
    quality: Quality,
    /// Who is in it, as the server says.
    pub occupant: Option<String>,
    /// That one is behind a weak link.
    weak: bool,
    /// Counted while somebody behind a weak link was in it, up to when it was last told who is.
    of_weak: Totals,
    /// Everything counted up to then.
    counted: Totals,
    asked: Option<Instant>,
    asks: bool,
}

/// What was counted on all slots together.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// RTP packets.
    pub received: u64,
    /// Gaps in their numbers that were never filled.
    pub lost: u64,
    /// Packets that came after a later one.
    pub late: u64,
    /// Pictures that stood still for too long.
    pub freezes: u64,
    /// For how long, in microseconds.
    pub frozen: u64,
    /// Pictures shown.
    pub frames: u64,
    /// For how long there were pictures to look at, each counted by itself, in microseconds.
    pub watched: u64,
    /// RTP packets of voices.
    pub audio_received: u64,
    /// Of these, the gaps that were never filled.
    pub audio_lost: u64,
}

impl Totals {
    /// What came since an earlier moment. What is filled of earlier gaps does not make up for later ones.
    pub fn since(&self, earlier: &Self) -> Self {
        self.with(earlier, u64::saturating_sub)
    }

    /// Both together.
    pub fn plus(&self, other: &Self) -> Self {
        self.with(other, |one, other| one + other)
    }

    fn with(&self, other: &Self, with: fn(u64, u64) -> u64) -> Self {
        Self {
            received: with(self.received, other.received),
            lost: with(self.lost, other.lost),
            late: with(self.late, other.late),
            freezes: with(self.freezes, other.freezes),
            frozen: with(self.frozen, other.frozen),
            frames: with(self.frames, other.frames),
            watched: with(self.watched, other.watched),
            audio_received: with(self.audio_received, other.audio_received),
            audio_lost: with(self.audio_lost, other.audio_lost),
        }
    }
}

/// A subscribing transport.
pub struct Subscriber {
    /// The association.
    pub transport: Transport,
    /// ICE and DTLS are done.
    pub connected: bool,
    /// It ended by itself.
    pub ended: bool,
    /// From sending to the arrival at this machine.
    pub latency: Histogram,
    /// The same of what people behind weak links sent.
    pub latency_of_weak: Histogram,
    /// When the first audio packet came, in microseconds since 1970.
    pub first_audio: Option<u64>,
    /// When the first picture could be shown.
    pub first_video: Option<u64>,
    /// Keyframes asked for.
    pub keyframes_asked: u64,
    slots: Vec<Slot>,
    by_ssrc: HashMap<Ssrc, usize>,
}

impl Subscriber {
    /// A subscriber and its answer to the server's offer.
    pub fn answer(mut transport: Transport, offer: &str) -> Result<(Self, String), String> {
        let answer = transport.answer(offer)?;
        let slots = read_slots(offer);
        if slots.is_empty() {
            return Err("the server's offer has no slots".to_owned());
        }
        let by_ssrc = slots
            .iter()
            .enumerate()
            .map(|(index, slot)| (slot.ssrc, index))
            .collect();
        let subscriber = Self {
            transport,
            connected: false,
            ended: false,
            latency: Histogram::default(),
            latency_of_weak: Histogram::default(),
            first_audio: None,
            first_video: None,
            keyframes_asked: 0,
            slots,
            by_ssrc,
        };
        Ok((subscriber, answer))
    }

    /// A datagram came.
    pub fn receive(&mut self, now: Instant, bytes: &[u8], arrival: u64) -> Result<(), RtcError> {
        self.drive(now, |transport, heed| {
            transport.receive(now, bytes, arrival, heed)
        })
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: Instant) -> Result<(), RtcError> {
        if self.transport.due() > now {
            return Ok(());
        }
        self.drive(now, |transport, heed| transport.settle(now, heed))
    }

    fn drive(
        &mut self,
        now: Instant,
        act: impl FnOnce(&mut Transport, &mut dyn FnMut(Event, u64)) -> Result<(), RtcError>,
    ) -> Result<(), RtcError> {
        let Self {
            transport,
            connected,
            ended,
            latency,
            latency_of_weak,
            first_audio,
            first_video,
            slots,
            by_ssrc,
            ..
        } = self;
        let mut asks = false;
        act(transport, &mut |event, arrival| match event {
            Event::RtpPacket(packet) => {
                let Some(slot) = by_ssrc
                    .get(&packet.header.ssrc)
                    .map(|index| &mut slots[*index])
                else {
                    return;
                };
                if let Some(age) = stamp::age(&packet.payload, arrival) {
                    latency.add(age);
                    if slot.weak {
                        latency_of_weak.add(age);
                    }
                }
                if slot.audio {
                    first_audio.get_or_insert(arrival);
                }
                if slot.take(&packet, arrival) {
                    first_video.get_or_insert(arrival);
                }
                asks |= slot.asks;
            }
            Event::Connected => *connected = true,
            Event::Closed => *ended = true,
            _ => {}
        })?;
        if asks { self.ask(now) } else { Ok(()) }
    }

    fn ask(&mut self, now: Instant) -> Result<(), RtcError> {
        let mut asked = false;
        for slot in self.slots.iter_mut().filter(|slot| slot.asks) {
            slot.asks = false;
            if slot.asked.is_some_and(|at| now - at < ASK_AGAIN) {
                continue;
            }
            slot.asked = Some(now);
            self.keyframes_asked += 1;
            if let Some(stream) = self.transport.rtc.direct_api().stream_rx(&slot.ssrc) {
                stream.request_keyframe(KeyframeRequestKind::Pli);
                asked = true;
            }
        }
        // What comes of it comes with the next datagram: nothing but time passes here.
        if asked {
            self.transport.settle(now, &mut |_, _| {})
        } else {
            Ok(())
        }
    }

    /// The server says who is in a slot; `shown` is whether that one's camera, or screen, is on, `weak` whether the link of
    /// that one is weak.
    pub fn occupy(&mut self, mid: &str, occupant: Option<String>, shown: bool, weak: bool) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.mid == mid) {
            slot.quality.occupy(micros(), shown && occupant.is_some());
            slot.attribute(weak);
            slot.occupant = occupant;
        }
    }

    /// Somebody's camera, or screen, went on or off.
    pub fn switch(&mut self, participant: &str, camera: bool, screen: bool, weak: bool) {
        for slot in &mut self.slots {
            if slot.occupant.as_deref() == Some(participant) {
                let shown = if slot.mid.starts_with('s') {
                    screen
                } else {
                    camera
                };
                slot.quality.occupy(micros(), shown);
                slot.attribute(weak);
            }
        }
    }

    /// Pictures that stand still now count as that.
    pub fn settle_freezes(&mut self) {
        let now = micros();
        self.slots
            .iter_mut()
            .for_each(|slot| slot.quality.settle(now));
    }

    /// Everything counted so far.
    pub fn totals(&self) -> Totals {
        let totals = self.slots.iter().map(Slot::totals);
        totals.fold(Totals::default(), |sum, one| sum.plus(&one))
    }

    /// The same of what people behind weak links sent.
    pub fn totals_of_weak(&self) -> Totals {
        let totals = self.slots.iter().map(Slot::totals_of_weak);
        totals.fold(Totals::default(), |sum, one| sum.plus(&one))
    }
}

impl Slot {
    fn totals(&self) -> Totals {
        let (received, lost) = (self.losses.received, self.losses.lost());
        let (audio_received, audio_lost) = if self.audio { (received, lost) } else { (0, 0) };
        Totals {
            received,
            lost,
            late: self.losses.late,
            freezes: self.quality.freezes,
            frozen: self.quality.frozen,
            frames: self.quality.frames,
            watched: self.quality.watched,
            audio_received,
            audio_lost,
        }
    }

    fn totals_of_weak(&self) -> Totals {
        if !self.weak {
            return self.of_weak;
        }
        self.of_weak.plus(&self.totals().since(&self.counted))
    }

    /// What is counted from now on is of somebody behind a weak link, or not.
    fn attribute(&mut self, weak: bool) {
        self.of_weak = self.totals_of_weak();
        self.counted = self.totals();
        self.weak = weak;
    }

    /// Takes a packet; says whether a picture could be shown by it.
    fn take(&mut self, packet: &RtpPacket, arrival: u64) -> bool {
        self.losses.add(*packet.seq_no);
        if self.audio {
            return false;
        }
        let outcome = self.frames.push(
            *packet.seq_no,
            packet.header.marker,
            &packet.payload,
            arrival,
        );
        self.asks |= outcome.needs_keyframe;
        if outcome.decodable > 0 {
            self.quality.shown(outcome.at, outcome.decodable);
        }
        outcome.decodable > 0
    }
}

/// The slots that an offer has: `a=mid` and the one `a=ssrc` of each media section.
fn read_slots(offer: &str) -> Vec<Slot> {
    let sections = offer.split("\nm=").skip(1);
    let slots = sections.filter_map(|section| {
        let value = |prefix| {
            section
                .lines()
                .find_map(|line| line.strip_prefix(prefix))
                .map(str::trim)
        };
        let ssrc: u32 = value("a=ssrc:")?.split(' ').next()?.parse().ok()?;
        let nack = section
            .lines()
            .any(|line| line.starts_with("a=rtcp-fb:") && line.trim().ends_with(" nack"));
        Some(Slot {
            mid: value("a=mid:")?.to_owned(),
            ssrc: ssrc.into(),
            audio: section.starts_with("audio"),
            losses: Losses::default(),
            frames: Assembler::new(nack),
            quality: Quality::default(),
            occupant: None,
            weak: false,
            of_weak: Totals::default(),
            counted: Totals::default(),
            asked: None,
            asks: false,
        })
    });
    slots.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_read_from_the_offer() {
        let offer = "v=0\r\nm=audio 1 x 111\r\na=mid:a0\r\na=ssrc:7 cname:b\r\n\
            m=video 1 x 96\r\na=mid:v0\r\na=rtcp-fb:96 nack pli\r\na=ssrc:8 cname:b\r\n";
        let slots = read_slots(offer);
        let read: Vec<_> = slots
            .iter()
            .map(|s| (s.mid.as_str(), *s.ssrc, s.audio))
            .collect();
        assert_eq!(read, [("a0", 7, true), ("v0", 8, false)]);
    }

    #[test]
    fn what_is_seen_is_counted_for_whoever_sent_it() {
        let offer = "v=0\r\nm=video 1 x 96\r\na=mid:v0\r\na=ssrc:8 cname:b\r\n";
        let slot = &mut read_slots(offer)[0];
        // Somebody on a good link, then two others on weak ones, of whom packet 5 is lost, then the first again.
        for (weak, numbers) in [(false, 1..=2), (true, 3..=4), (true, 6..=6), (false, 7..=9)] {
            slot.attribute(weak);
            numbers.for_each(|number| slot.losses.add(number));
        }
        let (all, weak) = (slot.totals(), slot.totals_of_weak());
        assert_eq!((all.received, all.lost), (8, 1));
        assert_eq!((weak.received, weak.lost), (3, 1));
    }
}
