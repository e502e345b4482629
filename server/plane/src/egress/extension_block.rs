//! The header extensions of outgoing packets: the same bytes for every slot that agreed on the same ids, but for the
//! transport-wide sequence number.

use super::Format;
use crate::rtp::{Elements, ExtensionForm, ExtensionWriter, FIXED};

/// The block that was written last.
#[derive(Debug)]
pub(super) struct ExtensionBlock {
    /// What it was written for: both ids, and the audio level.
    of: (Option<u8>, Option<u8>, Option<u8>),
    bytes: [u8; 64],
    len: usize,
    /// Where the transport-wide sequence number stands in a packet.
    sequence_at: Option<usize>,
}

impl ExtensionBlock {
    pub(super) const EMPTY: Self = Self {
        of: (None, None, None),
        bytes: [0; 64],
        len: 0,
        sequence_at: None,
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
        if self.of != of {
            self.of = of;
            self.write(format);
        }
    }

    fn write(&mut self, format: &Format) {
        let (level_id, sequence_id, level) = self.of;
        let mut writer = ExtensionWriter::default();
        if let (Some(id), Some(level)) = (level_id, level) {
            writer.push(id, &[level]);
        }
        if let Some(id) = sequence_id {
            writer.push(id, &[0; 2]);
        }
        self.len = writer.finish(&mut self.bytes);
        self.sequence_at = None;
        let Some(body) = self.bytes.get(4..self.len) else {
            return;
        };
        let profile = u16::from_be_bytes([self.bytes[0], self.bytes[1]]);
        if let Some(form) = ExtensionForm::from_profile(profile) {
            let found = Elements::new(form, body)
                .find(|element| Some(element.id) == format.transport_sequence_id);
            self.sequence_at = found.map(|element| {
                FIXED + 4 + (element.data.as_ptr() as usize - body.as_ptr() as usize)
            });
        }
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
}
