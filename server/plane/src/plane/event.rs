//! What the control side is told.

use crate::speakers::SEATS;
#[cfg(doc)]
use crate::track::MAX_LAYERS;

/// One thing that the control side is told. None of them is about a single media packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A DTLS datagram came.
    Dtls {
        /// On which transport.
        transport: u32,
        /// The datagram.
        datagram: Vec<u8>,
    },
    /// A transport's peer has been reached for the first time.
    Connected {
        /// Which.
        transport: u32,
    },
    /// A transport has been silent for 30 s. Told once.
    Dead {
        /// Which.
        transport: u32,
    },
    /// A slot of video or routed audio has another track from now on, or nothing.
    SlotOccupied {
        /// Which slot.
        slot: u32,
        /// The track whose first packet has just been sent.
        track: Option<u32>,
    },
    /// A video slot is paused, because its subscriber's link has no room for it; or goes on.
    SlotPaused {
        /// Which slot.
        slot: u32,
        /// Paused or not.
        paused: bool,
    },
    /// The links of those who watch a camera carry more or fewer of its layers than before.
    LayerLimit {
        /// The camera's track.
        track: u32,
        /// So many simulcast layers, from the lowest on, reach somebody or could soon; [`MAX_LAYERS`] where all wishes
        /// are within reach.
        layers: u8,
    },
    /// The link to a subscriber is believed to carry something else, or its slots may have something else of it. At most
    /// once a second.
    LinkEstimated {
        /// The subscriber's transport.
        transport: u32,
        /// In bit/s, with all headers.
        rate: u64,
        /// The video slots that are in use and not paused: each with the highest layer and temporal layer that it may
        /// show; `u8::MAX` while nothing is known to be too much.
        granted: Vec<(u32, u8, u8)>,
    },
    /// What is measured of the way to or from a transport's peer has changed noticeably. At most once a second.
    LinkMeasured {
        /// Which transport.
        transport: u32,
        /// The share of packets lost lately, in 1/256 (as in RFC 3550 section 6.4.1): of a subscriber's as it tells, of a
        /// publisher's as they arrive, before anything is sent again. `None` while too little is sent to tell.
        fraction_lost: Option<u8>,
        /// The round trip in ms, where a subscriber's reports tell it.
        round_trip: Option<u32>,
        /// For how many seconds nothing authentic has come; 0 for what is usual between two consent checks.
        silence: u32,
    },
    /// A group's seats have other occupants.
    Seats {
        /// Which group.
        group: u32,
        /// The track in each seat.
        tracks: [Option<u32>; SEATS],
    },
    /// Another track is the dominant speaker of a group, or none is.
    Dominant {
        /// Which group.
        group: u32,
        /// The track.
        track: Option<u32>,
    },
}
