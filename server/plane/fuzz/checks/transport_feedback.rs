//! Transport-wide feedback: it tells of as many packets as it says, in order.

use plane::rtcp::{Packet, Packets};

/// Returns whether there was feedback.
pub fn check(rest: &[u8]) -> bool {
    // The head is given, so that chunks and deltas are reached at once.
    let words = rest.len() / 4;
    let mut message = vec![0x8f, 205];
    message.extend(((words + 2) as u16).to_be_bytes());
    message.extend([0, 0, 0, 1, 0, 0, 0, 2]);
    message.extend(&rest[..4 * words]);
    let Some(Some(Packet::TransportFeedback(feedback))) = Packets::new(&message).next() else {
        return false;
    };
    let mut expected = feedback.base;
    for (sequence, arrival) in feedback.arrivals() {
        assert_eq!(sequence, expected);
        assert!(arrival.is_none_or(|arrival| arrival % 250 == 0));
        expected = expected.wrapping_add(1);
    }
    assert_eq!(expected.wrapping_sub(feedback.base), feedback.count);
    true
}
