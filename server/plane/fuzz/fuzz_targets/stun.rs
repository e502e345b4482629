//! `checks/stun.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/stun.rs"]
mod stun;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    stun::check(input);
});
