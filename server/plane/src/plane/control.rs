//! RTCP: what peers report and ask for, and the requests that go to publishers.

use crate::counters::Counter;
use crate::egress::{MAX_DATAGRAM, Path, Sink};
use crate::rtcp::{Packet, Packets, write_pli};
use crate::srtp::{RTCP_OVERHEAD, SrtpSender};
use crate::time::Time;
use crate::transport::Transport;

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
        while let Some((transport, stream)) = self.keyframes_wanted.pop() {
            let Some(transport) = self.transports.get_mut(transport) else {
                continue;
            };
            if let Some(stream) = transport.streams.get_mut(stream) {
                stream.keyframes.want();
            }
            if send_due_keyframe_request(now, transport, stream, sink) {
                self.counters.count(Counter::KeyframesRequested);
            }
        }
    }
}

/// Sends a PLI for a stream if one is wanted and due.
pub(super) fn send_due_keyframe_request<S: Sink>(
    now: Time,
    transport: &mut Transport,
    stream: usize,
    sink: &mut S,
) -> bool {
    let Transport {
        sender,
        ice,
        streams,
        ..
    } = transport;
    let (Some(sender), Some(path)) = (sender, ice.selected()) else {
        return false;
    };
    let Some(stream) = streams.get_mut(stream) else {
        return false;
    };
    stream.keyframes.poll(now)
        && send_rtcp(sender, path, sink, |out| {
            write_pli(out, FEEDBACK_SSRC, stream.ssrc)
        })
}

/// Protects and sends the RTCP packet that `write` puts into the buffer. It returns the packet's length; 0 sends
/// nothing.
pub(super) fn send_rtcp<S: Sink>(
    sender: &mut SrtpSender,
    path: &Path,
    sink: &mut S,
    write: impl FnOnce(&mut [u8]) -> usize,
) -> bool {
    let buffer = sink.buffer();
    let len = write(&mut buffer[..MAX_DATAGRAM - RTCP_OVERHEAD]);
    if len == 0 {
        return false;
    }
    let len = sender.protect_rtcp(buffer, len);
    sink.send(len, path);
    true
}
