//! The dependency descriptor, the header extension that AV1 comes with (RTP Payload Format For AV1, appendix A).
//!
//! A *decode target* is a subset of the stream: a spatial and a temporal layer with all that they need. A keyframe brings
//! the stream's *structure*, which describes kinds of frames by templates; later packets name a template.

mod bits;
mod descriptor;
mod part;
mod structure;

pub use descriptor::{Descriptor, Indication, Target};
pub use part::Part;

use bits::BitReader;
use part::Grid;
use structure::{MAX_TARGETS, MAX_TEMPLATES, Structure, read_indications, read_references};

/// How many frames a packet may lag behind and still be a late one. From further behind, the stream has begun anew.
const LATE: u16 = 512;

/// The structure that holds, and which of its targets there are.
#[derive(Clone, Debug)]
struct State {
    structure: Structure,
    active: u32,
    /// The newest frame number so far.
    newest: u16,
    /// The targets by layers, as of the structure and what is active.
    grid: Grid,
}

/// Reads the descriptors of one stream. It keeps the structure of the last keyframe, some 1.1 kB.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    state: Option<State>,
}

impl Reader {
    /// Reads a packet's descriptor. `None` when it runs past the end or breaks the format's bounds, and when it names a
    /// template of a structure that is not known: its first packet was lost, or has been replaced. Then nothing is kept.
    ///
    /// A late packet is read, but what it brings does not replace what is newer.
    pub fn read(&mut self, extension: &[u8]) -> Option<Descriptor> {
        let mut bits = BitReader::new(extension);
        let frame_start = bits.flag()?;
        let frame_end = bits.flag()?;
        let id = bits.bits(6)? as u8;
        let frame_number = bits.bits(16)? as u16;
        let mut flags = [false; 5];
        if extension.len() > 3 {
            for flag in &mut flags {
                *flag = bits.flag()?;
            }
        }
        let [
            brings_structure,
            tells_active,
            custom_indications,
            custom_references,
            custom_chains,
        ] = flags;
        let brought = if brings_structure {
            Some(Structure::read(&mut bits)?)
        } else {
            None
        };
        let structure = match (&brought, &self.state) {
            (Some(structure), _) => structure,
            (None, Some(state)) => &state.structure,
            (None, None) => return None,
        };
        let active = if tells_active {
            Some(bits.bits(structure.target_count)?)
        } else {
            brought
                .is_some()
                .then(|| u32::MAX >> (MAX_TARGETS - structure.target_count))
        };
        let index = usize::from(id.wrapping_sub(structure.first_id)) % MAX_TEMPLATES;
        let template = structure.templates[..structure.template_count].get(index)?;
        let indications = if custom_indications {
            read_indications(&mut bits, structure.target_count)?
        } else {
            template.indications
        };
        let refers = if custom_references {
            read_references(&mut bits)?
        } else {
            template.refers
        };
        if custom_chains {
            bits.skip(8 * structure.chain_count)?;
        }
        let descriptor = Descriptor {
            frame_start,
            frame_end,
            frame_number,
            spatial_layer: template.spatial_layer,
            temporal_layer: template.temporal_layer,
            keyframe_start: frame_start && brings_structure && !refers,
            indications,
        };
        self.keep(frame_number, brought, active);
        Some(descriptor)
    }

    /// The best decode target within these layers among those that the publisher sends; `None` when there is none.
    pub fn target(&self, spatial_layer: u8, temporal_layer: u8) -> Option<Target> {
        self.targets()
            .filter(|target| {
                target.spatial_layer <= spatial_layer && target.temporal_layer <= temporal_layer
            })
            .max_by_key(|target| (target.spatial_layer, target.temporal_layer))
    }

    /// The lowest decode target that the publisher sends.
    fn lowest(&self) -> Option<Target> {
        self.targets()
            .min_by_key(|target| (target.spatial_layer, target.temporal_layer))
    }

