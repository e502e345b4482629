//! What each fuzz target checks, for tests that have no fuzzer.

pub mod authentic;
pub mod av1;
pub mod datagrams;
pub mod dependency_descriptor;
pub mod extensions;
pub mod h264;
pub mod nack;
pub mod red;
pub mod remb;
pub mod rtcp;
pub mod rtp;
pub mod rtx;
pub mod stun;
pub mod transport_feedback;
pub mod vp8;
pub mod vp9;
