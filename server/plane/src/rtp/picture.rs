//! What forwarding must know of a video packet, whatever its codec.

use super::vp8::PictureId;
use super::{av1, dependency_descriptor, h264, vp8, vp9};

/// The codecs of video that are forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    /// RFC 7741.
    Vp8,
    /// RFC 6184.
    H264,
    /// RFC 9628.
    Vp9,
    /// The Alliance for Open Media's RTP payload format.
    Av1,
}

impl VideoCodec {
    /// How many there are.
    pub const COUNT: usize = 4;

    /// The codec that SDP's `a=rtpmap` names so (in this spelling).
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "VP8" => Self::Vp8,
            "H264" => Self::H264,
            "VP9" => Self::Vp9,
            "AV1" => Self::Av1,
            _ => return None,
        })
    }
}

/// A part of a stream: up to these layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// The highest spatial layer.
    pub spatial: u8,
    /// The highest temporal layer.
    pub temporal: u8,
}

impl Layers {
    /// All that there are.
    pub const ALL: Self = Self {
        spatial: u8::MAX,
        temporal: u8::MAX,
    };

    /// What is in both.
    #[inline]
    pub fn min(self, other: Self) -> Self {
        Self {
            spatial: self.spatial.min(other.spatial),
            temporal: self.temporal.min(other.temporal),
        }
    }
}

/// Where a frame lets a receiver go up to more frames a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rise {
    Nowhere,
    /// To its own temporal layer (VP8's Y bit).
    ToItself,
    /// To any temporal layer, once it has been received (VP9's U bit).
    Beyond,
}

/// What forwarding must know of one packet. It is kept for each packet of a burst: so it is small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its codec.
    pub codec: VideoCodec,
    /// The first packet of a frame. With spatial layers, a picture has one frame for each.
    pub frame_start: bool,
    /// The last packet of a frame; told by VP9 and the dependency descriptor only.
    pub frame_end: bool,
    /// The first packet of a keyframe from which a decoder can begin that knows nothing of the stream.
    pub keyframe_start: bool,
    /// The spatial layer, 0 where there are none.
    pub spatial_layer: u8,
    /// The temporal layer, 0 where there are none.
    pub temporal_layer: u8,
    rise: Rise,
    /// The first packet of a frame that needs only what lies below it in the same picture.
    starts_spatial_layer: bool,
    /// VP8's or VP9's picture id, and where it stands in the payload.
    pub picture_id: Option<PictureId>,
    /// VP8's or VP9's TL0PICIDX: where it stands in the payload, and its value.
    pub tl0_index: Option<(u8, u8)>,
    /// What the dependency descriptor said, where it tells what the payload does not.
    pub part: Option<dependency_descriptor::Part>,
}

impl Picture {
    /// What the payload begins with. AV1 tells less there, and others may: see [`Picture::described`]. `None` when it is
    /// malformed.
    #[inline]
    pub fn read(codec: VideoCodec, payload: &[u8]) -> Option<Self> {
        let plain = Self::plain(codec);
        Some(match codec {
            VideoCodec::Vp8 => {
                let vp8 = vp8::Descriptor::parse(payload)?;
                Self {
                    frame_start: vp8.frame_start,
                    keyframe_start: vp8.keyframe_start,
                    temporal_layer: vp8.temporal_layer,
                    rise: if vp8.layer_sync {
                        Rise::ToItself
                    } else {
                        Rise::Nowhere
                    },
                    picture_id: vp8.picture_id,
                    tl0_index: vp8.tl0_index,
                    ..plain
                }
            }
            VideoCodec::H264 => {
                let h264 = h264::Packet::parse(payload)?;
                Self {
                    frame_start: h264.frame_start,
                    // An IDR picture alone is none for who does not know its parameter sets.
                    keyframe_start: h264.parameters,
                    ..plain
                }
            }
            VideoCodec::Vp9 => {
                let vp9 = vp9::Descriptor::parse(payload)?;
                Self {
                    frame_start: vp9.frame_start,
                    frame_end: vp9.frame_end,
                    keyframe_start: vp9.keyframe_start,
                    spatial_layer: vp9.spatial_layer,
                    temporal_layer: vp9.temporal_layer,
                    rise: if vp9.switch_up {
                        Rise::Beyond
                    } else {
                        Rise::Nowhere
                    },
                    starts_spatial_layer: vp9.starts_spatial_layer(),
                    picture_id: vp9.picture_id,
                    tl0_index: vp9.tl0_index,
                    ..plain
                }
            }
            VideoCodec::Av1 => {
                let header = av1::AggregationHeader::parse(payload)?;
                Self {
                    frame_start: !header.continues,
                    keyframe_start: header.keyframe_start,
                    ..plain
                }
            }
        })
    }

