//! `checks/authentic.rs`, for whatever comes up.
#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

#[path = "../checks/authentic.rs"]
mod authentic;

libfuzzer_sys::fuzz_target!(|input: Vec<(u8, u16, u32, u8, Vec<u8>)>| {
    authentic::check(input);
});
