//! `checks/red.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/red.rs"]
mod red;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    red::check(input);
});