    /// A packet of AV1, of which the dependency descriptor tells everything.
    pub(crate) fn of_av1(descriptor: &dependency_descriptor::Descriptor) -> Self {
        Self {
            frame_start: descriptor.frame_start,
            keyframe_start: descriptor.keyframe_start,
            ..Self::plain(VideoCodec::Av1)
        }
    }

    /// The same with the layers that the dependency descriptor tells. `reader` has read it just now.
    #[inline]
    pub fn described(
        self,
        descriptor: &dependency_descriptor::Descriptor,
        reader: &dependency_descriptor::Reader,
    ) -> Self {
        Self {
            frame_end: descriptor.frame_end,
            spatial_layer: descriptor.spatial_layer,
            temporal_layer: descriptor.temporal_layer,
            part: Some(reader.part(descriptor)),
            ..self
        }
    }

    /// Whether its payload tells of layers, or leaves that to a dependency descriptor. H.264 tells nothing; Chromium leaves
    /// VP8's picture ids, TL0PICIDX and temporal layers out where it sends one.
    #[inline]
    pub(crate) fn tells_layers(&self) -> bool {
        self.picture_id.is_some() || self.tl0_index.is_some() || self.spatial_layer > 0
    }

    fn plain(codec: VideoCodec) -> Self {
        Self {
            codec,
            frame_start: false,
            frame_end: false,
            keyframe_start: false,
            spatial_layer: 0,
            temporal_layer: 0,
            rise: Rise::Nowhere,
            starts_spatial_layer: false,
            picture_id: None,
            tl0_index: None,
            part: None,
        }
    }

    /// Whether who gets these layers needs the packet.
    #[inline]
    pub fn is_within(&self, layers: Layers) -> bool {
        match &self.part {
            Some(part) => part.is_needed(layers),
            None => self.spatial_layer <= layers.spatial && self.temporal_layer <= layers.temporal,
        }
    }

    /// What who got these layers may get from the packet's frame on, of what is wanted; `current` where it must not rise
    /// here.
    #[inline]
    pub fn risen(&self, current: Layers, wanted: Layers) -> Layers {
        let mut risen = current;
        if let Some(part) = &self.part {
            let sharper = Layers {
                spatial: current.spatial.max(wanted.spatial),
                ..current
            };
            let smoother = Layers {
                temporal: current.temporal.max(wanted.temporal),
                ..current
            };
            let both = Layers {
                temporal: smoother.temporal,
                ..sharper
            };
            // The frame can be decoded, since it is part of what was forwarded until now.
            if both != current && part.is_needed(current) {
                let to = [both, sharper, smoother];
                let to = to
                    .into_iter()
                    .find(|to| *to != current && part.is_switch(*to));
                return to.unwrap_or(current);
            }
            return current;
        }
        let temporal = self.temporal_layer;
        match self.rise {
            Rise::ToItself if temporal <= wanted.temporal => {
                risen.temporal = risen.temporal.max(temporal);
            }
            Rise::Beyond if self.is_within(current) => {
                risen.temporal = risen.temporal.max(wanted.temporal);
            }
            _ => {}
        }
        // It is predicted from the layer below at most: that one has just been forwarded.
        if self.starts_spatial_layer
            && u16::from(self.spatial_layer) == u16::from(current.spatial) + 1
            && self.spatial_layer <= wanted.spatial
            && temporal <= current.temporal
        {
            risen.spatial = self.spatial_layer;
        }
        risen
    }

