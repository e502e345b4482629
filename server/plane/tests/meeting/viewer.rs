//! A subscriber in virtual time, as a browser is one: it reports on each packet, asks for lost ones, hears and sees.

use std::collections::{BTreeMap, HashMap};

use plane::ingress::{Arrivals, NackGenerator};
use plane::rtcp::{write_nack, write_pli};
use plane::rtp::vp8::Descriptor;
use plane::rtp::{Elements, Header, red, rtx};
use plane::time::{Span, Time};

use super::super::support::{Peer, RED, RTX, SEQUENCE};

const FEEDBACK: Span = Span::from_millis(75);
const ROUND_TRIP: Span = Span::from_millis(120);
/// A picture that stands still for so long counts as frozen.
const FREEZE: Span = Span::from_millis(500);
/// How long a gap stays before a keyframe is asked for, and before it is asked for again.
const PATIENCE: Span = Span::from_millis(500);

#[derive(Default)]
struct Picture {
    nacks: NackGenerator,
    /// Marker, keyframe and layer of each that is not shown yet.
    packets: BTreeMap<u64, (bool, bool, Option<u8>)>,
    next: Option<u64>,
    started: bool,
    stuck: Option<Time>,
    last: Option<Time>,
    paused: bool,
}

/// What a viewer saw and heard.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// When each frame of sound was heard first, by its own number.
    pub voices: BTreeMap<u64, Time>,
    /// For how long pictures stood still that were not said to be paused.
    pub frozen: Span,
    /// How long pictures were watched, all together.
    pub watched: Span,
    pub frames: u64,
    /// Of the speaker, in each layer.
    pub layers: [u64; 3],
    /// From when to when each picture stood still.
    pub freezes: Vec<(u32, Time, Time)>,
    pub keyframes_asked: u64,
    /// Bytes received.
    pub bytes: u64,
}

pub struct Viewer {
    pub peer: Peer,
    pub record: Record,
    arrivals: Arrivals,
    pictures: HashMap<u32, Picture>,
    next_feedback: Time,
}

impl Viewer {
    /// It has these slots for pictures.
    pub fn new(peer: Peer, slots: impl Iterator<Item = u32>) -> Self {
        Self {
            peer,
            record: Record::default(),
            arrivals: Arrivals::default(),
            pictures: slots.map(|ssrc| (ssrc, Picture::default())).collect(),
            next_feedback: Time::default(),
        }
    }

    /// A slot is paused, and said to be, or goes on.
    pub fn pause(&mut self, ssrc: u32, paused: bool) {
        if let Some(picture) = self.pictures.get_mut(&ssrc) {
            picture.paused = paused;
            picture.last = None;
            picture.stuck = None;
        }
    }

    pub fn receive(&mut self, now: Time, datagram: &[u8]) {
        self.record.bytes += datagram.len() as u64;
        let Some(plain) = self.peer.open_rtp(datagram) else {
            return;
        };
        let header = Header::parse(&plain).unwrap();
        let (form, body) = header.extension.unwrap();
        let sequence = Elements::new(form, body).find(|element| element.id == SEQUENCE);
        let sequence = u16::from_be_bytes(sequence.unwrap().data.try_into().unwrap());
        self.arrivals.record(now, sequence, header.ssrc);
        match header.payload_type {
            RTX => {
                if let Some((sequence, payload)) = rtx::unwrap(header.payload) {
                    let marker = header.marker;
                    self.see(now, header.ssrc - 100_000, sequence, marker, payload);
                }
            }
            RED => {
                for block in red::Blocks::parse(header.payload).unwrap() {
                    self.hear(now, block.payload);
                }
            }
            super::super::support::OPUS => self.hear(now, header.payload),
            _ => self.see(
                now,
                header.ssrc,
                header.sequence,
                header.marker,
                header.payload,
            ),
        }
    }

    fn hear(&mut self, now: Time, payload: &[u8]) {
        let number = u64::from_be_bytes(payload[..8].try_into().unwrap());
        self.record.voices.entry(number).or_insert(now);
    }

    fn see(&mut self, now: Time, ssrc: u32, sequence: u16, marker: bool, payload: &[u8]) {
        let picture = self.pictures.get_mut(&ssrc).unwrap();
        let index = picture
            .nacks
            .index_of(sequence)
            .unwrap_or(u64::from(sequence) + (1 << 16));
        picture.nacks.received(now, index);
        let keyframe = Descriptor::parse(payload).is_some_and(|vp8| vp8.keyframe_start);
        picture
            .packets
            .entry(index)
            .or_insert((marker, keyframe, payload.last().copied()));
        let next = *picture.next.get_or_insert(index);
        let mut at = next;
        loop {
            match picture.packets.get(&at).copied() {
                Some((marker, keyframe, layer)) => {
                    picture.started |= keyframe;
                    picture.packets.remove(&at);
                    at += 1;
                    picture.stuck = None;
                    if marker && picture.started {
                        self.record.frames += 1;
                        if let Some(layer) = layer.filter(|_| ssrc.is_multiple_of(100)) {
                            self.record.layers[usize::from(layer)] += 1;
                        }
                        if let Some(last) = picture.last.replace(now) {
                            let gap = now.since(last);
                            self.record.watched = self.record.watched + gap;
                            if gap > FREEZE {
                                self.record.frozen = self.record.frozen + gap;
                                self.record.freezes.push((ssrc, last, now));
                            }
                        }
                    }
                }
                None => {
                    // A keyframe goes on behind any gap.
                    let later = picture.packets.range(at..).find(|(_, (_, key, _))| *key);
                    let Some((&later, _)) =
                        later.filter(|_| picture.stuck.is_some_and(|s| now.since(s) > ROUND_TRIP))
                    else {
                        break;
                    };
                    at = later;
                }
            }
        }
        picture.next = Some(at);
        picture.packets = picture.packets.split_off(&at);
        if !picture.packets.is_empty() {
            picture.stuck.get_or_insert(now);
        }
    }

    /// What it says by `now`: protected RTCP.
    pub fn say(&mut self, now: Time) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for (&ssrc, picture) in &mut self.pictures {
            let mut missing = [0; 64];
            let count = picture.nacks.due(now, ROUND_TRIP, &mut missing);
            let mut buffer = [0; 512];
            if count > 0 {
                let missing = missing[..count].iter().copied();
                let (len, _) = write_nack(&mut buffer, 2, ssrc, missing);
                out.push(self.peer.rtcp(&buffer[..len]));
            }
            let gave_up = picture.nacks.gave_up();
            if gave_up
                || picture
                    .stuck
                    .is_some_and(|since| now.since(since) > PATIENCE)
            {
                picture.stuck = picture.stuck.map(|_| now);
                self.record.keyframes_asked += 1;
                let len = write_pli(&mut buffer, 2, ssrc);
                out.push(self.peer.rtcp(&buffer[..len]));
            }
        }
        if now >= self.next_feedback {
            self.next_feedback = now + FEEDBACK;
            let mut buffer = [0; 1_400];
            while let Some(len) = self.arrivals.write_feedback(2, &mut buffer) {
                out.push(self.peer.rtcp(&buffer[..len]));
            }
        }
        out
    }

    /// Ends the record.
    pub fn end(&mut self, now: Time) -> Record {
        for picture in self.pictures.values().filter(|picture| !picture.paused) {
            if let Some(gap) = picture.last.map(|last| now.since(last)) {
                self.record.watched = self.record.watched + gap;
                if gap > FREEZE {
                    self.record.frozen = self.record.frozen + gap;
                }
            }
        }
        std::mem::take(&mut self.record)
    }
}
