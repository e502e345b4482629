//! The transport on which a participant receives: its slots, and what it sees and hears in them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::media::KeyframeRequestKind;
use str0m::rtp::{RtpPacket, Ssrc};
use str0m::{Event, RtcError};

use crate::media::stamp::Stamp;
use crate::media::vp8::Descriptor;
use crate::publisher::micros;
use crate::receive::frames::Assembler;
use crate::receive::histogram::Histogram;
use crate::receive::losses::Losses;
use crate::receive::origins::{Origins, Packet, Tallies, Tally};
use crate::receive::quality::{Quality, Seen};
use crate::transport::Transport;

/// A client asks for a keyframe so often at most.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// For so many packets of a voice, and of pictures, one of them may be late: longer than anything is sent again.
const LATE_VOICES: usize = 64;
const LATE_PICTURES: usize = 512;

/// One slot.
pub struct Slot {
    mid: String,
    ssrc: Ssrc,
    audio: bool,
    losses: Losses,
    origins: Origins,
    frames: Assembler,
    quality: Quality,
    /// Who is in it, as the server says.
    pub occupant: Option<String>,
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
    /// Those that were sent and never came.
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
    /// Whether participants are behind weak links, by number.
    weak: Arc<[bool]>,
}

impl Subscriber {
    /// A subscriber and its answer to the server's offer. `weak`: whether participants are behind weak links, by number.
    pub fn answer(
        mut transport: Transport,
        offer: &str,
        weak: Arc<[bool]>,
    ) -> Result<(Self, String), String> {
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
            weak,
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
            weak,
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
                let stamp = Stamp::read(&packet.payload);
                let sender = stamp.and_then(|stamp| weak.get(usize::from(stamp.sender)));
                let is_of_weak = sender.is_some_and(|weak| *weak);
                if let Some(stamp) = stamp {
                    latency.add(stamp.age(arrival));
                    if is_of_weak {
                        latency_of_weak.add(stamp.age(arrival));
                    }
                }
                if slot.audio {
                    first_audio.get_or_insert(arrival);
                }
                if slot.take(&packet, stamp, is_of_weak, arrival) {
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

    /// The server says who is in a slot; `shown` is whether that one's camera, or screen, is on.
    pub fn occupy(&mut self, mid: &str, occupant: Option<String>, shown: bool) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.mid == mid) {
            slot.quality.occupy(micros(), shown && occupant.is_some());
            slot.occupant = occupant;
        }
    }

    /// Somebody's camera, or screen, went on or off.
    pub fn switch(&mut self, participant: &str, camera: bool, screen: bool) {
        for slot in &mut self.slots {
            if slot.occupant.as_deref() == Some(participant) {
                let shown = if slot.mid.starts_with('s') {
                    screen
                } else {
                    camera
                };
                slot.quality.occupy(micros(), shown);
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
        Totals {
            received: self.losses.received,
            lost: self.losses.lost(),
            late: self.losses.late,
            ..self.seen_and_heard(&self.quality.all, |tallies| tallies.all)
        }
    }

    fn totals_of_weak(&self) -> Totals {
        let tally = self.origins.tallies().of_weak;
        Totals {
            received: tally.received,
            lost: tally.lost,
            late: tally.late,
            ..self.seen_and_heard(&self.quality.of_weak, |tallies| tallies.of_weak)
        }
    }

    fn seen_and_heard(&self, seen: &Seen, of: fn(Tallies) -> Tally) -> Totals {
        let audio = self.audio.then(|| of(self.origins.tallies()));
        let audio = audio.unwrap_or_default();
        Totals {
            freezes: seen.freezes,
            frozen: seen.frozen,
            frames: seen.frames,
            watched: seen.watched,
            audio_received: audio.received,
            audio_lost: audio.missing(),
            ..Totals::default()
        }
    }

    /// Takes a packet; says whether a picture could be shown by it. `weak`: by its stamp, its sender is behind a weak link.
    fn take(&mut self, packet: &RtpPacket, stamp: Option<Stamp>, weak: bool, arrival: u64) -> bool {
        let (number, marker) = (*packet.seq_no, packet.header.marker);
        self.losses.add(number);
        let picture = (!self.audio).then(|| Descriptor::parse(&packet.payload));
        let begins = match picture {
            None => marker,
            Some(descriptor) => descriptor.is_some_and(|it| it.keyframe),
        };
        self.origins.add(&Packet {
            number,
            stamp,
            weak,
            begins,
        });
        let Some(descriptor) = picture.flatten() else {
            return false;
        };
        let outcome = self.frames.push(number, marker, descriptor, arrival, weak);
        self.asks |= outcome.needs_keyframe;
        if outcome.decodable > 0 {
            self.quality.shown(&outcome);
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
        let audio = section.starts_with("audio");
        Some(Slot {
            mid: value("a=mid:")?.to_owned(),
            ssrc: ssrc.into(),
            audio,
            losses: Losses::default(),
            origins: Origins::new(if audio { LATE_VOICES } else { LATE_PICTURES }),
            frames: Assembler::new(nack),
            quality: Quality::default(),
            occupant: None,
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
}
