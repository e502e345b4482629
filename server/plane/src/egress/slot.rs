//! A slot: one constant SSRC of a subscriber, filled with whoever is to be seen or heard there.

use super::Rewriter;
use crate::rtp::vp8::Descriptor;

/// What a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotRole {
    /// Plays seat `seat` of speaker group `group` (an index).
    Audio {
        /// The group's index.
        group: usize,
        /// Which of its seats.
        seat: usize,
    },
    /// Shows the track that it is wished to.
    Video,
}

/// What a video slot is wished to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The track's index.
    pub track: usize,
    /// The highest layer that is of use.
    pub max_layer: usize,
    /// The highest temporal layer that is of use.
    pub max_temporal: u8,
}

/// The stream that a slot forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// The track's index.
    pub track: usize,
    /// Its layer.
    pub layer: usize,
}

/// One slot.
#[derive(Debug)]
pub struct Slot {
    /// The name that the control side gave it.
    pub id: u32,
    /// Index of the subscriber's transport.
    pub transport: usize,
    /// What it is for.
    pub role: SlotRole,
    /// Its SSRC, for ever.
    pub ssrc: u32,
    /// The payload type that the subscriber agreed to.
    pub payload_type: u8,
    /// The extension id of RFC 6464's audio level, where it was agreed.
    pub audio_level_id: Option<u8>,
    /// The RTP clock in Hz.
    pub clock_rate: u32,
    /// The numbering.
    pub rewriter: Rewriter,
    /// What a video slot is to show.
    pub wish: Option<Wish>,
    /// What it forwards now.
    pub current: Option<Occupant>,
    /// What it will forward from the next keyframe on.
    pub target: Option<Occupant>,
    /// The highest temporal layer that it forwards now.
    temporal: u8,
    /// RTP packets sent so far.
    pub packets: u32,
    /// Bytes of payload sent so far.
    pub octets: u32,
    /// Whether anything was sent since the last sender report.
    pub sent_since_report: bool,
}

impl Slot {
    /// An empty slot.
    pub fn new(
        id: u32,
        transport: usize,
        role: SlotRole,
        ssrc: u32,
        payload_type: u8,
        audio_level_id: Option<u8>,
        clock_rate: u32,
    ) -> Self {
        Self {
            id,
            transport,
            role,
            ssrc,
            payload_type,
            audio_level_id,
            clock_rate,
            // Below 2^15, so that early loss can't be mistaken for a rollover (RFC 3711 section 3.3.1). SRTP makes
            // unpredictability needless.
            rewriter: Rewriter::new(ssrc as u16 & 0x7fff, clock_rate),
            wish: None,
            current: None,
            target: None,
            temporal: 0,
            packets: 0,
            octets: 0,
            sent_since_report: false,
        }
    }

    /// Whether it shows, or waits to show, this track.
    pub fn concerns(&self, track: usize) -> bool {
        self.wish.is_some_and(|wish| wish.track == track)
            || self.current.is_some_and(|occupant| occupant.track == track)
    }

    /// Whether a packet's temporal layer is of use. Fewer layers from the next frame on; more only where the stream
    /// allows it: at a keyframe, or at a frame that needs no other of its layer (RFC 7741 section 4.2, the Y bit).
    #[inline]
    pub fn admits(&mut self, vp8: &Descriptor) -> bool {
        if vp8.frame_start {
            let wanted = self.wish.map_or(u8::MAX, |wish| wish.max_temporal);
            let may_rise = vp8.layer_sync && vp8.temporal_layer <= wanted;
            if vp8.keyframe_start || wanted < self.temporal {
                self.temporal = wanted;
            } else if may_rise && vp8.temporal_layer > self.temporal {
                self.temporal = vp8.temporal_layer;
            }
        }
        vp8.temporal_layer <= self.temporal
    }

    /// Counts a packet sent.
    #[inline]
    pub fn record_sent(&mut self, payload: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload as u32);
        self.sent_since_report = true;
    }
}
