//! What arrives from publishers: streams, how they arrive, and what is asked of their senders.

mod arrivals;
mod clock;
mod keyframes;
mod loss;
mod nack;
mod pictures;
mod rate;
mod reception;
mod stream;

pub use arrivals::Arrivals;
pub use clock::SenderClock;
pub(crate) use clock::ntp_of;
pub use keyframes::KeyframeRequester;
pub use loss::RecentLoss;
pub use nack::{Arrival, NackGenerator};
pub use pictures::{PictureReader, Turn, Unreadable};
pub use rate::{ByLayer, Rates, TEMPORAL_LAYERS};
pub use reception::Reception;
pub use stream::Stream;
