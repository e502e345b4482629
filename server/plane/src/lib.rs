//! Balai's media plane.
//!
//! [`plane::Plane`] is the state machine; it does no I/O. [`driver`] gives it a socket, a thread and a clock, and is the
//! only place with system calls. The Python face (feature `python`) is `server._plane`.

pub mod allocation;
pub mod arena;
pub mod bandwidth;
pub mod counters;
pub mod demand;
pub mod demux;
pub mod driver;
pub mod egress;
pub mod ice;
pub mod ingress;
pub mod plane;
pub mod rtcp;
pub mod rtp;
pub mod speakers;
pub mod srtp;
pub mod stun;
pub mod time;
pub mod track;
pub mod transport;

#[cfg(feature = "python")]
mod python;
