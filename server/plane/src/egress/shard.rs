//! A shard: the sending side of some of the subscribers. It renumbers, protects and sends what it is told to.
//!
//! The plane decides; shards carry out. The plane's own shard does so at once; each other one is a state machine on a
//! thread of its own, and all that it shares with the plane are bursts that nobody changes any more.

use super::order::Order;
use super::{Burst, BurstPacket, MAX_DATAGRAM, OutgoingStream, Path, Rewritten, Sink, Target};
use crate::counters::{Counter, Counters};
use crate::rtcp::write_sender_report;
use crate::rtp::{ExtensionWriter, write_header};
use crate::srtp::{RTCP_OVERHEAD, RTP_OVERHEAD, SrtpSender};

/// Sender reports of this many slots fit one datagram.
const REPORTS_PER_DATAGRAM: usize = 24;

/// Where and how a transport's peer is sent to.
#[derive(Debug, Default)]
struct Way {
    sender: Option<Box<SrtpSender>>,
    path: Option<Path>,
}

/// The sending side of some of the subscribers.
#[derive(Debug, Default)]
pub struct Shard {
    /// Which of a burst's lists of targets is for this one.
    number: usize,
    ways: Vec<Way>,
    streams: Vec<Option<OutgoingStream>>,
}

impl Shard {
    /// Shard `number` of the plane, with nobody in it.
    pub fn new(number: usize) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }

    /// Carries out an order.
    pub fn handle<S: Sink>(&mut self, order: Order, counters: &mut Counters, sink: &mut S) {
        match order {
            Order::SetSender { transport, sender } => self.way(transport).sender = Some(sender),
            Order::SetPath { transport, path } => self.way(transport).path = Some(path),
            Order::RemoveTransport { transport } => *self.way(transport) = Way::default(),
            Order::AddSlot {
                slot,
                transport,
                format,
            } => {
                if self.streams.len() <= slot {
                    self.streams.resize_with(slot + 1, || None);
                }
                self.streams[slot] = Some(OutgoingStream::new(transport, format));
            }
            Order::RemoveSlot { slot } => {
                if let Some(stream) = self.streams.get_mut(slot) {
                    *stream = None;
                }
            }
            Order::Forward(burst) => self.forward(&burst, counters, sink),
            Order::Report {
                transport,
                ntp,
                slots,
            } => self.report(transport, ntp, &slots, sink),
        }
    }

    /// Sends a burst to its targets: all of it to one, then all of it to the next, so that what goes to one receiver
    /// can leave in one call.
    pub fn forward<S: Sink>(&mut self, burst: &Burst, counters: &mut Counters, sink: &mut S) {
        let mut block = ExtensionBlock::EMPTY;
        for target in burst.targets(self.number) {
            let Some(stream) = self
                .streams
                .get_mut(target.slot as usize)
                .and_then(Option::as_mut)
            else {
                continue;
            };
            let Some(way) = self.ways.get(stream.transport) else {
                continue;
            };
            let (Some(sender), Some(path)) = (&way.sender, &way.path) else {
                continue;
            };
            forward_to(
                stream, sender, path, target, burst, &mut block, counters, sink,
            );
        }
    }

    /// Sends sender reports for slots of one transport.
    pub fn report<S: Sink>(
        &mut self,
        transport: usize,
        ntp: u64,
        slots: &[(usize, u32)],
        sink: &mut S,
    ) {
        for some in slots.chunks(REPORTS_PER_DATAGRAM) {
            let mut infos = [None; REPORTS_PER_DATAGRAM];
            for (info, &(slot, rtp_time)) in infos.iter_mut().zip(some) {
                let stream = self.streams.get_mut(slot).and_then(Option::as_mut);
                *info = stream.and_then(|stream| stream.report(ntp, rtp_time));
            }
            self.send_rtcp(transport, sink, |out| {
                let mut len = 0;
                for info in infos.iter().flatten() {
                    len += write_sender_report(&mut out[len..], info);
                }
                len
            });
        }
    }

    /// Protects and sends the RTCP packet that `write` puts into the buffer. It returns the packet's length; 0 sends
    /// nothing. Returns whether it was sent.
    pub fn send_rtcp<S: Sink>(
        &mut self,
        transport: usize,
        sink: &mut S,
        write: impl FnOnce(&mut [u8]) -> usize,
    ) -> bool {
        let Some(way) = self.ways.get_mut(transport) else {
            return false;
        };
        let (Some(sender), Some(path)) = (&mut way.sender, &way.path) else {
            return false;
        };
        let buffer = sink.buffer();
        let len = write(&mut buffer[..MAX_DATAGRAM - RTCP_OVERHEAD]);
        if len == 0 {
            return false;
        }
        let len = sender.protect_rtcp(buffer, len);
        sink.send(len, path);
        true
    }

    fn way(&mut self, transport: usize) -> &mut Way {
        if self.ways.len() <= transport {
            self.ways.resize_with(transport + 1, Way::default);
        }
        &mut self.ways[transport]
    }
}

