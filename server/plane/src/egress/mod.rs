//! What goes to subscribers: slots of constant SSRC, and the rewriting that makes each one unbroken stream.

mod burst;
mod order;
mod outgoing;
mod pool;
mod rewrite;
mod sequence;
mod shard;
mod sink;
mod slot;

pub use burst::{Burst, BurstPacket, Target};
pub use order::Order;
pub use outgoing::{Format, OutgoingStream};
pub use pool::BurstPool;
pub use rewrite::{Rewriter, Rewritten};
pub use shard::Shard;
pub use sink::{MAX_DATAGRAM, Path, Sink};
pub use slot::{Occupant, Slot, SlotRole, Wish};
