//! Sender reports for slots: they tie a slot's timestamps to the plane's clock (RFC 3550 section 6.4.1).

use super::Slot;
use crate::ingress::{SenderClock, Stream};
use crate::rtcp::SenderInfo;
use crate::time::Time;

/// The report of a slot that forwards `stream`; `ntp` is `now` by the plane's wall clock.
///
/// All of a publisher's streams are placed on the plane's clock by one offset, so audio and video that belong
/// together stay together in whichever slots they are.
pub fn sender_report(
    slot: &mut Slot,
    stream: &Stream,
    clock: &SenderClock,
    now: Time,
    ntp: u64,
) -> Option<SenderInfo> {
    if !std::mem::take(&mut slot.sent_since_report) {
        return None;
    }
    let incoming = stream.rtp_time(now, clock)?;
    Some(SenderInfo {
        ssrc: slot.ssrc,
        ntp,
        rtp_timestamp: slot.rewriter.outgoing_timestamp(incoming),
        packets: slot.packets,
        octets: slot.octets,
    })
}
