//! `checks/av1.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/av1.rs"]
mod av1;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    av1::check(input);
});
