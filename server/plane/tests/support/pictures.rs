//! Pictures in every codec, as a camera sends them, in up to three spatial and three temporal layers.

use plane::rtp::VideoCodec;

use super::vp8;

/// Of three temporal layers, as libwebrtc has them.
pub const PATTERN: [u8; 4] = [0, 2, 1, 2];

/// One packet.
#[derive(Clone, Debug)]
pub struct Packet {
    pub payload: Vec<u8>,
    /// The dependency descriptor; empty where the codec has none.
    pub descriptor: Vec<u8>,
    pub marker: bool,
    pub spatial: u8,
    pub temporal: u8,
}

/// What a picture is like.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    pub number: u16,
    pub keyframe: bool,
    pub temporal: u8,
    /// How many spatial layers there are.
    pub spatial: u8,
    /// VP9's U bit.
    pub switch_up: bool,
}

impl Picture {
    /// Picture `number` of one layer.
    pub fn plain(number: u16, keyframe: bool) -> Self {
        Self {
            number,
            keyframe,
            temporal: 0,
            spatial: 1,
            switch_up: false,
        }
    }

    /// Picture `number` of three by three layers.
    pub fn layered(number: u16, keyframe: bool) -> Self {
        Self {
            temporal: PATTERN[usize::from(number) % 4],
            spatial: 3,
            ..Self::plain(number, keyframe)
        }
    }

    /// Its packets, two for each spatial layer.
    pub fn packets(&self, codec: VideoCodec) -> Vec<Packet> {
        let layout = Layout {
            spatial: self.spatial,
            temporal: if self.spatial == 1 { 1 } else { 3 },
        };
        (0..self.spatial * 2)
            .map(|at| {
                let (spatial, first) = (at / 2, at % 2 == 0);
                let (payload, descriptor) = match codec {
                    VideoCodec::Vp8 => (self.vp8(first), Vec::new()),
                    VideoCodec::H264 => (self.h264(first), Vec::new()),
                    VideoCodec::Vp9 => (self.vp9(spatial, first), Vec::new()),
                    VideoCodec::Av1 => (self.av1(first), self.descriptor(&layout, spatial, first)),
                };
                Packet {
                    payload,
                    descriptor,
                    marker: at + 1 == self.spatial * 2,
                    spatial,
                    temporal: self.temporal,
                }
            })
            .collect()
    }

    /// Its packets, two of one spatial layer, with nothing of layers in the payload: Chromium leaves VP8's and H.264's to
    /// the dependency descriptor so.
    pub fn described_packets(&self, codec: VideoCodec) -> Vec<Packet> {
        let layout = Layout {
            spatial: 1,
            temporal: 3,
        };
        let payload = |first: bool| match codec {
            VideoCodec::Vp8 => {
                let [high, low] = self.number.to_be_bytes();
                vec![u8::from(first) << 4, u8::from(!self.keyframe), high, low]
            }
            VideoCodec::H264 => self.h264(first),
            _ => unreachable!("{codec:?} tells of layers itself"),
        };
        [true, false]
            .map(|first| Packet {
                payload: payload(first),
                descriptor: self.descriptor(&layout, 0, first),
                marker: !first,
                spatial: 0,
                temporal: self.temporal,
            })
            .into()
    }

    fn tl0(&self) -> u8 {
        (self.number / 4) as u8
    }

    fn vp8(&self, first: bool) -> Vec<u8> {
        let mut payload = vp8(self.number & 0x7fff, self.tl0(), self.keyframe);
        payload[5] = self.temporal << 6;
        payload[0] = if first { 0x90 } else { 0x80 };
        payload
    }

    fn h264(&self, first: bool) -> Vec<u8> {
        let [high, low] = self.number.to_be_bytes();
        match (self.keyframe, first) {
            // An aggregate of the parameter sets, then the IDR picture; else a slice in two fragments.
            (true, true) => vec![0x78, 0, 4, 0x67, 0x42, high, low, 0, 2, 0x68, 0xCE],
            (true, false) => vec![0x65, 0x88, high, low],
            (false, true) => vec![0x7C, 0x81, 0x9A, high, low],
            (false, false) => vec![0x7C, 0x41, 0x9A, high, low],
        }
    }

    fn vp9(&self, spatial: u8, first: bool) -> Vec<u8> {
        let [high, low] = (self.number | 0x8000).to_be_bytes();
        let part = if first { 0x08 } else { 0x04 };
        let inter = u8::from(!self.keyframe) << 6;
        let layers = self.temporal << 5
            | u8::from(self.switch_up) << 4
            | spatial << 1
            | u8::from(spatial > 0);
        vec![
            0xA0 | inter | part,
            high,
            low,
            layers,
            self.tl0(),
            0x86,
            spatial,
        ]
    }

