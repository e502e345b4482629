//! What the plane has a shard do. Orders are carried out in the order in which they were given.

use std::sync::Arc;

use super::{Agreed, Burst, Format, Path};
use crate::srtp::SrtpSender;
use crate::time::{Span, Time};

/// What a subscriber tells of its reception, other than packet by packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reception {
    /// What it believes that it can take (REMB), in bit/s.
    Remb(u64),
    /// A reception block (RFC 3550 section 6.4.1).
    Block {
        /// The share lost, in 1/256.
        fraction_lost: u8,
        /// The round trip, where it can be known.
        round_trip: Option<Span>,
    },
}

/// What a shard knows of the link to a peer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// What it is believed to carry, in bit/s.
    pub rate: u64,
    /// What of it goes to voices and retransmissions, in bit/s.
    pub beside: u64,
    /// The share lost lately, 0 to 1, as the receiver tells; `None` where it tells nothing.
    pub lost: Option<f32>,
    /// The round trip, smoothed, where it has been measured.
    pub round_trip: Option<Span>,
}

/// What a shard tells the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Report {
    /// What is known of the link of a transport, as of the last tick.
    Link {
        /// Which transport.
        transport: usize,
        /// What is known.
        link: Link,
    },
    /// Only a keyframe would let a slot have all temporal layers that it may.
    KeyframeWanted {
        /// Which slot.
        slot: usize,
    },
    /// What a slot was to send waited too long for its link and was given up: it goes on at the next keyframe.
    Starved {
        /// Which slot.
        slot: usize,
    },
}

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
    /// What of its slots' formats a subscriber takes.
    Restrict {
        /// Which transport.
        transport: usize,
        /// What it takes.
        agreed: Agreed,
    },
    /// A slot is over.
    RemoveSlot {
        /// Which.
        slot: usize,
    },
    /// Send a burst to its targets in this shard.
    Forward(Arc<Burst>),
    /// A subscriber misses packets of a slot.
    SendAgain {
        /// When it said so.
        now: Time,
        /// Which slot.
        slot: usize,
        /// Their sequence numbers.
        sequences: Vec<u16>,
    },
    /// A subscriber tells when packets arrived.
    Feedback {
        /// When it said so.
        now: Time,
        /// Which transport.
        transport: usize,
        /// Of each packet its transport-wide number, and its arrival in microseconds of the receiver's clock.
        statuses: Vec<(u16, Option<i64>)>,
    },
    /// A subscriber tells of its reception otherwise.
    Reception {
        /// When it said so.
        now: Time,
        /// Which transport.
        transport: usize,
        /// What it told.
        reception: Reception,
    },
    /// What a transport would be sent if its link allowed it.
    SetWanted {
        /// When that was reckoned.
        now: Time,
        /// Which transport.
        transport: usize,
        /// In bit/s.
        rate: u64,
        /// What its slots and voices have of it, in bit/s.
        granted: u64,
        /// Some of its slots are paused for want of room.
        paused: bool,
    },
    /// Time has passed, some tenth of a second.
    Tick(Time),
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
