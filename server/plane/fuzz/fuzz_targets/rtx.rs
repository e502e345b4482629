//! Retransmissions: what is unwrapped is written alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plane::rtp::rtx::{unwrap, write};

fuzz_target!(|payload: &[u8]| {
    let Some((sequence, original)) = unwrap(payload) else {
        assert!(payload.len() < 2);
        return;
    };
    let mut out = vec![0; payload.len()];
    assert_eq!(write(&mut out, sequence, original), Some(payload.len()));
    assert_eq!(out, payload);
});
