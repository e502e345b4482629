//! REMB: every bitrate is read, and nothing else is taken for one.

use plane::rtcp::{Packet, Packets};

/// Returns whether there was a REMB.
pub fn check(input: (u32, &[u8])) -> bool {
    let (word, ssrcs) = input;
    let words = ssrcs.len() / 4;
    let mut message = vec![0x8f, 206];
    message.extend(((words + 4) as u16).to_be_bytes());
    message.extend(b"\0\0\0\x01\0\0\0\0REMB");
    message.extend(word.to_be_bytes());
    message.extend(&ssrcs[..4 * words]);
    let read = Packets::new(&message).next();
    match read {
        Some(Some(Packet::Remb { bitrate })) => assert_eq!(bitrate == 0, word & 0x3_ffff == 0),
        _ => assert!(read == Some(None) && (word >> 24) as usize > words),
    }
    matches!(read, Some(Some(_)))
}
