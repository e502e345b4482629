//! One RTP stream of VP8, played from a clip: what an encoder would have given by now.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use str0m::media::{Mid, Rid};

use crate::media::clips::Clip;
use crate::media::vp8::Numbers;

/// Frames that are later than this are left out: this process was too slow.
pub const LATE: Duration = Duration::from_millis(250);

/// A packet that waits to be sent.
pub struct Packet {
    /// Descriptor and media.
    pub payload: Vec<u8>,
    /// In ticks of 90 kHz.
    pub timestamp: u32,
    /// The last one of its frame.
    pub marker: bool,
    /// How many packets its frame has.
    pub packets: u16,
}

/// A simulcast layer, or a shared screen.
pub struct Layer {
    /// Its media section.
    pub mid: Mid,
    /// Its name there, where there are several.
    pub rid: Option<Rid>,
    /// Which clip it plays.
    pub clip: usize,
    /// The next frame; 0 is a keyframe.
    pub position: usize,
    /// Picture ids and the like.
    pub numbers: Numbers,
    /// The next packet's.
    pub sequence: u64,
    /// The next frame's.
    pub timestamp: u32,
    /// When the next frame is due.
    pub next_frame: Instant,
    /// Somebody watches it.
    pub wanted: bool,
    /// The way up is believed to carry it.
    pub carried: bool,
    /// What waits to be sent.
    pub queue: VecDeque<Packet>,
}

impl Layer {
    /// It is watched, and the way up carries it, or not any more. One that was not sent before begins at once, with a
    /// keyframe.
    pub fn set(&mut self, now: Instant, wanted: bool, carried: bool) {
        let before = self.is_sent();
        (self.wanted, self.carried) = (wanted, carried);
        if self.is_sent() && !before {
            self.begin_anew(now);
        }
    }

    /// Whether it is encoded and sent.
    pub fn is_sent(&self) -> bool {
        self.wanted && self.carried
    }

    /// Puts the frames that are due into the queue. Returns how often some were left out, because it was too late for them.
    pub fn encode(&mut self, clip: &Clip, now: Instant) -> u64 {
        let mut skipped = 0;
        while self.next_frame <= now {
            if now - self.next_frame > LATE {
                // As a camera that delivered nothing for a while, and its encoder begins anew.
                skipped += 1;
                self.begin_anew(now);
            }
            let frame = &clip.frames[self.position];
            let payloads = self.numbers.packetize(frame);
            let count = payloads.len();
            let packets = payloads.into_iter().enumerate();
            self.queue.extend(packets.map(|(number, payload)| Packet {
                payload,
                timestamp: self.timestamp,
                marker: number + 1 == count,
                packets: count as u16,
            }));
            self.position = (self.position + 1) % clip.frames.len();
            self.timestamp = self.timestamp.wrapping_add(frame.duration);
            self.next_frame += Duration::from_micros(u64::from(frame.duration) * 1_000 / 90);
        }
        skipped
    }

    fn begin_anew(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.next_frame);
        let ticks = (passed.as_micros() * 9 / 100) as u32;
        self.timestamp = self.timestamp.wrapping_add(ticks);
        self.position = 0;
        self.next_frame = now;
    }
}
