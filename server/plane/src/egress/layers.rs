//! Which spatial and temporal layers of its stream a slot forwards.

use crate::rtp::{Layers, Picture};
use crate::time::{Span, Time};

/// For how long a stream is waited for to allow more layers by itself, and for how long after a keyframe was asked for that.
/// Hardly any allows more spatial ones.
const RISES_WITHIN: Span = Span::from_secs(1);
const SHARPENS_WITHIN: Span = Span::from_millis(100);
const RISES_AGAIN: Span = Span::from_secs(4);

/// The filter of one slot.
#[derive(Clone, Copy, Debug, Default)]
pub struct LayerFilter {
    current: Layers,
    /// The timestamp of the picture that begun last.
    picture: Option<u32>,
    /// Since when packets of a layer that is wanted are left out, because the stream did not allow to rise to it.
    held_back: Option<Time>,
    /// They are of a spatial layer.
    is_coarse: bool,
}

impl LayerFilter {
    /// What is forwarded now.
    pub fn current(&self) -> Layers {
        self.current
    }

    /// Whether a packet's layers are of use. Fewer layers from the next picture on, so that each ends whole; more only where
    /// the stream allows it: see [`Picture::risen`].
    #[inline]
    pub fn admits(&mut self, now: Time, picture: &Picture, timestamp: u32, wanted: Layers) -> bool {
        if picture.keyframe_start {
            *self = Self {
                current: wanted,
                picture: Some(timestamp),
                ..Self::default()
            };
        } else if picture.frame_start {
            let mut next = self.current;
            if self.picture != Some(timestamp) {
                self.picture = Some(timestamp);
                next = next.min(wanted);
            }
            next = picture.risen(next, wanted);
            if next != self.current {
                self.current = next;
                (self.held_back, self.is_coarse) = (None, false);
            }
        }
        let is_admitted = picture.is_within(self.current);
        if !is_admitted && picture.is_within(wanted) {
            self.held_back.get_or_insert(now);
            self.is_coarse |= picture.spatial_layer > self.current.spatial;
        }
        is_admitted
    }

    /// Whether only a keyframe would let more layers through: many encoders allow it nowhere else. It is then taken as
    /// asked for.
    pub fn take_keyframe_wanted(&mut self, now: Time) -> bool {
        let patience = if self.is_coarse {
            SHARPENS_WITHIN
        } else {
            RISES_WITHIN
        };
        let is_wanted = self
            .held_back
            .is_some_and(|since| now.since(since) >= patience);
        if is_wanted {
            self.held_back = Some(now + RISES_AGAIN);
        }
        is_wanted
    }
}
