//! RTCP: what peers report and ask for, and the requests that go to publishers.

use crate::counters::Counter;
use crate::egress::{Path, Sink};
use crate::rtcp::{Packet, Packets, write_pli};
use crate::time::Time;

use super::Plane;

/// The SSRC that the plane's own feedback carries.
pub(super) const FEEDBACK_SSRC: u32 = 1;

impl Plane {
    pub(super) fn receive_rtcp(
        &mut self,
        now: Time,
        transport_index: usize,
        path: &Path,
        datagram: &mut [u8],
    ) {
        let Some(transport) = self.transports.get_mut(transport_index) else {
            return;
        };
        let Some(receiver) = transport.receiver.as_mut() else {
            return self.counters.count(Counter::DropNoKeys);
        };
        let len = match receiver.unprotect_rtcp(datagram) {
            Ok(len) => len,
            Err(rejected) => return self.count_rejected(rejected, true),
        };
        transport.ice.heard(now, &path.remote);
        for packet in Packets::new(&datagram[..len]) {
            match packet {
                None => self.counters.count(Counter::DropRtcpMalformed),
                Some(Packet::SenderReport(info)) => {
                    transport.clock.observe(now, info.ntp);
                    if let Some(stream) = transport.streams.iter_mut().find(|s| s.ssrc == info.ssrc)
                    {
                        stream.record_sender_report(now, info);
                    }
                }
                Some(Packet::KeyframeRequest(request)) => {
                    for ssrc in request.media_ssrcs() {
                        let slots = transport
                            .slots
                            .iter()
                            .filter_map(|&slot| self.slots.get(slot));
                        let occupant = slots
                            .filter(|slot| slot.ssrc == ssrc)
                            .find_map(|slot| slot.current);
                        let wanted = occupant.and_then(|occupant| {
                            let track = self.tracks.get(occupant.track)?;
                            Some((track.transport, track.layers[occupant.layer]?))
                        });
                        self.keyframes_wanted.extend(wanted);
                    }
                }
                Some(Packet::ReceiverReport(_) | Packet::Bye(_) | Packet::Other) => {}
            }
        }
    }

    /// Asks the publishers for the keyframes that came to be wanted.
    pub(super) fn request_keyframes<S: Sink>(&mut self, now: Time, sink: &mut S) {
        while let Some((index, stream)) = self.keyframes_wanted.pop() {
            let Some(transport) = self.transports.get_mut(index) else {
                continue;
            };
            if let Some(stream) = transport.streams.get_mut(stream) {
                stream.keyframes.want();
            }
            self.request_due_keyframe(now, index, stream, sink);
        }
    }

    /// Sends a PLI for a stream if one is wanted and due.
    pub(super) fn request_due_keyframe<S: Sink>(
        &mut self,
        now: Time,
        transport: usize,
        stream: usize,
        sink: &mut S,
    ) {
        let Some(publisher) = self.transports.get_mut(transport).filter(|t| t.is_ready()) else {
            return;
        };
        let Some(stream) = publisher.streams.get_mut(stream) else {
            return;
        };
        if stream.keyframes.poll(now) {
            let ssrc = stream.ssrc;
            let write = |out: &mut [u8]| write_pli(out, FEEDBACK_SSRC, ssrc);
            if self.local.send_rtcp(transport, sink, write) {
                self.counters.count(Counter::KeyframesRequested);
            }
        }
    }
}
