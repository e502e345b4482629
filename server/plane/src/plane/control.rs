//! RTCP: what peers report and ask for, and the requests that go to publishers.

use crate::counters::Counter;
use crate::egress::{Order, Path, Reception, Sink};
use crate::ingress::ntp_of;
use crate::rtcp::{Nack, Packet, Packets, ReceptionBlock, TransportFeedback, write_pli};
use crate::time::Time;

use super::Plane;
use super::routing::stream_of;

/// The SSRC that the plane's own feedback carries.
pub(super) const FEEDBACK_SSRC: u32 = 1;

impl Plane {
    pub(super) fn receive_rtcp<S: Sink>(
        &mut self,
        now: Time,
        transport_index: usize,
        path: &Path,
        datagram: &mut [u8],
        sink: &mut S,
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
            let Some(transport) = self.transports.get_mut(transport_index) else {
                return;
            };
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
                        let wanted =
                            occupant.and_then(|occupant| stream_of(&self.tracks, occupant));
                        self.keyframes_wanted.extend(wanted);
                    }
                }
                Some(Packet::Nack(nack)) => self.send_again(now, transport_index, nack, sink),
                Some(Packet::TransportFeedback(feedback)) => {
                    self.take_feedback(now, transport_index, feedback);
                }
                Some(Packet::Remb { bitrate }) => {
                    self.take_reception(now, transport_index, Reception::Remb(bitrate), sink);
                }
                Some(Packet::ReceiverReport(blocks)) => {
                    self.take_report(now, transport_index, blocks, sink);
                }
                Some(Packet::Bye(_) | Packet::Other) => {}
            }
        }
    }

    /// A subscriber misses packets of one of its slots.
    fn send_again<S: Sink>(&mut self, now: Time, transport: usize, nack: Nack<'_>, sink: &mut S) {
        let Some(subscriber) = self.transports.get(transport) else {
            return;
        };
        let is_asked_for = |slot: &&usize| {
            let slot = self.slots.get(**slot);
            slot.is_some_and(|slot| slot.ssrc == nack.media_ssrc)
        };
        let Some(&slot) = subscriber.slots.iter().find(is_asked_for) else {
            return;
        };
        if subscriber.shard == 0 {
            let counters = &mut self.counters;
            return self
                .local
                .send_again(now, slot, nack.sequences(), counters, sink);
        }
        let sequences = nack.sequences().collect();
        let order = Order::SendAgain {
            now,
            slot,
            sequences,
        };
        self.order(transport, order, sink);
    }

    /// A subscriber tells when packets arrived.
    fn take_feedback(&mut self, now: Time, transport: usize, feedback: TransportFeedback<'_>) {
        let Some(subscriber) = self.transports.get(transport).filter(|t| t.subscribes) else {
            return;
        };
        if subscriber.shard == 0 {
            return self.local.feedback(now, transport, feedback.arrivals());
        }
        if let Some(orders) = self.orders.get_mut(subscriber.shard - 1) {
            orders.push(Order::Feedback {
                now,
                transport,
                statuses: feedback.arrivals().collect(),
            });
        }
    }

    /// A subscriber tells of its reception otherwise.
    fn take_reception<S: Sink>(
        &mut self,
        now: Time,
        transport: usize,
        reception: Reception,
        sink: &mut S,
    ) {
        if self.transports.get(transport).is_some_and(|t| t.subscribes) {
            let order = Order::Reception {
                now,
                transport,
                reception,
            };
            self.order(transport, order, sink);
        }
    }

    /// The reception blocks of a subscriber: the worst of its slots speaks for the link.
    fn take_report<S: Sink>(
        &mut self,
        now: Time,
        transport: usize,
        blocks: &[[u8; ReceptionBlock::LEN]],
        sink: &mut S,
    ) {
        let compact = (ntp_of(now, self.unix_micros_at_epoch) >> 16) as u32;
        let blocks = blocks.iter().map(ReceptionBlock::parse);
        let Some(worst) = blocks.max_by_key(|block| block.fraction_lost) else {
            return;
        };
        let reception = Reception::Block {
            fraction_lost: worst.fraction_lost,
            round_trip: worst.round_trip(compact),
        };
        self.take_reception(now, transport, reception, sink);
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

    /// Sends a PLI for a live stream if one is wanted and due.
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
        // What a publisher has stopped sending, since nobody watches it or its link does not carry it, is not asked for; it
        // starts with a keyframe anyway, and Chromium would send one of another layer for each request.
        if stream.is_live(now) && stream.keyframes.poll(now) {
            let ssrc = stream.ssrc;
            let write = |out: &mut [u8]| write_pli(out, FEEDBACK_SSRC, ssrc);
            if self.local.send_rtcp(transport, sink, write) {
                self.counters.count(Counter::KeyframesRequested);
            }
        }
    }
}
