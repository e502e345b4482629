//! What goes to subscribers: slots of constant SSRC, and the rewriting that makes each one unbroken stream.

mod burst;
mod cache;
mod extension_block;
mod forwarding;
mod history;
mod layers;
mod order;
mod outgoing;
mod pacer;
mod pool;
mod redundancy;
mod repair;
mod reported;
mod retransmissions;
mod rewrite;
mod sequence;
mod shard;
mod sink;
mod slot;
mod waiting;
mod way;

pub use burst::{Burst, BurstPacket, Target};
pub use cache::{SourceCache, VIDEO_BYTES};
pub use history::{History, Sent};
pub use layers::LayerFilter;
pub use order::{Link, Order, Reception, Report};
pub use outgoing::{Agreed, Format, OutgoingStream, VideoCodecs, VideoFormat, VideoFormats};
pub use pool::BurstPool;
pub use redundancy::{Redundancy, RedundancyLevel};
pub use retransmissions::Retransmissions;
pub use rewrite::{Rewriter, Rewritten};
pub use shard::Shard;
pub use sink::{MAX_DATAGRAM, Path, Sink};
pub use slot::{Allowance, Occupant, Slot, SlotRole, Wish};
