//! `checks/rtx.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/rtx.rs"]
mod rtx;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    rtx::check(input);
});
