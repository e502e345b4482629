//! RTCP packets (RFC 3550, RFC 4585, RFC 5104): what the plane reads and writes.

mod compound;
mod feedback;
mod nack;
mod remb;
mod report;
mod transport_feedback;
mod transport_feedback_reader;

pub use compound::{Packet, Packets};
pub use feedback::{KeyframeRequest, write_pli};
pub use nack::{Nack, write_nack};
pub use report::{ReceptionBlock, SenderInfo, write_receiver_report, write_sender_report};
pub use transport_feedback::{MAX_STATUSES, write_transport_feedback};
pub use transport_feedback_reader::{CLOCK_WRAP_MICROS, TransportFeedback};

/// Packet types (RFC 3550 section 12.1, RFC 4585 section 6.1).
pub(crate) mod packet_type {
    pub(crate) const SENDER_REPORT: u8 = 200;
    pub(crate) const RECEIVER_REPORT: u8 = 201;
    pub(crate) const SOURCE_DESCRIPTION: u8 = 202;
    pub(crate) const BYE: u8 = 203;
    pub(crate) const TRANSPORT_FEEDBACK: u8 = 205;
    pub(crate) const PAYLOAD_FEEDBACK: u8 = 206;
}

/// Writes the four-byte head of an RTCP packet that is `len` bytes long in all, a multiple of four.
fn write_head(out: &mut [u8], count: u8, packet_type: u8, len: usize) {
    debug_assert_eq!(len % 4, 0);
    out[0] = 0x80 | count;
    out[1] = packet_type;
    out[2..4].copy_from_slice(&((len / 4 - 1) as u16).to_be_bytes());
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
