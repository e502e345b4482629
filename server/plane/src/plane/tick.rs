//! What time brings: feedback, reports, repeated requests, deaths, layers that came or went.

use crate::egress::{Order, Sink};
use crate::ingress::ntp_of;
use crate::rtcp::{ReceptionBlock, write_receiver_report};
use crate::time::{Span, Time};
use crate::transport::MAX_STREAMS;

use super::control::FEEDBACK_SSRC;
use super::{Event, Plane, TICK};

/// How often reports go out. RFC 3550 section 6.2 would have them rarer; RFC 4585 section 3.4 lets them be this often.
const REPORT_INTERVAL: Span = Span::from_secs(1);
/// Every how many ticks a publisher gets transport-wide feedback: 100 ms, as browsers themselves do.
const TICKS_PER_FEEDBACK: u64 = 2;

impl Plane {
    /// Does what is due. Calls for earlier moments than [`Plane::deadline`] do nothing.
    pub fn handle_timeout<S: Sink>(&mut self, now: Time, sink: &mut S) {
        self.forward_due_bursts(now, sink);
        self.ask_for_all_missing(now, sink);
        self.local.handle_timeout(now, &mut self.counters, sink);
        if now < self.next_tick || self.transports.is_empty() {
            return self.request_keyframes(now, sink);
        }
        self.next_tick = now + TICK;
        self.ticks += 1;
        if self.ticks.is_multiple_of(TICKS_PER_FEEDBACK) {
            self.local.tick(now);
            self.allocate_all(now, sink);
            self.limit_layers(now);
            for orders in &mut self.orders {
                orders.push(Order::Tick(now));
            }
        }
        for index in 0..self.transports.end() {
            let Some(transport) = self.transports.get_mut(index) else {
                continue;
            };
            if transport.is_dead(now) && !transport.dead_told {
                transport.dead_told = true;
                self.events.push(Event::Dead {
                    transport: transport.id,
                });
            }
            if !transport.is_ready() {
                continue;
            }
            let feedback =
                (self.ticks + u64::from(transport.id)).is_multiple_of(TICKS_PER_FEEDBACK);
            let report = now >= transport.report_due;
            if report {
                transport.report_due = now + REPORT_INTERVAL;
            }
            let streams = transport.streams.len();
            if feedback {
                self.send_feedback(index, sink);
            }
            for stream in 0..streams {
                self.request_due_keyframe(now, index, stream, sink);
            }
            if report {
                self.send_reception(now, index, sink);
                self.send_slot_reports(now, index, sink);
                self.tell_measurements(now, index);
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

    /// Has the shard report on a transport's slots.
    ///
    /// All of a publisher's streams are placed on the plane's clock by one offset, so audio and video that belong
    /// together stay together in whichever slots they are.
    fn send_slot_reports<S: Sink>(&mut self, now: Time, index: usize, sink: &mut S) {
        let ntp = ntp_of(now, self.unix_micros_at_epoch);
        let mut slots = std::mem::take(&mut self.reported);
        slots.clear();
        if let Some(transport) = self.transports.get(index) {
            let times = transport.slots.iter();
            slots.extend(times.filter_map(|&slot| Some((slot, self.rtp_time(now, slot)?))));
        }
        let shard = self
            .transports
            .get(index)
            .map_or(0, |transport| transport.shard);
        if shard == 0 {
            self.local.report(index, ntp, &slots, sink);
        } else if !slots.is_empty() {
            let order = Order::Report {
                transport: index,
                ntp,
                slots: slots.clone(),
            };
            self.order(index, order, sink);
        }
        self.reported = slots;
    }

    /// The time now of the stream that a slot forwards, by its publisher's clock.
    fn rtp_time(&self, now: Time, slot: usize) -> Option<u32> {
        let occupant = self.slots.get(slot)?.current?;
        let track = self.tracks.get(occupant.track)?;
        let publisher = self.transports.get(track.transport)?;
        let stream = publisher.streams.get(track.layers[occupant.layer]?)?;
        stream.rtp_time(now, &publisher.clock)
    }

    fn send_feedback<S: Sink>(&mut self, index: usize, sink: &mut S) {
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        // A burst after a stall may need several messages; eight cover all that is remembered.
        for _ in 0..8 {
            let write = |out: &mut [u8]| {
                let feedback = transport.arrivals.write_feedback(FEEDBACK_SSRC, out);
                feedback.unwrap_or_default()
            };
            if !self.local.send_rtcp(index, sink, write) {
                break;
            }
        }
    }

    fn send_reception<S: Sink>(&mut self, now: Time, index: usize, sink: &mut S) {
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        let mut blocks = [ReceptionBlock::default(); MAX_STREAMS];
        let mut count = 0;
        let (mut expected, mut lost) = (0, 0);
        for stream in &mut transport.streams {
            if let Some(block) = stream.reception.report(now, stream.ssrc) {
                blocks[count] = block;
                count += 1;
                let interval = stream.reception.last_interval();
                (expected, lost) = (expected + interval.0, lost + interval.1);
            }
        }
        if !transport.subscribes {
            transport.recent_loss.observe(expected, lost);
            transport.lost = transport.recent_loss.share();
        }
        if count > 0 {
            self.local.send_rtcp(index, sink, |out| {
                write_receiver_report(out, FEEDBACK_SSRC, &blocks[..count])
            });
        }
    }
}
