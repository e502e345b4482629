//! Generic NACK: which packets of a stream a receiver misses (RFC 4585 section 6.2.1).

use super::{be32, packet_type, write_head};

/// Both SSRCs, in front of the entries.
const HEAD: usize = 8;
const ENTRY: usize = 4;
/// How many packets after the first one entry can name.
const BITS: u16 = 16;

/// A receiver asks for packets of one stream again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nack<'a> {
    /// Of which stream.
    pub media_ssrc: u32,
    /// A sequence number (PID), and a bit for each of the 16 that follow it (BLP).
    entries: &'a [[u8; ENTRY]],
}

impl<'a> Nack<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let (entries, rest) = body.get(HEAD..)?.as_chunks();
        rest.is_empty().then(|| Self {
            media_ssrc: be32(body, 4),
            entries,
        })
    }

    /// The sequence numbers asked for, as they are written: ascending within an entry of 17 at most.
    pub fn sequences(self) -> impl Iterator<Item = u16> + 'a {
        self.entries.iter().flat_map(|&[a, b, c, d]| {
            let first = u16::from_be_bytes([a, b]);
            let bits = u16::from_be_bytes([c, d]);
            let others = (0..BITS).filter(move |bit| bits & (1 << bit) != 0);
            std::iter::once(first).chain(others.map(move |bit| first.wrapping_add(bit + 1)))
        })
    }
}

/// Writes a NACK for `sequences`, best in ascending order: up to 17 near ones share an entry.
///
/// Returns its length and how many of `sequences` it names: fewer than all when `out`, a datagram's buffer, has no room
/// for more. `(0, 0)` when there are none.
pub fn write_nack(
    out: &mut [u8],
    sender_ssrc: u32,
    media_ssrc: u32,
    sequences: impl IntoIterator<Item = u16>,
) -> (usize, usize) {
    const FIRST: usize = 4 + HEAD;
    let mut end = FIRST;
    let mut written = 0;
    let (mut first, mut bits) = (0u16, 0u16);
    for sequence in sequences {
        let distance = sequence.wrapping_sub(first);
        if end == FIRST || distance > BITS {
            if end + ENTRY > out.len() {
                break;
            }
            (first, bits) = (sequence, 0);
            end += ENTRY;
        } else if distance > 0 {
            bits |= 1 << (distance - 1);
        }
        out[end - 4..end - 2].copy_from_slice(&first.to_be_bytes());
        out[end - 2..end].copy_from_slice(&bits.to_be_bytes());
        written += 1;
    }
    if written == 0 {
        return (0, 0);
    }
    write_head(out, 1, packet_type::TRANSPORT_FEEDBACK, end);
    out[4..8].copy_from_slice(&sender_ssrc.to_be_bytes());
    out[8..12].copy_from_slice(&media_ssrc.to_be_bytes());
    (end, written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(message: &[u8]) -> Vec<u16> {
        let nack = Nack::parse(&message[4..]).unwrap();
        assert_eq!(nack.media_ssrc, 77);
        nack.sequences().collect()
    }

    #[test]
    fn an_entry_names_the_seventeen_packets_of_the_rfc() {
        let message = [0, 0, 0, 1, 0, 0, 0, 77, 0xff, 0xff, 0x80, 0x01];
        let nack = Nack::parse(&message).unwrap();
        assert_eq!(nack.sequences().collect::<Vec<_>>(), [65_535, 0, 15]);
    }

    #[test]
    fn neighbours_share_an_entry_across_the_wrap() {
        let mut out = [0; 64];
        let missing = [65_534u16, 65_535, 0, 14, 15];
        assert_eq!(write_nack(&mut out, 1, 77, missing), (20, 5));
        assert_eq!(read(&out[..20]), missing);
    }

    #[test]
    fn a_cut_entry_is_malformed() {
        assert_eq!(Nack::parse(&[0; 7]), None);
        assert_eq!(Nack::parse(&[0; 10]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_far_as_the_buffer_reaches(
            start: u16, steps in proptest::collection::vec(1u16..40, 0..200), room in 0usize..600,
        ) {
            let mut sequence = start;
            let missing: Vec<u16> = steps.iter().map(|&step| {
                sequence = sequence.wrapping_add(step);
                sequence
            }).collect();
            let mut out = vec![0; room];
            let (len, written) = write_nack(&mut out, 1, 77, missing.iter().copied());
            prop_assert!(len <= room && written <= missing.len());
            if written == 0 {
                prop_assert!(len == 0 && (missing.is_empty() || room < 16));
            } else {
                prop_assert_eq!(len, 4 + 4 * usize::from(u16::from_be_bytes([out[2], out[3]])));
                prop_assert_eq!(read(&out[..len]), &missing[..written]);
            }
            if written < missing.len() {
                prop_assert!(room < len.max(12) + 4, "there was room for more");
            }
        }
    }
}
