//! `checks/rtp.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/rtp.rs"]
mod rtp;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    rtp::check(input);
});
