//! `checks/vp8.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/vp8.rs"]
mod vp8;

libfuzzer_sys::fuzz_target!(|input: (u16, &[u8])| {
    vp8::check(input);
});
