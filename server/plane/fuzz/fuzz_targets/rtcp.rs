//! `checks/rtcp.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/rtcp.rs"]
mod rtcp;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    rtcp::check(input);
});