    /// The decode targets that the publisher sends.
    fn targets(&self) -> impl Iterator<Item = Target> + '_ {
        let all = self.state.iter().flat_map(|state| {
            let layers = &state.structure.targets[..state.structure.target_count];
            (0u8..)
                .zip(layers)
                .map(move |(number, layers)| (state, number, layers))
        });
        all.filter(|(state, number, _)| state.active >> number & 1 != 0)
            .map(|(_, number, &(spatial_layer, temporal_layer))| Target {
                number,
                spatial_layer,
                temporal_layer,
            })
    }

    /// What a packet that was read just now is to whoever gets up to some layers. Where the publisher sends nothing within
    /// them, that is the lowest that it sends.
    pub fn part(&self, descriptor: &Descriptor) -> Part {
        let grid = self.state.as_ref().map(|state| &state.grid);
        Part::new(descriptor, grid.unwrap_or(&Grid::default()))
    }

    /// Looks all targets up anew.
    fn chart(&mut self) {
        let lowest = self.lowest();
        let grid = Grid::new(|spatial, temporal| self.target(spatial, temporal).or(lowest));
        if let Some(state) = &mut self.state {
            state.grid = grid;
        }
    }

    /// Keeps what a packet brought, unless it is late.
    fn keep(&mut self, frame_number: u16, brought: Option<Structure>, active: Option<u32>) {
        if let Some(state) = &self.state {
            let behind = state.newest.wrapping_sub(frame_number);
            if (1..LATE).contains(&behind) {
                return;
            }
        }
        match (brought, active, &mut self.state) {
            (Some(structure), Some(active), state) => {
                *state = Some(State {
                    structure,
                    active,
                    newest: frame_number,
                    grid: Grid::default(),
                });
                self.chart();
            }
            (_, active, Some(state)) => {
                state.newest = frame_number;
                if let Some(active) = active.filter(|active| *active != state.active) {
                    state.active = active;
                    self.chart();
                }
            }
            _ => {}
        }
    }
}

