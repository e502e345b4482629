//! `checks/dependency_descriptor.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/dependency_descriptor.rs"]
mod dependency_descriptor;

libfuzzer_sys::fuzz_target!(|input: (u16, Vec<&[u8]>)| {
    dependency_descriptor::check(input);
});