    fn av1(&self, first: bool) -> Vec<u8> {
        let [high, low] = self.number.to_be_bytes();
        let starts_sequence = u8::from(self.keyframe && first) << 3;
        vec![
            0x10 | starts_sequence | u8::from(!first) << 7,
            0x30,
            high,
            low,
        ]
    }

    /// The number of a spatial layer's frame.
    pub fn frame_number(&self, spatial: u8) -> u16 {
        self.number
            .wrapping_mul(u16::from(self.spatial))
            .wrapping_add(u16::from(spatial))
    }

    fn descriptor(&self, layout: &Layout, spatial: u8, first: bool) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.put(u32::from(first), 1);
        bits.put(u32::from(!first), 1);
        bits.put(u32::from(layout.template(spatial, self.temporal)), 6);
        bits.put(u32::from(self.frame_number(spatial)), 16);
        if self.keyframe {
            let brings_structure = first && spatial == 0;
            // Structure, active targets, own indications, own references, own chains.
            bits.put(u32::from(brings_structure) << 4 | 0b00110, 5);
            if brings_structure {
                layout.write(&mut bits);
            }
            for (target, _) in layout.targets() {
                bits.put(
                    if target >= spatial {
                        SWITCH
                    } else {
                        NOT_PRESENT
                    },
                    2,
                );
            }
            if spatial > 0 {
                bits.put(0b01_0000, 6); // one frame back
            }
            bits.put(0, 2);
        }
        bits.bytes
    }
}

const NOT_PRESENT: u32 = 0;
const DISCARDABLE: u32 = 1;
const SWITCH: u32 = 2;
const REQUIRED: u32 = 3;

/// The dependency structure of full SVC: each spatial layer of each picture refers to its own last one and to the layer below.
struct Layout {
    spatial: u8,
    temporal: u8,
}

impl Layout {
    fn template(&self, spatial: u8, temporal: u8) -> u8 {
        spatial * self.temporal + temporal
    }

    fn targets(&self) -> impl Iterator<Item = (u8, u8)> + Clone {
        let temporal = self.temporal;
        (0..self.spatial).flat_map(move |s| (0..temporal).map(move |t| (s, t)))
    }

    fn indication(&self, of: (u8, u8), to: (u8, u8)) -> u32 {
        match () {
            () if to.0 < of.0 || to.1 < of.1 => NOT_PRESENT,
            () if to.0 > of.0 => REQUIRED,
            () if of.1 > 0 && to.1 == of.1 => DISCARDABLE,
            () => SWITCH,
        }
    }

    fn write(&self, bits: &mut Bits) {
        let targets = u32::from(self.spatial * self.temporal);
        bits.put(0, 6);
        bits.put(targets - 1, 5);
        for (spatial, temporal) in self.targets() {
            let last_temporal = temporal + 1 == self.temporal;
            let next = match (last_temporal, spatial + 1 == self.spatial) {
                (false, _) => 1,
                (true, false) => 2,
                (true, true) => 3,
            };
            bits.put(next, 2);
        }
        for of in self.targets() {
            for to in self.targets() {
                bits.put(self.indication(of, to), 2);
            }
        }
        for (spatial, _) in self.targets() {
            let pictures_back = u32::from(self.spatial);
            bits.put(1, 1);
            bits.put(pictures_back - 1, 4);
            if spatial > 0 {
                bits.put(1, 1);
                bits.put(0, 4);
            }
            bits.put(0, 1);
        }
        // A chain for each spatial layer.
        bits.put_below(u32::from(self.spatial), targets + 1);
        for (spatial, _) in self.targets() {
            bits.put_below(u32::from(spatial), u32::from(self.spatial));
        }
        for _ in self.targets() {
            for _ in 0..self.spatial {
                bits.put(1, 4);
            }
        }
        bits.put(1, 1);
        for spatial in 0..u32::from(self.spatial) {
            bits.put((320 << spatial) - 1, 16);
            bits.put((180 << spatial) - 1, 16);
        }
    }
}

/// Writes numbers of any width, the high bits first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().unwrap();
            *last |= (value >> bit & 1) as u8 * (0x80 >> (self.used % 8)) as u8;
            self.used += 1;
        }
    }

    /// A number below `values` (`ns(n)` of the AV1 specification).
    fn put_below(&mut self, value: u32, values: u32) {
        let width = 32 - values.leading_zeros();
        let short = (1 << width) - values;
        if value < short {
            self.put(value, width - 1);
        } else {
            self.put(value + short, width);
        }
    }
}
