//! `checks/transport_feedback.rs`, for whatever comes up.
#![no_main]

#[path = "../checks/transport_feedback.rs"]
mod transport_feedback;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    transport_feedback::check(input);
});