    /// The marker that the packet has for who gets these layers, where the publisher set `marker`: a picture whose upper
    /// layers are cut ends with the highest that is left.
    #[inline]
    pub fn marker_within(&self, layers: Layers, marker: bool) -> bool {
        let ends = match &self.part {
            Some(part) => part.ends(layers),
            None => self.frame_end && self.spatial_layer == layers.spatial,
        };
        marker || ends
    }

    /// The number of the picture or frame by the codec's own count, and how many there are before it begins anew.
    #[inline]
    pub fn number(&self) -> Option<(u16, u64)> {
        if let Some(part) = &self.part {
            return Some((part.frame_number, 1 << 16));
        }
        let id = self.picture_id?;
        Some((id.value, if id.long { 1 << 15 } else { 1 << 7 }))
    }

    /// Writes other numbers of its codec into the payload.
    #[inline]
    pub fn rewrite(&self, payload: &mut [u8], number: u16, tl0_index: u8) {
        if let Some(id) = self.picture_id {
            id.rewrite(payload, number);
        }
        if let Some((at, _)) = self.tl0_index {
            payload[usize::from(at)] = tl0_index;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn layers(spatial: u8, temporal: u8) -> Layers {
        Layers { spatial, temporal }
    }

    #[test]
    fn it_is_small() {
        assert!(size_of::<Picture>() <= 32, "{}", size_of::<Picture>());
    }

    #[test]
    fn vp8_rises_to_a_frame_that_needs_no_other_of_its_layer() {
        let read = |tid: u8, sync: u8| {
            let payload = [0x90, 0xE0, 0x80, 1, 7, tid << 6 | sync << 5, 0x11];
            Picture::read(VideoCodec::Vp8, &payload).unwrap()
        };
        assert_eq!(read(1, 1).risen(layers(9, 0), layers(9, 2)), layers(9, 1));
        assert_eq!(read(1, 0).risen(layers(9, 0), layers(9, 2)), layers(9, 0));
        assert_eq!(read(2, 1).risen(layers(9, 0), layers(9, 1)), layers(9, 0));
    }

    #[test]
    fn vp9_rises_beyond_a_switching_point_that_was_received_and_to_a_spatial_layer_that_starts() {
        // I (P) L B E, not flexible: picture id 5, the layers, TL0PICIDX.
        let read = |inter: u8, tid: u8, up: u8, sid: u8| {
            let payload = [0xAC | inter << 6, 5, tid << 5 | up << 4 | sid << 1, 7, 0x86];
            Picture::read(VideoCodec::Vp9, &payload).unwrap()
        };
        let (low, all) = (layers(0, 0), layers(2, 2));
        assert_eq!(read(1, 0, 1, 0).risen(low, all), layers(0, 2));
        assert_eq!(read(1, 1, 1, 0).risen(low, all), low, "not received");
        assert_eq!(read(0, 0, 0, 1).risen(low, all), layers(1, 0));
        assert_eq!(read(1, 0, 0, 1).risen(low, all), low, "needs earlier ones");
        assert_eq!(
            read(0, 0, 0, 2).risen(low, all),
            low,
            "the one between is missing"
        );
    }

    #[test]
    fn h264_begins_at_its_parameter_sets() {
        let starts = |payload: &[u8]| {
            let picture = Picture::read(VideoCodec::H264, payload).unwrap();
            (picture.frame_start, picture.keyframe_start)
        };
        assert_eq!(starts(&[0x67, 0x42, 0xC0, 0x1F]), (true, true));
        assert_eq!(starts(&[0x65, 0x88]), (true, false));
        assert_eq!(starts(&[0x41, 0x9A]), (true, false));
    }
}
