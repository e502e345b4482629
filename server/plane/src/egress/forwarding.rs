//! One burst to one slot: renumbered, thinned out, and sent or held back.

use super::extension_block::ExtensionBlock;
use super::pacer::Waiting;
use super::way::{Outbound, Way};
use super::{Burst, BurstPacket, MAX_DATAGRAM, OutgoingStream, Sent, Sink, Target};
use crate::counters::{Counter, Counters};
use crate::rtp::Layers;
use crate::time::Time;

/// One packet that a slot is to forward.
#[derive(Clone, Copy, Debug)]
pub(super) struct Incoming<'a> {
    /// The stream that it came by.
    pub(super) source: u32,
    pub(super) packet: &'a BurstPacket,
    pub(super) payload: &'a [u8],
    /// Its dependency descriptor; empty where it has none.
    pub(super) descriptor: &'a [u8],
    /// The slot goes over to the stream with it.
    pub(super) switch: bool,
    /// The layers that are of use.
    pub(super) layers: Layers,
    /// How many bytes of padding make it as long as its neighbours.
    pub(super) padding: u8,
}

/// Sends all of a burst to one slot. Returns whether some of it waits for its turn.
#[inline]
pub(super) fn forward_to<S: Sink>(
    stream: &mut OutgoingStream,
    way: &mut Way,
    target: &Target,
    burst: &Burst,
    block: &mut ExtensionBlock,
    counters: &mut Counters,
    sink: &mut S,
) -> bool {
    let now = burst.leaves();
    let mut waits = false;
    let mut switch = target.switch;
    for packet in &burst.packets()[usize::from(target.from)..] {
        let switch = std::mem::take(&mut switch);
        // What waits has no numbers yet: if it has to be given up, it leaves no gap.
        if packet.picture.is_some() && !way.may_send_video(now) {
            waits = true;
            way.pacer.push(Waiting {
                slot: target.slot as usize,
                source: burst.source,
                index: packet.index,
                bytes: burst.payload(packet).len() as u16,
                switch,
                layers: target.layers,
                since: now,
            });
            continue;
        }
        let incoming = Incoming {
            source: burst.source,
            packet,
            payload: burst.payload(packet),
            descriptor: burst.descriptor(packet),
            switch,
            layers: target.layers,
            padding: packet.padding,
        };
        forward(stream, way, now, &incoming, block, counters, sink);
    }
    waits
}

/// Renumbers one packet and sends it.
#[inline]
pub(super) fn forward<S: Sink>(
    stream: &mut OutgoingStream,
    way: &mut Way,
    now: Time,
    incoming: &Incoming<'_>,
    block: &mut ExtensionBlock,
    counters: &mut Counters,
    sink: &mut S,
) {
    let (source, packet) = (incoming.source, incoming.packet);
    // A burst that was to switch may have been dropped on its way here: then the next that can, does.
    let switch = incoming.switch || stream.source != Some(source);
    let switched = switch && packet.picture.is_none_or(|picture| picture.keyframe_start);
    if switched {
        if let Some(picture) = &packet.picture {
            // A stream has one codec: with another, it has another name.
            let Some(format) = stream.format.video.get(picture.codec) else {
                return counters.count(Counter::DropCodecRefused);
            };
            stream.payload_type = format.payload_type;
        }
        stream.source = Some(source);
        let rewriter = &mut stream.rewriter;
        rewriter.switch(now, packet.index, packet.timestamp, packet.picture.as_ref());
    } else if switch {
        return counters.count(Counter::DropBeforeSwitch);
    }
    let (mut payload, mut padding) = (incoming.payload, incoming.padding);
    let wanted = incoming.layers;
    let rewritten = match &packet.picture {
        // Padding without media is left out, and leaves no gap.
        _ if payload.is_empty() => {
            padding = 1;
            stream.rewriter.leave_out(packet.index, packet.timestamp)
        }
        Some(picture) if !stream.layers.admits(now, picture, packet.timestamp, wanted) => {
            counters.count(if picture.spatial_layer > stream.layers.current().spatial {
                Counter::DropSpatialLayer
            } else {
                Counter::DropTemporalLayer
            });
            (payload, padding) = (&[], 1);
            let rewriter = &mut stream.rewriter;
            rewriter.leave_frame_out(packet.index, packet.timestamp, picture)
        }
        picture => {
            let rewriter = &mut stream.rewriter;
            let rewritten = rewriter.rewrite(now, packet.index, packet.timestamp, picture.as_ref());
            if rewritten.is_none() {
                counters.count(Counter::DropBeforeSwitch);
            }
            rewritten
        }
    };
    let Some(rewritten) = rewritten else { return };
    if !stream.take_number(rewritten.index) {
        return counters.count(Counter::DropSentBefore);
    }
    let sent = Sent {
        source,
        source_index: packet.index,
        rewritten,
        marker: match &packet.picture {
            Some(picture) => picture.marker_within(stream.layers.current(), packet.marker),
            // The first packet of a talkspurt (RFC 3551 section 4.1).
            None => packet.marker || switched,
        },
        is_filler: payload.is_empty(),
    };
    let mut redundant;
    let (mut payload_type, mut carried) = (stream.payload_type, payload);
    if way.redundancy > 0
        && let Some(red) = stream.format.redundancy
    {
        redundant = [0; MAX_DATAGRAM];
        let written = stream.redundancy.write(
            &mut redundant,
            payload_type,
            rewritten.timestamp,
            payload,
            way.redundancy,
        );
        if let Some(len) = written {
            (payload_type, carried) = (red, &redundant[..len]);
        }
    }
    let outbound = Outbound {
        ssrc: stream.format.ssrc,
        payload_type,
        marker: sent.marker,
        rewritten,
        original: None,
        payload: carried,
        descriptor: if payload.is_empty() {
            &[]
        } else {
            incoming.descriptor
        },
        picture: packet.picture.as_ref(),
        audio_level: packet.audio_level,
        padding,
    };
    if way.send(now, &stream.format, &outbound, None, block, counters, sink) {
        stream.record_sent(now, &sent, payload.len());
        counters.count(Counter::Forwarded);
    }
}