/// All of a burst to one slot.
#[allow(clippy::too_many_arguments)]
#[inline]
fn forward_to<S: Sink>(
    stream: &mut OutgoingStream,
    sender: &SrtpSender,
    path: &Path,
    target: &Target,
    burst: &Burst,
    block: &mut ExtensionBlock,
    counters: &mut Counters,
    sink: &mut S,
) {
    let now = burst.leaves();
    let mut switch = target.switch;
    for packet in &burst.packets()[usize::from(target.from)..] {
        // A burst that was to switch may have been dropped on its way here: then the next that can, does.
        switch |= stream.source != Some(burst.ssrc);
        let switched = switch && packet.vp8.is_none_or(|vp8| vp8.keyframe_start);
        if switched {
            switch = false;
            stream.source = Some(burst.ssrc);
            let rewriter = &mut stream.rewriter;
            rewriter.switch(now, packet.index, packet.timestamp, packet.vp8.as_ref());
        } else if switch {
            counters.count(Counter::DropBeforeSwitch);
            continue;
        }
        let mut payload = burst.payload(packet);
        let mut padding = packet.padding;
        let rewritten = match &packet.vp8 {
            // Padding without media is left out, and leaves no gap.
            _ if payload.is_empty() => {
                padding = 1;
                stream.rewriter.leave_out(packet.index, packet.timestamp)
            }
            Some(vp8) if !stream.admits(vp8, target.max_temporal) => {
                counters.count(Counter::DropTemporalLayer);
                (payload, padding) = (&[], 1);
                let rewriter = &mut stream.rewriter;
                rewriter.leave_frame_out(packet.index, packet.timestamp, vp8)
            }
            vp8 => {
                let rewriter = &mut stream.rewriter;
                let rewritten = rewriter.rewrite(now, packet.index, packet.timestamp, vp8.as_ref());
                if rewritten.is_none() {
                    counters.count(Counter::DropBeforeSwitch);
                }
                rewritten
            }
        };
        if let Some(rewritten) = rewritten {
            // The first packet of a talkspurt (RFC 3551 section 4.1).
            let marker = packet.marker || (switched && packet.vp8.is_none());
            let extensions = block.with_level(stream.format.audio_level_id, packet.audio_level);
            let sent = Sending {
                packet,
                payload,
                padding,
                marker,
                rewritten,
            };
            send(stream, sender, path, &sent, extensions, counters, sink);
        }
    }
}

/// One packet on its way out.
struct Sending<'a> {
    packet: &'a BurstPacket,
    /// What is left of its payload: nothing where the packet only fills a gap.
    payload: &'a [u8],
    padding: u8,
    marker: bool,
    rewritten: Rewritten,
}

/// Writes, protects and sends one packet.
#[inline]
fn send<S: Sink>(
    stream: &mut OutgoingStream,
    sender: &SrtpSender,
    path: &Path,
    sending: &Sending<'_>,
    extensions: &[u8],
    counters: &mut Counters,
    sink: &mut S,
) {
    let Sending {
        packet,
        payload,
        padding,
        marker,
        rewritten,
    } = *sending;
    let buffer = sink.buffer();
    let header = write_header(
        buffer,
        marker,
        stream.format.payload_type,
        rewritten.index as u16,
        rewritten.timestamp,
        stream.format.ssrc,
        extensions,
    );
    let mut len = header + payload.len();
    if len + usize::from(padding) + RTP_OVERHEAD > MAX_DATAGRAM {
        return counters.count(Counter::DropOversize);
    }
    buffer[header..len].copy_from_slice(payload);
    if padding > 0 {
        // The last byte of the padding counts it, itself included (RFC 3550 section 5.1).
        buffer[0] |= 0x20;
        buffer[len..len + usize::from(padding)].fill(0);
        len += usize::from(padding);
        buffer[len - 1] = padding;
    }
    if let Some(vp8) = packet.vp8.as_ref().filter(|_| !payload.is_empty()) {
        let media = &mut buffer[header..len];
        if let Some(id) = vp8.picture_id {
            id.rewrite(media, rewritten.picture_id);
        }
        if let Some((at, _)) = vp8.tl0_index {
            media[at] = rewritten.tl0_index;
        }
    }
    let protected = sender.protect_rtp(buffer, header, len, rewritten.index);
    stream.record_sent(payload.len());
    counters.count(Counter::Forwarded);
    sink.send(protected, path);
}

/// The extension block of audio packets: the same bytes for every slot that agreed on the same id.
struct ExtensionBlock {
    id: u8,
    level: u8,
    bytes: [u8; 64],
    len: usize,
}

impl ExtensionBlock {
    const EMPTY: Self = Self {
        id: 0,
        level: 0,
        bytes: [0; 64],
        len: 0,
    };

    #[inline]
    fn with_level(&mut self, id: Option<u8>, level: Option<u8>) -> &[u8] {
        let (Some(id), Some(level)) = (id, level) else {
            return &[];
        };
        if (self.id, self.level) != (id, level) {
            let mut writer = ExtensionWriter::default();
            writer.push(id, &[level]);
            self.len = writer.finish(&mut self.bytes);
            (self.id, self.level) = (id, level);
        }
        &self.bytes[..self.len]
    }
}
