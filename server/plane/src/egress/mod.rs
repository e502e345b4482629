//! What goes to subscribers: slots of constant SSRC, and the rewriting that makes each one unbroken stream.

mod burst;
mod report;
mod rewrite;
mod sequence;
mod sink;
mod slot;

pub use burst::{Burst, BurstPacket};
pub use report::sender_report;
pub use rewrite::{Rewriter, Rewritten};
pub use sink::{MAX_DATAGRAM, Path, Sink};
pub use slot::{Occupant, Slot, SlotRole, Wish};