/// Writes another frame number in its place. It stands in whole bytes, the second and third of every descriptor.
#[inline]
pub fn rewrite_frame_number(extension: &mut [u8], value: u16) {
    if let Some(bytes) = extension.get_mut(1..3) {
        bytes.copy_from_slice(&value.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::Indication::{Discardable, NotPresent, Required, Switch};
    use super::*;
    use proptest::prelude::*;

    /// The first packet of a keyframe in libwebrtc's structure L1T3, 640x360: five templates from id 0, three targets, one
    /// chain.
    const L1T3_KEYFRAME: [u8; 20] = [
        0x80, 0x01, 0x00, 0x80, 0x02, 0x14, 0xEA, 0xA8, 0x60, 0x41, 0x4D, 0x14, 0x10, 0x20, 0x84,
        0x27, 0x02, 0x7F, 0x01, 0x67,
    ];
    /// The lower frame of a keyframe in L2T2_KEY, 640x360 and 1280x720: six templates from id 60 on (so that they wrap),
    /// four targets, two chains.
    const L2T2_KEY_KEYFRAME: [u8; 32] = [
        0xFC, 0xFF, 0xFE, 0x87, 0x83, 0x18, 0x7A, 0xAA, 0x01, 0x00, 0xA0, 0xA0, 0x14, 0xD1, 0x41,
        0x34, 0x51, 0x80, 0x21, 0x90, 0x88, 0xA2, 0x11, 0x40, 0x9F, 0xC0, 0x59, 0xC1, 0x3F, 0xC0,
        0xB3, 0xC0,
    ];

    fn reader_after(keyframe: &[u8]) -> Reader {
        let mut reader = Reader::default();
        assert!(reader.read(keyframe).unwrap().keyframe_start);
        reader
    }

    fn numbered(number: u8) -> Target {
        Target {
            number,
            spatial_layer: 0,
            temporal_layer: 0,
        }
    }

    /// The number and layers of the best target within `layers`.
    fn best(reader: &Reader, layers: (u8, u8)) -> Option<(u8, (u8, u8))> {
        let target = reader.target(layers.0, layers.1)?;
        Some((target.number, (target.spatial_layer, target.temporal_layer)))
    }

    fn indications<const N: usize>(descriptor: &Descriptor) -> [Indication; N] {
        std::array::from_fn(|number| descriptor.indication(numbered(number as u8)))
    }

    #[test]
    fn a_keyframe_in_three_temporal_layers_lets_everybody_begin() {
        let mut reader = Reader::default();
        let descriptor = reader.read(&L1T3_KEYFRAME).unwrap();
        assert!(descriptor.keyframe_start && descriptor.frame_start && !descriptor.frame_end);
        assert_eq!(descriptor.frame_number, 0x0100);
        assert_eq!(indications(&descriptor), [Switch; 3]);
        assert_eq!(best(&reader, (0, 0)), Some((0, (0, 0))));
        assert_eq!(best(&reader, (0, 1)), Some((1, (0, 1))));
        assert_eq!(best(&reader, (3, 7)), Some((2, (0, 2))));
    }

    #[test]
    fn three_bytes_name_a_template() {
        let mut reader = reader_after(&L1T3_KEYFRAME);
        // The keyframe's last packet, and the frames after it: T2, T1, T2, T0.
        let last = reader.read(&[0x40, 0x01, 0x00]).unwrap();
        assert!(!last.keyframe_start && last.frame_end && !last.frame_start);
        let third = reader.read(&[0xC3, 0x01, 0x01]).unwrap();
        assert_eq!(
            (third.temporal_layer, indications(&third)),
            (2, [NotPresent, NotPresent, Discardable])
        );
        let second = reader.read(&[0xC2, 0x01, 0x02]).unwrap();
        assert_eq!(
            (second.temporal_layer, indications(&second)),
            (1, [NotPresent, Discardable, Switch])
        );
        assert!(second.is_switch(numbered(2)) && !second.is_switch(numbered(1)));
        assert!(second.is_needed(numbered(1)) && !second.is_needed(numbered(0)));
        let first = reader.read(&[0xC1, 0x01, 0x04]).unwrap();
        assert!(!first.keyframe_start && first.is_needed(numbered(0)));
    }

    #[test]
    fn the_upper_frame_of_a_keyframe_lets_the_upper_targets_begin() {
        let mut reader = reader_after(&L2T2_KEY_KEYFRAME);
        let upper = reader.read(&[0xFF, 0xFF, 0xFF]).unwrap();
        assert_eq!((upper.spatial_layer, upper.temporal_layer), (1, 0));
        assert_eq!(
            indications(&upper),
            [NotPresent, NotPresent, Switch, Switch]
        );
        assert!(!upper.keyframe_start);
        // After it, each spatial layer refers to itself alone. Template ids wrap: 1 is 60 + 5.
        let later = reader.read(&[0xC1, 0x00, 0x01]).unwrap();
        assert_eq!(
            indications(&later),
            [NotPresent, NotPresent, NotPresent, Discardable]
        );
        assert_eq!(best(&reader, (0, 7)), Some((1, (0, 1))));
        assert_eq!(best(&reader, (1, 0)), Some((2, (1, 0))));
        assert_eq!(best(&reader, (3, 7)), Some((3, (1, 1))));
    }

    #[test]
    fn a_picture_ends_with_the_highest_layer_that_is_left() {
        let mut reader = Reader::default();
        let lower = reader.read(&L2T2_KEY_KEYFRAME).unwrap();
        let upper = reader.read(&[0xBF, 0xFF, 0xFF]).unwrap();
        let (low, high) = (reader.target(0, 1).unwrap(), reader.target(1, 1).unwrap());
        assert!(lower.marker_within(low, false) && !lower.marker_within(high, false));
        assert!(
            !upper.marker_within(high, false),
            "not the last packet of its frame"
        );
        assert!(upper.marker_within(high, true));
    }

    #[test]
    fn only_what_the_publisher_sends_is_a_target() {
        let mut reader = reader_after(&L2T2_KEY_KEYFRAME);
        // The upper layer is given up: active targets 0 and 1.
        assert!(reader.read(&[0xFD, 0x00, 0x02, 0x41, 0x80]).is_some());
        assert_eq!(best(&reader, (1, 1)).map(|best| best.0), Some(1));
        assert!(reader.read(&[0xFD, 0x00, 0x06]).is_some());
        assert_eq!(
            best(&reader, (1, 1)).map(|best| best.0),
            Some(1),
            "that holds until it is told otherwise"
        );
        let mut keyframe = L2T2_KEY_KEYFRAME;
        rewrite_frame_number(&mut keyframe, 10);
        assert!(reader.read(&keyframe).is_some());
        assert_eq!(best(&reader, (1, 1)).map(|best| best.0), Some(3));
    }

    #[test]
    fn a_frame_may_differ_from_its_template() {
        let mut reader = reader_after(&L1T3_KEYFRAME);
        // Its own indications D, R, S, its own references 5 and 300 frames back, its own chain.
        let own = reader
            .read(&[0xC1, 0x01, 0x05, 0x3B, 0xCA, 0x62, 0x56, 0x02, 0x80])
            .unwrap();
        assert_eq!(indications(&own), [Discardable, Required, Switch]);
        assert_eq!(
            reader.read(&[0xC1, 0x01, 0x05, 0x3B, 0xCA, 0x62, 0x56, 0x02]),
            None
        );
    }

    #[test]
    fn what_cannot_be_understood_is_refused_and_changes_nothing() {
        let mut reader = Reader::default();
        assert_eq!(
            reader.read(&[0xC1, 0x01, 0x04]),
            None,
            "no structure came yet"
        );
        for len in 0..L1T3_KEYFRAME.len() {
            assert_eq!(reader.read(&L1T3_KEYFRAME[..len]), None, "{len} bytes");
        }
        assert_eq!(reader.target(3, 7), None);
        let mut reader = reader_after(&L1T3_KEYFRAME);
        assert_eq!(
            reader.read(&[0xC5, 0x01, 0x04]),
            None,
            "there is no sixth template"
        );
        assert_eq!(reader.read(&L2T2_KEY_KEYFRAME[..20]), None);
        assert_eq!(best(&reader, (3, 7)).map(|best| best.0), Some(2));
    }

    #[test]
    fn a_late_keyframe_is_read_but_replaces_nothing() {
        let mut reader = reader_after(&L1T3_KEYFRAME);
        let mut late = L2T2_KEY_KEYFRAME;
        rewrite_frame_number(&mut late, 0x00F0);
        assert!(reader.read(&late).unwrap().keyframe_start);
        assert_eq!(best(&reader, (3, 7)).map(|best| best.0), Some(2));
        // From far behind it is no late one, but a stream that began anew.
        rewrite_frame_number(&mut late, 0x0100_u16.wrapping_sub(LATE));
        assert!(reader.read(&late).is_some());
        assert_eq!(best(&reader, (3, 7)).map(|best| best.0), Some(3));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(
            packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..5),
            from in 0usize..3, change in any::<(usize, u8)>(),
        ) {
            let mut keyframe = L2T2_KEY_KEYFRAME;
            keyframe[change.0 % 32] ^= change.1;
            let mut reader = Reader::default();
            for packet in std::iter::once(&keyframe[..]).chain(packets.iter().map(Vec::as_slice)).skip(from) {
                if let Some(descriptor) = reader.read(packet) {
                    prop_assert!(descriptor.spatial_layer <= 3 && descriptor.temporal_layer <= 7);
                }
                prop_assert!(reader.target(3, 7).is_none_or(|target| usize::from(target.number) < MAX_TARGETS));
            }
        }

        #[test]
        fn rewriting_changes_the_frame_number_alone(mut packet in proptest::collection::vec(any::<u8>(), 3..12), value: u16) {
            let before = reader_after(&L1T3_KEYFRAME).read(&packet);
            rewrite_frame_number(&mut packet, value);
            let after = reader_after(&L1T3_KEYFRAME).read(&packet);
            prop_assert_eq!(after, before.map(|before| Descriptor { frame_number: value, ..before }));
        }
    }
}
