//! Redundant audio: a frame together with earlier ones, in case their own packets got lost (RFC 2198 section 3).

/// How many earlier frames one payload is written with at most.
pub const MOST_EARLIER: usize = 2;
/// How far back an earlier frame may lie, in ticks of the RTP clock: the offset has 14 bits.
pub const MAX_OFFSET: u32 = (1 << 14) - 1;
/// How long an earlier frame may be: its length has 10 bits.
pub const MAX_EARLIER: usize = (1 << 10) - 1;

/// In front of an earlier block stand four bytes, in front of the primary one.
const EARLIER_HEAD: usize = 4;
const PRIMARY_HEAD: usize = 1;
/// The bit that tells that more blocks follow.
const FOLLOWED: u8 = 0x80;

/// One frame of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The payload type of the frame itself.
    pub payload_type: u8,
    /// By how many ticks of the RTP clock its timestamp lies before the packet's; 0 for the primary one.
    pub timestamp_offset: u16,
    /// The frame.
    pub payload: &'a [u8],
}

/// The frames of one payload: earlier ones as they are written, oldest first by custom; the primary one last.
#[derive(Clone, Copy, Debug)]
pub struct Blocks<'a> {
    heads: &'a [u8],
    payloads: &'a [u8],
}

impl<'a> Blocks<'a> {
    /// Takes a payload apart. `None` when it is not well-formed: there is always a primary frame, if only an empty one.
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        let (mut at, mut earlier) = (0, 0);
        while payload.get(at)? & FOLLOWED != 0 {
            earlier += earlier_len(payload.get(at..)?.first_chunk()?);
            at += EARLIER_HEAD;
        }
        let (heads, payloads) = payload.split_at(at + PRIMARY_HEAD);
        (earlier <= payloads.len()).then_some(Self { heads, payloads })
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        if let Some((head, rest)) = self.heads.split_first_chunk::<EARLIER_HEAD>() {
            self.heads = rest;
            return Some(Block {
                payload_type: head[0] & !FOLLOWED,
                timestamp_offset: u16::from_be_bytes([head[1], head[2]]) >> 2,
                payload: self.payloads.split_off(..earlier_len(head))?,
            });
        }
        let (&head, rest) = self.heads.split_first()?;
        self.heads = rest;
        Some(Block {
            payload_type: head,
            timestamp_offset: 0,
            payload: self.payloads,
        })
    }
}

fn earlier_len(head: &[u8; EARLIER_HEAD]) -> usize {
    usize::from(u16::from_be_bytes([head[2], head[3]])) & MAX_EARLIER
}

/// Writes a payload: the `primary` frame and `earlier` ones (at most [`MOST_EARLIER`], oldest first), each with its
/// offset in ticks, all of one payload type. Returns its length; `None` where `out` has no room for it, or an earlier
/// frame lies too far back or is too long.
pub fn write(
    out: &mut [u8],
    payload_type: u8,
    primary: &[u8],
    earlier: &[(u32, &[u8])],
) -> Option<usize> {
    let fits = |&(offset, frame): &(u32, &[u8])| offset <= MAX_OFFSET && frame.len() <= MAX_EARLIER;
    if earlier.len() > MOST_EARLIER || !earlier.iter().all(fits) {
        return None;
    }
    let frames = earlier.iter().map(|(_, frame)| frame.len()).sum::<usize>();
    let heads = earlier.len() * EARLIER_HEAD + PRIMARY_HEAD;
    let out = out.get_mut(..heads + frames + primary.len())?;
    let (head, mut rest) = out.split_at_mut(heads);
    let (head, primary_head) = head.as_chunks_mut::<EARLIER_HEAD>();
    for (head, (offset, frame)) in head.iter_mut().zip(earlier) {
        *head = ((offset << 10) | frame.len() as u32).to_be_bytes();
        head[0] = FOLLOWED | payload_type;
        rest.split_off_mut(..frame.len())?.copy_from_slice(frame);
    }
    primary_head[0] = payload_type;
    rest.copy_from_slice(primary);
    Some(heads + frames + primary.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blocks_are_read_as_the_rfc_lays_them_out() {
        // Payload type 111, 960 ticks back, 3 bytes; then the primary one.
        let payload = b"\xef\x0f\x00\x03\x6foldnew!";
        let blocks: Vec<_> = Blocks::parse(payload).unwrap().collect();
        let block = |timestamp_offset, payload| Block {
            payload_type: 111,
            timestamp_offset,
            payload,
        };
        assert_eq!(blocks, [block(960, b"old"), block(0, b"new!")]);
    }

    #[test]
    fn what_runs_past_the_end_is_malformed() {
        assert!(Blocks::parse(b"").is_none());
        assert!(Blocks::parse(b"\xef\x0f\x00\x03").is_none(), "no primary");
        assert!(Blocks::parse(b"\xef\x0f\x00\x03\x6fol").is_none());
        assert_eq!(Blocks::parse(b"\x6f").unwrap().count(), 1);
    }

    #[test]
    fn what_the_fields_cannot_hold_is_not_written() {
        let mut out = [0; 2_000];
        let frame = [7; 1_024];
        assert_eq!(write(&mut out, 111, b"x", &[(1 << 14, b"old")]), None);
        assert_eq!(write(&mut out, 111, b"x", &[(960, &frame)]), None);
        assert_eq!(write(&mut out, 111, b"x", &[(1, &[][..]); 3]), None);
        assert_eq!(
            write(&mut out, 111, b"x", &[(MAX_OFFSET, &frame[1..])]),
            Some(1_029)
        );
    }

    fn bytes(longest: usize) -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), 0..=longest)
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            payload_type in 0u8..128, primary in bytes(400), room in 0usize..3_000,
            earlier in proptest::collection::vec((0..=MAX_OFFSET, bytes(MAX_EARLIER)), 0..=MOST_EARLIER),
        ) {
            let mut out = vec![0xff; room];
            let frames: Vec<(u32, &[u8])> = earlier.iter().map(|(offset, frame)| (*offset, &frame[..])).collect();
            let needed = 1 + primary.len() + earlier.iter().map(|(_, frame)| 4 + frame.len()).sum::<usize>();
            let len = write(&mut out, payload_type, &primary, &frames);
            prop_assert_eq!(len, (needed <= room).then_some(needed));
            if let Some(len) = len {
                let read: Vec<_> = Blocks::parse(&out[..len]).unwrap().collect();
                prop_assert!(read.iter().all(|block| block.payload_type == payload_type));
                let read: Vec<_> = read.iter().map(|b| (u32::from(b.timestamp_offset), b.payload)).collect();
                let mut expected = frames.clone();
                expected.push((0, &primary[..]));
                prop_assert_eq!(read, expected);
            }
        }

        #[test]
        fn random_bytes_never_panic_and_lie_inside(payload in bytes(80)) {
            if let Some(blocks) = Blocks::parse(&payload) {
                let read: usize = blocks.map(|block| block.payload.len()).sum();
                prop_assert!(read < payload.len());
            }
        }
    }
}
