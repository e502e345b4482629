//! What a packet is to whoever gets a part of the stream.

/// What a frame is to a decode target (table A.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indication {
    /// It has nothing to do with it.
    NotPresent,
    /// It is part of it, and no other frame of it needs it.
    Discardable,
    /// It is part of it, and from here on the target can be decoded by whoever can decode this frame.
    Switch,
    /// It is part of it.
    Required,
}

/// What forwarding needs to know of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The first packet of a frame. With spatial layers, a picture has one frame for each.
    pub frame_start: bool,
    /// The last packet of a frame.
    pub frame_end: bool,
    /// Counts frames in decode order, and wraps. References are told as differences, so it may be moved by a constant, but
    /// gaps must stay; see [`rewrite_frame_number`](super::rewrite_frame_number).
    pub frame_number: u16,
    /// The spatial layer.
    pub spatial_layer: u8,
    /// The temporal layer.
    pub temporal_layer: u8,
    /// The first packet of a keyframe: it brings a structure and refers to no other frame.
    pub keyframe_start: bool,
    /// Two bits for each decode target, the first lowest.
    pub(super) indications: u64,
}

/// A decode target. It is one until the publisher's next keyframe or change of what it sends: ask anew for each frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub(super) number: u8,
    /// Its spatial layer, the highest of its frames.
    pub spatial_layer: u8,
    /// Its temporal layer, the highest of its frames.
    pub temporal_layer: u8,
}

impl Descriptor {
    /// What the packet's frame is to a decode target.
    #[inline]
    pub fn indication(&self, target: Target) -> Indication {
        match self.indications >> (2 * target.number) & 3 {
            0 => Indication::NotPresent,
            1 => Indication::Discardable,
            2 => Indication::Switch,
            _ => Indication::Required,
        }
    }

    /// Whether a decode target has the packet in it.
    #[inline]
    pub fn is_needed(&self, target: Target) -> bool {
        self.indication(target) != Indication::NotPresent
    }

    /// Whether forwarding may go over to a decode target at the packet's frame (section A.7), if the receiver can decode
    /// the frame.
    #[inline]
    pub fn is_switch(&self, target: Target) -> bool {
        self.indication(target) == Indication::Switch
    }

    /// The marker that the packet has for who gets a decode target, where the publisher set `marker`: it ends a picture
    /// (section 4.2), and one whose upper layers are cut ends with the highest that is left.
    #[inline]
    pub fn marker_within(&self, target: Target, marker: bool) -> bool {
        marker || (self.frame_end && self.spatial_layer == target.spatial_layer)
    }
}
