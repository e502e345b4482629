//! A slot: one constant SSRC of a subscriber, filled with whoever is to be seen or heard there.

use super::VideoCodecs;
use crate::allocation::Priority;
use crate::rtp::Layers;
use crate::time::Time;

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
    /// Plays the one audio track that it is wished to, however loud others are: the sound of a shared screen.
    RoutedAudio,
}

/// What a video slot is wished to show, or one of routed audio to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The track's index.
    pub track: usize,
    /// The highest layer that is of use.
    pub max_layer: usize,
    /// The highest temporal layer that is of use.
    pub max_temporal: u8,
    /// How much it matters beside the other slots of its subscriber.
    pub priority: Priority,
}

/// What its subscriber's link has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The highest layer and temporal layer; `None` where there is no room for any.
    pub grant: Option<(u8, u8)>,
    /// When it was last lowered.
    pub lowered: Option<Time>,
    /// Since when there has been room for it again, while it is paused.
    pub room: Option<Time>,
}

impl Default for Allowance {
    /// Everything, until it is known to be too much.
    fn default() -> Self {
        Self {
            grant: Some((u8::MAX, u8::MAX)),
            lowered: None,
            room: None,
        }
    }
}

/// The stream that a slot forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// The track's index.
    pub track: usize,
    /// Its layer.
    pub layer: usize,
}

/// One slot, as decisions see it. Its numbering is kept where it is sent from: see [`super::Shard`].
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
    /// The codecs of video that its subscriber takes.
    pub codecs: VideoCodecs,
    /// What a slot of video or routed audio is to have.
    pub wish: Option<Wish>,
    /// What it forwards now.
    pub current: Option<Occupant>,
    /// What it will forward from the next keyframe on.
    pub target: Option<Occupant>,
    /// What its subscriber's link has room for.
    pub allowance: Allowance,
}

impl Slot {
    /// An empty slot.
    pub fn new(id: u32, transport: usize, role: SlotRole, ssrc: u32, codecs: VideoCodecs) -> Self {
        Self {
            id,
            transport,
            role,
            ssrc,
            codecs,
            wish: None,
            current: None,
            target: None,
            allowance: Allowance::default(),
        }
    }

    /// The layers that are forwarded of its stream, where its track has a stream for each layer. While it shows a higher
    /// layer than its link has room for, because no keyframe of a lower one has come yet, that is the lowest temporal one.
    pub fn layers_of_simulcast(&self) -> Layers {
        let useful = self.wish.map_or(u8::MAX, |wish| wish.max_temporal);
        let temporal = match (self.allowance.grant, self.current) {
            (None, _) => 0,
            (Some((layer, _)), Some(current)) if current.layer > usize::from(layer) => 0,
            (Some((layer, _)), Some(current)) if current.layer < usize::from(layer) => useful,
            (Some((_, temporal)), _) => useful.min(temporal),
        };
        Layers {
            temporal,
            ..Layers::ALL
        }
    }

    /// The same where its track has one stream, which may have all layers in it.
    pub fn layers_of_one_stream(&self) -> Layers {
        let useful = self.wish.map_or(Layers::ALL, |wish| Layers {
            spatial: u8::try_from(wish.max_layer).unwrap_or(u8::MAX),
            temporal: wish.max_temporal,
        });
        let (spatial, temporal) = self.allowance.grant.unwrap_or_default();
        useful.min(Layers { spatial, temporal })
    }

    /// Whether it shows, or waits to show, this track.
    pub fn concerns(&self, track: usize) -> bool {
        self.wish.is_some_and(|wish| wish.track == track)
            || self.current.is_some_and(|occupant| occupant.track == track)
    }
}
