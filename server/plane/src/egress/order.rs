//! What the plane has a shard do. Orders are carried out in the order in which they were given.

use std::sync::Arc;

use super::{Burst, Format, Path};
use crate::srtp::SrtpSender;

/// One order. Transports and slots are named by the plane's own indices.
#[derive(Debug)]
pub enum Order {
    /// A transport's handshake is done: protect with this. It is the only sender of that transport.
    SetSender {
        /// Which transport.
        transport: usize,
        /// Its keys.
        sender: Box<SrtpSender>,
    },
    /// A transport's peer is reached by another way now.
    SetPath {
        /// Which transport.
        transport: usize,
        /// The way.
        path: Path,
    },
    /// A transport is over.
    RemoveTransport {
        /// Which.
        transport: usize,
    },
    /// A slot begins.
    AddSlot {
        /// Which.
        slot: usize,
        /// Its subscriber's transport.
        transport: usize,
        /// What was agreed.
        format: Format,
    },
    /// A slot is over.
    RemoveSlot {
        /// Which.
        slot: usize,
    },
    /// Send a burst to its targets in this shard.
    Forward(Arc<Burst>),
    /// Send sender reports for a transport's slots.
    Report {
        /// Which transport.
        transport: usize,
        /// Now, by the plane's wall clock.
        ntp: u64,
        /// Slots, and the time of the stream in each.
        slots: Vec<(usize, u32)>,
    },
}
