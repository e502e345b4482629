//! What telephones need of the plane: voices that come from within this machine, and what a room is heard of there.

use crate::counters::Counter;
use crate::egress::Sink;
use crate::ingress::Stream;
use crate::time::Time;
use crate::track::MediaKind;

use super::Plane;
use super::forward::Outgoing;

/// The largest Opus packet that is taken, in bytes (RFC 6716 section 3.2.1: one frame has 1,275 at most).
pub const MAX_SPOKEN: usize = 1_275;
/// How many heard packets wait to be taken out; what comes then is dropped and counted.
const MAX_HEARD: usize = 1_024;
/// A local voice's packets carry 60 ms at most: what comes later than that begins to speak anew. In ticks of 48 kHz.
const LONGEST_PACKET: u32 = 2_880;
/// The V flag of RFC 6464's byte, which only senders know: a local voice is sent while there is speech in it.
const SPEECH: u8 = 0x80;

/// One packet of a voice that is heard in a group that is tapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The speaker group.
    pub group: u32,
    /// The voice's seat in it.
    pub seat: u8,
    /// The voice.
    pub track: u32,
    /// Its publisher's sequence number, with the rollovers in front.
    pub index: u64,
    /// In ticks of 48 kHz.
    pub timestamp: u32,
    /// Opus.
    pub payload: Vec<u8>,
}

impl Plane {
    /// Lets what is heard in a group be told too, or no more so.
    pub(super) fn tap_group(&mut self, id: u32, tapped: bool) {
        if let Some(group) = self.groups.by_id_mut(id) {
            group.tapped = tapped;
        }
    }

    /// Takes out what was heard in tapped groups.
    pub fn drain_heard(&mut self) -> std::vec::Drain<'_, Heard> {
        self.heard.drain(..)
    }

    /// Tells one packet of a voice that is heard. Called only where there is a tap.
    #[cold]
    pub(super) fn tell_heard(
        counters: &mut crate::counters::Counters,
        heard: &mut Vec<Heard>,
        packet: Heard,
    ) {
        if heard.len() < MAX_HEARD {
            heard.push(packet);
        } else {
            counters.count(Counter::DropHeardFull);
        }
    }

    /// An audio track of a local transport has one stream from the beginning: nothing of it need be learnt.
    pub(super) fn open_local_stream(&mut self, track_index: usize) {
        let Some(track) = self.tracks.get_mut(track_index) else {
            return;
        };
        let Some(transport) = self.transports.get_mut(track.transport) else {
            return;
        };
        if !transport.local || track.kind != MediaKind::Audio {
            return;
        }
        self.sources = self.sources.wrapping_add(1);
        let (source, number) = (self.sources, transport.streams.len());
        let stream = Stream::new(number as u32, source, track_index, 0, false, 48_000);
        transport.streams.push(stream);
        track.layers[0] = Some(number);
    }

    /// A local voice says 2.5 to 60 ms: one Opus packet, with its level in -dBov (RFC 6464).
    pub(super) fn speak<S: Sink>(
        &mut self,
        now: Time,
        track: u32,
        timestamp: u32,
        level: u8,
        payload: &[u8],
        sink: &mut S,
    ) {
        if payload.len() > MAX_SPOKEN {
            return self.counters.count(Counter::DropTooLarge);
        }
        let Some(track) = self
            .tracks
            .index(track)
            .and_then(|index| self.tracks.get(index))
        else {
            return;
        };
        let (transport_index, stream_index) = (track.transport, track.layers[0]);
        let transport = self.transports.get(transport_index);
        let Some((stream_index, stream)) = transport
            .filter(|transport| transport.local)
            .zip(stream_index)
            .and_then(|(transport, index)| Some((index, transport.streams.get(index)?)))
        else {
            return self.counters.count(Counter::DropUnknownStream);
        };
        let marker = stream
            .newest_timestamp()
            .is_none_or(|last| timestamp.wrapping_sub(last) > LONGEST_PACKET);
        let outgoing = Outgoing {
            source: stream.source,
            index: stream.next_index(),
            timestamp,
            marker,
            payload,
            codec: None,
            descriptor: &[],
            picture: None,
            audio_level: Some(SPEECH | level.min(127)),
        };
        self.accept(now, transport_index, stream_index, outgoing, sink);
    }
}
