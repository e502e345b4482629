//! The driver: socket, thread and clock for the plane. The only place with system calls, and with `unsafe`.

#![allow(unsafe_code)]

mod address;
mod call_sockets;
mod handle;
mod receive;
mod send;
mod shard_worker;
mod socket;
mod wake;
mod worker;

pub use call_sockets::{CallDatagram, CallSockets};
pub use handle::Driver;
pub use receive::ReceiveBatch;
pub use send::SendBatch;
pub use socket::{MediaSocket, bind};
pub use worker::Worker;

/// How many messages one system call gives to the kernel.
pub const BATCH: usize = 64;
