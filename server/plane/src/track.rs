//! A track: one microphone, camera, or picture or sound of a shared screen of a publisher, in one or more layers.

use crate::demand::Demand;

/// What a track carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// Opus.
    Audio,
    /// VP8, VP9, H.264 or AV1.
    Video,
}

/// The most simulcast or spatial layers of one track.
pub const MAX_LAYERS: usize = 4;

/// One track.
#[derive(Debug)]
pub struct Track {
    /// The name that the control side gave it.
    pub id: u32,
    /// Index of the publisher's transport.
    pub transport: usize,
    /// The mid of its media section.
    pub mid: Box<[u8]>,
    /// Audio or video.
    pub kind: MediaKind,
    /// The rids of its layers, lowest first; empty where there is no simulcast.
    pub rids: Vec<Box<[u8]>>,
    /// Index of each layer's stream in its transport, once it is known. Without simulcast there is the one of layer 0, which
    /// may carry several spatial layers.
    pub layers: [Option<usize>; MAX_LAYERS],
    /// Index of the speaker group in which an audio track takes part; without one it is no voice, and is heard where it is
    /// routed to.
    pub group: Option<usize>,
    /// Indices of the slots that show it, or play it where it is routed, or wait to.
    pub slots: Vec<usize>,
    /// What of it the links of its subscribers carry.
    pub demand: Demand,
    /// Muted by the meeting: nothing of it is forwarded.
    pub paused: bool,
}

impl Track {
    /// Whether it has a stream for each layer, rather than one with all layers in it.
    #[inline]
    pub fn is_simulcast(&self) -> bool {
        !self.rids.is_empty()
    }

    /// The layer that a rid names; a track without simulcast has the one layer 0.
    pub fn layer_of(&self, rid: Option<&[u8]>) -> Option<usize> {
        match rid {
            None => self.rids.is_empty().then_some(0),
            Some(rid) if self.rids.is_empty() => rid.is_empty().then_some(0),
            Some(rid) => self.rids.iter().position(|known| **known == *rid),
        }
    }
}
