//! Redundant audio: blocks lie inside the payload, and what can be written is written alike.

use plane::rtp::red::{Block, Blocks, MOST_EARLIER, write};

/// Returns whether there were blocks.
pub fn check(payload: &[u8]) -> bool {
    let Some(blocks) = Blocks::parse(payload) else {
        return false;
    };
    let blocks: Vec<Block> = blocks.collect();
    let (primary, earlier) = blocks
        .split_last()
        .expect("there is always a primary block");
    let heads = 4 * earlier.len() + 1;
    assert_eq!(
        heads
            + blocks
                .iter()
                .map(|block| block.payload.len())
                .sum::<usize>(),
        payload.len()
    );
    if earlier.len() <= MOST_EARLIER
        && earlier
            .iter()
            .all(|block| block.payload_type == primary.payload_type)
    {
        let frames: Vec<_> = earlier
            .iter()
            .map(|block| (u32::from(block.timestamp_offset), block.payload))
            .collect();
        let mut out = vec![0; payload.len()];
        assert_eq!(
            write(&mut out, primary.payload_type, primary.payload, &frames),
            Some(payload.len())
        );
        assert_eq!(out, payload);
    }
    true
}
