//! `checks/h264.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/h264.rs"]
mod h264;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    h264::check(input);
});
