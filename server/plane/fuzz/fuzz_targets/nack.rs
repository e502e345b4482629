//! `checks/nack.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/nack.rs"]
mod nack;

libfuzzer_sys::fuzz_target!(|input: (&[u8], Vec<(i16, u8)>)| {
    nack::check(input);
});
