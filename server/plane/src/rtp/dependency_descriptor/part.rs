//! What a packet is to whoever gets up to some spatial and temporal layer. Targets are known to the stream's reader alone;
//! this goes along with the packet to everybody who forwards it.

use super::descriptor::{Descriptor, Target};
use crate::rtp::Layers;

/// So many spatial and temporal layers are told apart. AV1 has room for more temporal ones, which count with the last.
const SIDE: u8 = 4;
const PAIRS: usize = SIDE as usize * SIDE as usize;

/// Where a pair of layers stands among the [`PAIRS`].
#[inline]
fn place(layers: Layers) -> usize {
    let (spatial, temporal) = (layers.spatial.min(SIDE - 1), layers.temporal.min(SIDE - 1));
    usize::from(spatial * SIDE + temporal)
}

/// The decode target of each pair of layers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Grid([Option<Target>; PAIRS]);

impl Grid {
    /// By the best target for two layers at most.
    pub(super) fn new(best: impl Fn(u8, u8) -> Option<Target>) -> Self {
        let mut grid = Self::default();
        for spatial in 0..SIDE {
            for temporal in 0..SIDE {
                let most = if temporal == SIDE - 1 {
                    u8::MAX
                } else {
                    temporal
                };
                grid.0[place(Layers { spatial, temporal })] = best(spatial, most);
            }
        }
        grid
    }
}

/// A packet's number and, for each pair of layers, what it is to who gets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The frame's number.
    pub frame_number: u16,
    /// One bit for each pair of layers: the packet ends what it gets of a picture.
    ends: u16,
    /// The same: it needs the packet.
    needed: u16,
    /// The same: here it may begin.
    switch: u16,
}

impl Part {
    pub(super) fn new(descriptor: &Descriptor, grid: &Grid) -> Self {
        let mut part = Self {
            frame_number: descriptor.frame_number,
            ends: 0,
            needed: 0,
            switch: 0,
        };
        for (place, target) in grid.0.iter().enumerate() {
            let Some(target) = *target else { continue };
            part.ends |= u16::from(descriptor.marker_within(target, false)) << place;
            part.needed |= u16::from(descriptor.is_needed(target)) << place;
            part.switch |= u16::from(descriptor.is_switch(target)) << place;
        }
        part
    }

    /// Whether who gets these layers needs the packet.
    #[inline]
    pub fn is_needed(&self, layers: Layers) -> bool {
        self.needed >> place(layers) & 1 != 0
    }

    /// Whether these layers may be gone over to here, if the receiver can decode the packet's frame.
    #[inline]
    pub fn is_switch(&self, layers: Layers) -> bool {
        self.switch >> place(layers) & 1 != 0
    }

    /// Whether the packet ends a picture for who gets these layers.
    #[inline]
    pub fn ends(&self, layers: Layers) -> bool {
        self.ends >> place(layers) & 1 != 0
    }
}
