//! What the plane tells, in Python: `server._plane.Event`.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::plane::Event as PlaneEvent;

/// One thing that the plane tells. See `_plane.pyi`.
#[pyclass(frozen, module = "server._plane")]
pub(super) enum Event {
    Dtls {
        transport: u32,
        datagram: Py<PyBytes>,
    },
    Connected {
        transport: u32,
    },
    Dead {
        transport: u32,
    },
    SlotOccupied {
        slot: u32,
        track: Option<u32>,
    },
    SlotPaused {
        slot: u32,
        paused: bool,
    },
    LayerLimit {
        track: u32,
        layers: u8,
    },
    LinkEstimated {
        transport: u32,
        rate: u64,
        granted: Vec<(u32, u8, u8)>,
    },
    LinkMeasured {
        transport: u32,
        fraction_lost: Option<u8>,
        round_trip: Option<u32>,
        silence: u32,
    },
    Seats {
        group: u32,
        tracks: Vec<Option<u32>>,
    },
    Dominant {
        group: u32,
        track: Option<u32>,
    },
}

impl Event {
    pub(super) fn new(py: Python<'_>, event: PlaneEvent) -> Self {
        match event {
            PlaneEvent::Dtls {
                transport,
                datagram,
            } => Event::Dtls {
                transport,
                datagram: PyBytes::new(py, &datagram).unbind(),
            },
            PlaneEvent::Connected { transport } => Event::Connected { transport },
            PlaneEvent::Dead { transport } => Event::Dead { transport },
            PlaneEvent::SlotOccupied { slot, track } => Event::SlotOccupied { slot, track },
            PlaneEvent::SlotPaused { slot, paused } => Event::SlotPaused { slot, paused },
            PlaneEvent::LayerLimit { track, layers } => Event::LayerLimit { track, layers },
            PlaneEvent::LinkEstimated {
                transport,
                rate,
                granted,
            } => Event::LinkEstimated {
                transport,
                rate,
                granted,
            },
            PlaneEvent::LinkMeasured {
                transport,
                fraction_lost,
                round_trip,
                silence,
            } => Event::LinkMeasured {
                transport,
                fraction_lost,
                round_trip,
                silence,
            },
            PlaneEvent::Seats { group, tracks } => Event::Seats {
                group,
                tracks: tracks.to_vec(),
            },
            PlaneEvent::Dominant { group, track } => Event::Dominant { group, track },
        }
    }
}
