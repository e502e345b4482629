//! What time brings: feedback, reports, repeated requests, deaths, layers that came or went.

use crate::counters::Counter;
use crate::egress::{Sink, sender_report};
use crate::ingress::ntp_of;
use crate::rtcp::{ReceptionBlock, write_receiver_report, write_sender_report};
use crate::time::{Span, Time};
use crate::transport::{MAX_STREAMS, Transport};

use super::control::{FEEDBACK_SSRC, send_due_keyframe_request, send_rtcp};
use super::{Event, Plane, TICK};

/// How often reports go out. RFC 3550 section 6.2 would have them rarer; RFC 4585 section 3.4 lets them be this often.
const REPORT_INTERVAL: Span = Span::from_secs(1);
/// Every how many ticks a publisher gets transport-wide feedback: 100 ms, as browsers themselves do.
const TICKS_PER_FEEDBACK: u64 = 2;
/// Sender reports of this many slots fit one datagram.
const REPORTS_PER_DATAGRAM: usize = 24;

impl Plane {
    /// Does what is due. Calls for earlier moments than [`Plane::deadline`] do nothing.
    pub fn handle_timeout<S: Sink>(&mut self, now: Time, sink: &mut S) {
        self.forward_due_bursts(now, sink);
        if now < self.next_tick || self.transports.is_empty() {
            return self.request_keyframes(now, sink);
        }
        self.next_tick = now + TICK;
        self.ticks += 1;
        for index in 0..self.transports.end() {
            let Some(transport) = self.transports.get_mut(index) else {
                continue;
            };
            if transport.ice.is_dead(now) && !transport.dead_told {
                transport.dead_told = true;
                self.events.push(Event::Dead {
                    transport: transport.id,
                });
            }
            if !transport.is_ready() {
                continue;
            }
            if (self.ticks + u64::from(transport.id)).is_multiple_of(TICKS_PER_FEEDBACK) {
                send_feedback(transport, sink);
            }
            for stream in 0..transport.streams.len() {
                if send_due_keyframe_request(now, transport, stream, sink) {
                    self.counters.count(Counter::KeyframesRequested);
                }
            }
            if now >= transport.report_due {
                transport.report_due = now + REPORT_INTERVAL;
                send_reception(now, transport, sink);
                self.send_slot_reports(now, index, sink);
            }
        }
        for slot in 0..self.slots.end() {
            self.consider_slot(now, slot);
        }
        for group in 0..self.groups.end() {
            if let Some(changes) = self
                .groups
                .get_mut(group)
                .map(|group| group.speakers.tick(now))
            {
                self.tell_speakers(group, changes);
            }
        }
        self.request_keyframes(now, sink);
    }

    fn send_slot_reports<S: Sink>(&mut self, now: Time, index: usize, sink: &mut S) {
        let ntp = ntp_of(now, self.unix_micros_at_epoch);
        let count = self
            .transports
            .get(index)
            .map_or(0, |transport| transport.slots.len());
        for first in (0..count).step_by(REPORTS_PER_DATAGRAM) {
            let mut infos = [None; REPORTS_PER_DATAGRAM];
            for (i, info) in infos.iter_mut().enumerate().take(count - first) {
                *info = self.slot_report(now, index, first + i, ntp);
            }
            let Some(transport) = self.transports.get_mut(index) else {
                return;
            };
            let (Some(sender), Some(path)) = (&mut transport.sender, transport.ice.selected())
            else {
                return;
            };
            send_rtcp(sender, path, sink, |out| {
                let mut len = 0;
                for info in infos.iter().flatten() {
                    len += write_sender_report(&mut out[len..], info);
                }
                len
            });
        }
    }

    fn slot_report(
        &mut self,
        now: Time,
        transport: usize,
        slot: usize,
        ntp: u64,
    ) -> Option<crate::rtcp::SenderInfo> {
        let slot = *self.transports.get(transport)?.slots.get(slot)?;
        let slot = self.slots.get_mut(slot)?;
        let occupant = slot.current?;
        let track = self.tracks.get(occupant.track)?;
        let publisher = self.transports.get(track.transport)?;
        let stream = publisher.streams.get(track.layers[occupant.layer]?)?;
        sender_report(slot, stream, &publisher.clock, now, ntp)
    }
}

fn send_feedback<S: Sink>(transport: &mut Transport, sink: &mut S) {
    // A burst after a stall may need several messages; eight cover all that is remembered.
    let Transport {
        sender,
        ice,
        arrivals,
        ..
    } = transport;
    let (Some(sender), Some(path)) = (sender, ice.selected()) else {
        return;
    };
    for _ in 0..8 {
        let write = |out: &mut [u8]| {
            arrivals
                .write_feedback(FEEDBACK_SSRC, out)
                .unwrap_or_default()
        };
        if !send_rtcp(sender, path, sink, write) {
            break;
        }
    }
}

fn send_reception<S: Sink>(now: Time, transport: &mut Transport, sink: &mut S) {
    let mut blocks = [ReceptionBlock::default(); MAX_STREAMS];
    let mut count = 0;
    for stream in &mut transport.streams {
        if let Some(block) = stream.reception.report(now, stream.ssrc) {
            blocks[count] = block;
            count += 1;
        }
    }
    let (Some(sender), Some(path)) = (&mut transport.sender, transport.ice.selected()) else {
        return;
    };
    if count > 0 {
        send_rtcp(sender, path, sink, |out| {
            write_receiver_report(out, FEEDBACK_SSRC, &blocks[..count])
        });
    }
}
