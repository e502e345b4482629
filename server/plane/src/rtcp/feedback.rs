//! Keyframe requests: PLI (RFC 4585 section 6.3.1) and FIR (RFC 5104 section 4.3.1).

use super::{be32, packet_type, write_head};

/// A receiver wants a keyframe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyframeRequest<'a> {
    /// Picture loss indication.
    Pli {
        /// Of which stream.
        media_ssrc: u32,
    },
    /// Full intra request.
    Fir {
        /// Entries of eight bytes each, the SSRC first.
        entries: &'a [u8],
    },
}

impl<'a> KeyframeRequest<'a> {
    /// The streams that a keyframe is wanted of.
    pub fn media_ssrcs(self) -> impl Iterator<Item = u32> + 'a {
        let (pli, entries) = match self {
            KeyframeRequest::Pli { media_ssrc } => (Some(media_ssrc), &[][..]),
            KeyframeRequest::Fir { entries } => (None, entries),
        };
        pli.into_iter()
            .chain(entries.chunks_exact(8).map(|entry| be32(entry, 0)))
    }
}

/// Writes a PLI; returns its length of 12 bytes.
pub fn write_pli(out: &mut [u8], sender_ssrc: u32, media_ssrc: u32) -> usize {
    write_head(out, 1, packet_type::PAYLOAD_FEEDBACK, 12);
    out[4..8].copy_from_slice(&sender_ssrc.to_be_bytes());
    out[8..12].copy_from_slice(&media_ssrc.to_be_bytes());
    12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fir_names_each_of_its_streams() {
        let entries = [0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0];
        let ssrcs: Vec<_> = KeyframeRequest::Fir { entries: &entries }
            .media_ssrcs()
            .collect();
        assert_eq!(ssrcs, [7, 9]);
    }
}
