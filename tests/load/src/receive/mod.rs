//! What a participant makes of what it receives.

pub mod frames;
pub mod histogram;
pub mod losses;
pub mod origins;
pub mod quality;
