//! `checks/extensions.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/extensions.rs"]
mod extensions;

libfuzzer_sys::fuzz_target!(|input: (bool, &[u8])| {
    extensions::check(input);
});
