//! `checks/remb.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/remb.rs"]
mod remb;

libfuzzer_sys::fuzz_target!(|input: (u32, &[u8])| {
    remb::check(input);
});
