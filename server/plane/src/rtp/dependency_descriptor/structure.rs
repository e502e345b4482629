//! What a keyframe's descriptor says of the whole stream.

use super::bits::BitReader;

/// Template ids have six bits.
pub(super) const MAX_TEMPLATES: usize = 64;
/// The spatial and temporal ids that AV1 has room for (AV1 specification section 5.3.3).
const MAX_SPATIAL: u8 = 3;
const MAX_TEMPORAL: u8 = 7;
pub(super) const MAX_TARGETS: usize = 32;

/// One kind of frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Template {
    pub(super) spatial_layer: u8,
    pub(super) temporal_layer: u8,
    /// Whether it refers to other frames.
    pub(super) refers: bool,
    pub(super) indications: u64,
}

/// What a keyframe says of all frames after it.
#[derive(Clone, Debug)]
pub(super) struct Structure {
    pub(super) first_id: u8,
    pub(super) templates: [Template; MAX_TEMPLATES],
    pub(super) template_count: usize,
    /// The spatial and temporal layer of each decode target.
    pub(super) targets: [(u8, u8); MAX_TARGETS],
    pub(super) target_count: usize,
    pub(super) chain_count: usize,
}

impl Structure {
    /// `template_dependency_structure` of section A.8.2.
    pub(super) fn read(bits: &mut BitReader<'_>) -> Option<Self> {
        let mut structure = Structure {
            first_id: bits.bits(6)? as u8,
            templates: [Template::default(); MAX_TEMPLATES],
            template_count: 0,
            targets: [(0, 0); MAX_TARGETS],
            target_count: bits.bits(5)? as usize + 1,
            chain_count: 0,
        };
        let (mut spatial_layer, mut temporal_layer) = (0, 0);
        loop {
            let template = structure.templates.get_mut(structure.template_count)?;
            (template.spatial_layer, template.temporal_layer) = (spatial_layer, temporal_layer);
            structure.template_count += 1;
            match bits.bits(2)? {
                0 => {}
                1 => temporal_layer += 1,
                2 => (spatial_layer, temporal_layer) = (spatial_layer + 1, 0),
                _ => break,
            }
            if spatial_layer > MAX_SPATIAL || temporal_layer > MAX_TEMPORAL {
                return None;
            }
        }
        let templates = &mut structure.templates[..structure.template_count];
        for template in &mut *templates {
            template.indications = read_indications(bits, structure.target_count)?;
        }
        for template in &mut *templates {
            while bits.flag()? {
                template.refers = true;
                bits.bits(4)?;
            }
        }
        for (at, target) in structure.targets[..structure.target_count]
            .iter_mut()
            .enumerate()
        {
            for template in templates
                .iter()
                .filter(|it| it.indications >> (2 * at) & 3 != 0)
            {
                target.0 = target.0.max(template.spatial_layer);
                target.1 = target.1.max(template.temporal_layer);
            }
        }
        let targets = structure.target_count as u32;
        let chains = bits.non_symmetric(targets + 1)?;
        if chains > 0 {
            for _ in 0..targets {
                bits.non_symmetric(chains)?;
            }
            bits.skip(4 * chains as usize * structure.template_count)?;
        }
        structure.chain_count = chains as usize;
        if bits.flag()? {
            // Width and height of each spatial layer.
            bits.skip(32 * (usize::from(spatial_layer) + 1))?;
        }
        Some(structure)
    }
}

pub(super) fn read_indications(bits: &mut BitReader<'_>, targets: usize) -> Option<u64> {
    let mut indications = 0;
    for at in 0..targets {
        indications |= u64::from(bits.bits(2)?) << (2 * at);
    }
    Some(indications)
}

/// A frame's own references. Gives whether there are any.
pub(super) fn read_references(bits: &mut BitReader<'_>) -> Option<bool> {
    let mut refers = false;
    loop {
        let size = bits.bits(2)? as usize;
        if size == 0 {
            return Some(refers);
        }
        refers = true;
        bits.bits(4 * size)?;
    }
}
