//! Video on its way in: what each packet is of a picture, and in which codec.

use crate::counters::Counter;
use crate::egress::{Occupant, Sink};
use crate::ingress::{Turn, Unreadable};
use crate::rtp::VideoCodec;
use crate::time::Time;

use super::forward::Outgoing;
use super::{Event, Plane};

impl Plane {
    /// Takes a packet with media in it; `began` where none came lately.
    pub(super) fn accept_video<S: Sink>(
        &mut self,
        now: Time,
        transport_index: usize,
        stream_index: usize,
        began: bool,
        mut outgoing: Outgoing<'_>,
        sink: &mut S,
    ) {
        let Some(codec) = outgoing.codec else {
            return self.counters.count(Counter::DropPayloadType);
        };
        let Some(stream) = self
            .transports
            .get_mut(transport_index)
            .and_then(|transport| transport.streams.get_mut(stream_index))
        else {
            return;
        };
        let occupant = Occupant {
            track: stream.track,
            layer: stream.layer,
        };
        let (index, timestamp) = (outgoing.index, outgoing.timestamp);
        let turn = stream.pictures.enter(now, codec, index, timestamp);
        if turn == Turn::Changed {
            self.sources = self.sources.wrapping_add(1);
            stream.source = self.sources;
        }
        outgoing.source = stream.source;
        if turn == Turn::Astray {
            self.counters.count(Counter::DropBeforeSwitch);
            // It leaves no gap.
            outgoing.payload = &[];
            return self.gather(now, occupant, &outgoing, sink);
        }
        let payload = outgoing.payload;
        let read = stream.pictures.read(codec, payload, outgoing.descriptor);
        if let Ok(picture) = &read {
            let bytes = payload.len();
            stream.rates.record(now, timestamp, picture, bytes);
        }
        if turn == Turn::Changed {
            self.change_codec(occupant, codec);
        }
        let picture = match read {
            Ok(picture) => picture,
            Err(Unreadable::Malformed) => {
                return self.counters.count(Counter::DropRtpMalformed);
            }
            Err(Unreadable::NoStructure) => {
                self.counters.count(Counter::DropStructureUnknown);
                let watched = self.tracks.get(occupant.track);
                if watched.is_some_and(|track| !track.slots.is_empty()) {
                    self.keyframes_wanted.push((transport_index, stream_index));
                }
                return;
            }
        };
        outgoing.picture = Some(picture);
        if picture.part.is_none() {
            outgoing.descriptor = &[];
        }
        if began || turn == Turn::Changed {
            // Before it is forwarded: slots that wait for this layer go over at its very first keyframe.
            self.consider_track(now, occupant.track);
        }
        if picture.keyframe_start {
            self.keyframe_arrived(transport_index, stream_index);
        }
        self.gather(now, occupant, &outgoing, sink);
    }

    /// The keyframe that was wanted is here.
    fn keyframe_arrived(&mut self, transport: usize, stream: usize) {
        self.keyframes_wanted
            .retain(|wanted| *wanted != (transport, stream));
        if let Some(transport) = self.transports.get_mut(transport)
            && let Some(stream) = transport.streams.get_mut(stream)
        {
            stream.keyframes.arrived();
        }
    }

    /// A layer goes on in another codec. Slots whose subscribers don't take it show nothing any more.
    fn change_codec(&mut self, occupant: Occupant, codec: VideoCodec) {
        for (_, slot) in self.slots.iter_mut() {
            if slot.current == Some(occupant) && !slot.codecs.contains(codec) {
                self.events.push(Event::SlotOccupied {
                    slot: slot.id,
                    track: None,
                });
            }
        }
        self.start_anew(occupant);
    }
}
