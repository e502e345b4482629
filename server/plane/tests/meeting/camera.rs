//! A publisher in virtual time: a camera in three simulcast layers with temporal layers, and a voice.

use std::collections::VecDeque;

use plane::rtcp::{KeyframeRequest, Packet, Packets};
use plane::time::{Span, Time};

use super::super::support::{LEVEL, MID, OPUS, Peer, RID, RTX, VP8, World};

/// Rid, frames a second and bit/s of each layer, lowest first.
const LAYERS: [(&str, u64, usize); 3] =
    [("q", 15, 140_000), ("h", 25, 450_000), ("f", 25, 1_300_000)];
const TEMPORAL: [u8; 4] = [0, 2, 1, 2];
const PACKET: usize = 1_100;
/// How much larger a keyframe is than another frame.
const KEYFRAME: usize = 6;
const REMEMBERED: usize = 600;

struct Layer {
    ssrc: u32,
    index: u64,
    again: u64,
    frame: u64,
    tl0: u8,
    next: Time,
    keyframe: bool,
    sent: VecDeque<(u16, u32, bool, Vec<u8>)>,
}

/// A camera and a microphone.
pub struct Camera {
    pub peer: Peer,
    layers: Vec<Layer>,
    /// So many of them are sent, from the lowest on.
    active: usize,
    voice: u64,
    voice_index: u64,
    next_voice: Time,
    speaks: bool,
}

impl Camera {
    pub fn new(peer: Peer, speaks: bool) -> Self {
        let layer = |n: usize| Layer {
            ssrc: peer.id * 1_000 + n as u32,
            index: 100,
            again: 0,
            frame: 0,
            tl0: 0,
            next: Time::from_micros(u64::from(peer.id) * 7_000),
            keyframe: true,
            sent: VecDeque::new(),
        };
        let layers = (0..LAYERS.len()).map(layer).collect();
        Self {
            active: LAYERS.len(),
            layers,
            voice: 0,
            voice_index: 0,
            next_voice: Time::from_micros(u64::from(peer.id) * 3_000),
            speaks,
            peer,
        }
    }

    /// Sends so many layers from now on. What starts again starts with a keyframe.
    pub fn limit(&mut self, layers: u8) {
        self.active = usize::from(layers).min(LAYERS.len());
        for layer in &mut self.layers[self.active..] {
            layer.keyframe = true;
        }
    }

    /// What it sends by `now`.
    pub fn send(&mut self, world: &mut World) -> Vec<Vec<u8>> {
        let now = world.now;
        let mut out = Vec::new();
        while self.next_voice <= now {
            let level = if self.speaks { 20 } else { 127 };
            let (number, index) = (self.voice, self.voice_index);
            // In silence an encoder sends next to nothing.
            if self.speaks || number.is_multiple_of(20) {
                let payload = [&number.to_be_bytes()[..], &[9; 72]].concat();
                let extensions: &[(u8, &[u8])] = &[(MID, b"0"), (LEVEL, &[0x80 | level])];
                let (ssrc, time) = (self.peer.id, number as u32 * 960);
                let peer = &mut self.peer;
                self.voice_index += 1;
                out.push(peer.rtp(OPUS, ssrc, index, time, extensions, &payload, 0));
            }
            self.voice += 1;
            self.next_voice = self.next_voice + Span::from_millis(20);
        }
        let active = self.active;
        for (n, (layer, (rid, rate, bits))) in (0..).zip(self.layers.iter_mut().zip(LAYERS)) {
            while layer.next <= now {
                if usize::from(n) >= active {
                    layer.frame += 4;
                    layer.next = layer.next + Span::from_micros(4_000_000 / rate);
                    continue;
                }
                let mut bytes = bits / 8 / rate as usize;
                let temporal = TEMPORAL[layer.frame as usize % 4];
                let key = layer.keyframe && temporal == 0;
                if key {
                    layer.keyframe = false;
                    bytes *= KEYFRAME;
                }
                if temporal == 0 {
                    layer.tl0 = layer.tl0.wrapping_add(1);
                }
                let time = (layer.frame * 90_000 / rate) as u32;
                let count = bytes.div_ceil(PACKET);
                for part in 0..count {
                    let first = part == 0;
                    let picture = 0x8000 | (layer.frame as u16 & 0x7fff);
                    let [high, low] = picture.to_be_bytes();
                    let sync = u8::from(temporal == 1) << 5;
                    let start = u8::from(first) << 4;
                    let head = [
                        0x80 | start,
                        0xE0,
                        high,
                        low,
                        layer.tl0,
                        temporal << 6 | sync,
                    ];
                    // The rest of the payload tells the layer.
                    let body = u8::from(!(key && first));
                    let payload = [&head[..], &[body], &vec![n; bytes / count - 7]].concat();
                    let marker = part + 1 == count;
                    let extensions: &[(u8, &[u8])] = &[(MID, b"1"), (RID, rid.as_bytes())];
                    let (ssrc, index) = (layer.ssrc, layer.index);
                    let peer = &mut self.peer;
                    out.push(
                        peer.marked_rtp(marker, VP8, ssrc, index, time, extensions, &payload, 0),
                    );
                    layer.sent.push_back((index as u16, time, marker, payload));
                    if layer.sent.len() > REMEMBERED {
                        layer.sent.pop_front();
                    }
                    layer.index += 1;
                }
                layer.frame += 1;
                layer.next = layer.next + Span::from_micros(1_000_000 / rate);
            }
        }
        out
    }

    /// What the plane asks of it, and what it sends for that.
    pub fn hear(&mut self, rtcp: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for packet in rtcp
            .iter()
            .flat_map(|compound| Packets::new(compound))
            .flatten()
        {
            match packet {
                Packet::KeyframeRequest(KeyframeRequest::Pli { media_ssrc }) => {
                    let layer = self
                        .layers
                        .iter_mut()
                        .find(|layer| layer.ssrc == media_ssrc);
                    layer.unwrap().keyframe = true;
                }
                Packet::Nack(nack) => {
                    let found = self.layers.iter_mut().zip(LAYERS);
                    let Some((layer, (rid, ..))) = found
                        .into_iter()
                        .find(|(layer, _)| layer.ssrc == nack.media_ssrc)
                    else {
                        continue;
                    };
                    for sequence in nack.sequences() {
                        let sent = layer.sent.iter().find(|sent| sent.0 == sequence);
                        let Some((_, time, marker, payload)) = sent else {
                            continue;
                        };
                        let payload = [&sequence.to_be_bytes()[..], payload].concat();
                        let extensions: &[(u8, &[u8])] = &[
                            (MID, b"1"),
                            (super::super::support::REPAIRED_RID, rid.as_bytes()),
                        ];
                        let (ssrc, index) = (layer.ssrc + 500, layer.again);
                        layer.again += 1;
                        let peer = &mut self.peer;
                        out.push(
                            peer.marked_rtp(
                                *marker, RTX, ssrc, index, *time, extensions, &payload, 0,
                            ),
                        );
                    }
                }
                _ => {}
            }
        }
        out
    }
}
