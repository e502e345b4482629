//! What participants send: prepared clips, packetized and stamped, and when they speak.

pub mod clips;
pub mod opus;
pub mod speaking;
pub mod stamp;
pub mod vp8;
