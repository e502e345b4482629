//! Retransmissions: what is unwrapped is written alike.

use plane::rtp::rtx::{unwrap, write};

/// Returns whether there was a retransmission.
pub fn check(payload: &[u8]) -> bool {
    let Some((sequence, original)) = unwrap(payload) else {
        assert!(payload.len() < 2);
        return false;
    };
    let mut out = vec![0; payload.len()];
    assert_eq!(write(&mut out, sequence, original), Some(payload.len()));
    assert_eq!(out, payload);
    true
}
