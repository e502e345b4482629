//! `checks/datagrams.rs`, for whatever comes up.
#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

#[path = "../checks/datagrams.rs"]
mod datagrams;

libfuzzer_sys::fuzz_target!(|input: Vec<Vec<u8>>| {
    datagrams::check(input);
});
