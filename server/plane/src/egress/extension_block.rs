//! The header extensions of outgoing packets: the same bytes for every slot that agreed on the same ids, but for the
//! transport-wide sequence number, and the dependency descriptor, which is each packet's own.

use super::Format;
use crate::rtp::dependency_descriptor::rewrite_frame_number;
use crate::rtp::{Elements, ExtensionForm, ExtensionWriter, FIXED, MAX_BLOCK};

/// The block that was written last.
#[derive(Debug)]
pub(super) struct ExtensionBlock {
    /// What it was written for: both ids, and the audio level.
    of: (Option<u8>, Option<u8>, Option<u8>),
    bytes: [u8; MAX_BLOCK],
    len: usize,
    /// Where the transport-wide sequence number stands in a packet.
    sequence_at: Option<usize>,
    /// It has a dependency descriptor in it.
    described: bool,
}

impl ExtensionBlock {
    pub(super) const EMPTY: Self = Self {
        of: (None, None, None),
        bytes: [0; MAX_BLOCK],
        len: 0,
        sequence_at: None,
        described: false,
    };

    /// Makes it that of a slot's next packet.
    #[inline]
    pub(super) fn set(&mut self, format: &Format, level: Option<u8>) {
        let level_id = format.audio_level_id.filter(|_| level.is_some());
        let of = (
            level_id,
            format.transport_sequence_id,
            level.and(level_id).and(level),
        );
        if self.of != of || self.described {
            self.of = of;
            self.described = false;
            self.write(None);
        }
    }

    /// Adds a dependency descriptor with another frame number, where it was agreed and there is room for it.
    pub(super) fn describe(&mut self, format: &Format, descriptor: &[u8], frame_number: u16) {
        if let Some(id) = format.dependency_descriptor_id {
            self.described = true;
            self.write(Some((id, descriptor, frame_number)));
        }
    }

    fn write(&mut self, descriptor: Option<(u8, &[u8], u16)>) {
        let (level_id, sequence_id, level) = self.of;
        let mut writer = ExtensionWriter::default();
        if let (Some(id), Some(level)) = (level_id, level) {
            writer.push(id, &[level]);
        }
        if let Some(id) = sequence_id {
            writer.push(id, &[0; 2]);
        }
        if let Some((id, bytes, _)) = descriptor {
            writer.push(id, bytes);
        }
        self.len = writer.finish(&mut self.bytes);
        self.sequence_at = None;
        if let Some(at) = sequence_id.and_then(|id| self.find(id)) {
            self.sequence_at = Some(FIXED + at);
        }
        if let Some((id, bytes, frame_number)) = descriptor
            && let Some(at) = self.find(id)
        {
            rewrite_frame_number(&mut self.bytes[at..at + bytes.len()], frame_number);
        }
    }

    /// Where an element's data stands in the block.
    fn find(&self, id: u8) -> Option<usize> {
        let (head, body) = self.bytes[..self.len].split_first_chunk::<4>()?;
        let form = ExtensionForm::from_profile(u16::from_be_bytes([head[0], head[1]]))?;
        let element = Elements::new(form, body).find(|element| element.id == id)?;
        Some(4 + element.data.as_ptr() as usize - body.as_ptr() as usize)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub(super) fn sequence_at(&self) -> Option<usize> {
        self.sequence_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_number_is_found_in_either_form() {
        for (level_id, sequence_id, level, at) in [
            (Some(1), Some(4), Some(0x8a), Some(FIXED + 4 + 3)),
            (Some(1), Some(4), None, Some(FIXED + 4 + 1)),
            (None, Some(4), Some(0x8a), Some(FIXED + 4 + 1)),
            (Some(1), Some(20), Some(0x8a), Some(FIXED + 4 + 5)),
            (Some(1), None, Some(0x8a), None),
            (None, None, None, None),
        ] {
            let mut block = ExtensionBlock::EMPTY;
            let format = Format {
                audio_level_id: level_id,
                transport_sequence_id: sequence_id,
                ..Format::default()
            };
            block.set(&format, level);
            assert_eq!(block.sequence_at(), at);
            assert_eq!(block.bytes().is_empty(), at.is_none() && level_id.is_none());
        }
    }

    #[test]
    fn a_descriptor_of_any_length_stands_beside_the_sequence_number_and_is_the_packets_own() {
        let format = Format {
            transport_sequence_id: Some(4),
            dependency_descriptor_id: Some(7),
            ..Format::default()
        };
        let mut block = ExtensionBlock::EMPTY;
        for len in [3, 16, 17, 90, 255] {
            block.set(&format, None);
            let descriptor: Vec<u8> = (0..len).collect();
            block.describe(&format, &descriptor, 0xABCD);
            let at = block.find(7).unwrap();
            let written = &block.bytes()[at..at + usize::from(len)];
            assert_eq!(written[1..3], [0xAB, 0xCD]);
            assert_eq!(written[3..], descriptor[3..]);
            assert!(block.sequence_at().is_some());
        }
        block.set(&format, None);
        assert_eq!(block.bytes(), [0xBE, 0xDE, 0, 1, 0x41, 0, 0, 0]);
        let without = Format {
            dependency_descriptor_id: None,
            ..format
        };
        block.describe(&without, &[1, 2, 3], 5);
        assert_eq!(block.bytes().len(), 8);
    }
}
