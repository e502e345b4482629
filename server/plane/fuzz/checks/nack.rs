//! NACK: whatever is asked for is written again alike, and what is missing of any stream stays bounded.

use plane::ingress::NackGenerator;
use plane::rtcp::{Packet, Packets, write_nack};
use plane::time::{Span, Time};

/// Returns whether anything was asked for.
pub fn check(input: (&[u8], Vec<(i16, u8)>)) -> bool {
    let (entries, arrivals) = input;
    // The head is given, so that what is asked for is reached at once.
    let words = entries.len() / 4;
    let mut compound = vec![0x81, 205];
    compound.extend(((words + 2) as u16).to_be_bytes());
    compound.extend([0, 0, 0, 1, 0, 0, 0, 2]);
    compound.extend(&entries[..4 * words]);
    let mut nacks_read = 0;
    for packet in Packets::new(&compound).flatten() {
        let Packet::Nack(nack) = packet else { continue };
        nacks_read += 1;
        let asked: Vec<u16> = nack.sequences().collect();
        let mut out = [0; 2048];
        let (len, written) = write_nack(&mut out, 1, nack.media_ssrc, asked.iter().copied());
        let Some(Some(Packet::Nack(again))) = Packets::new(&out[..len]).next() else {
            assert!(asked.is_empty());
            continue;
        };
        assert_eq!(again.media_ssrc, nack.media_ssrc);
        // The writer merges what is asked for twice, and its bits ascend.
        let mut expected = asked[..written].to_vec();
        let mut read: Vec<u16> = again.sequences().collect();
        for sequences in [&mut expected, &mut read] {
            sequences.sort_unstable();
            sequences.dedup();
        }
        assert_eq!(read, expected);
    }
    let mut nacks = NackGenerator::default();
    let (mut now, mut index) = (Time::default(), 1 << 20);
    for &(step, wait) in &arrivals {
        now = now + Span::from_millis(u64::from(wait));
        index += i64::from(step);
        nacks.received(now, index.max(0).cast_unsigned());
        let mut out = [0; 600];
        assert!(nacks.due(now, Span::from_millis(u64::from(wait)), &mut out) <= 500);
    }
    nacks_read > 0
}
