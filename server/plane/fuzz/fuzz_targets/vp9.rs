//! `checks/vp9.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/vp9.rs"]
mod vp9;

libfuzzer_sys::fuzz_target!(|input: (u16, &[u8])| {
    vp9::check(input);
});
