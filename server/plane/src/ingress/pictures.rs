//! What a stream's video packets are: their codec, which may change at any time, and what forwarding must know of each.

use crate::rtp::dependency_descriptor::Reader;
use crate::rtp::{Picture, VideoCodec};
use crate::time::{Span, Time};

/// A stream keeps its codec for so long at least. Each change has the slots that show it wait for a keyframe.
const SHORTEST: Span = Span::from_millis(200);

/// Since when a stream has its codec.
#[derive(Clone, Copy, Debug)]
struct Era {
    codec: VideoCodec,
    /// The first packet of it that came, its timestamp, and when it came.
    first: u64,
    timestamp: u32,
    since: Time,
}

/// What a packet's codec means for its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It goes on.
    Same,
    /// It goes on with another codec from here on.
    Changed,
    /// The packet is of a codec that the stream had before, or changes it too soon again: it is of no use.
    Astray,
}

/// Reads the packets of one stream.
#[derive(Debug, Default)]
pub struct PictureReader {
    era: Option<Era>,
    before: Option<VideoCodec>,
    /// Made at the first dependency descriptor.
    dependencies: Option<Box<Reader>>,
}

impl PictureReader {
    /// The codec that the stream has now; `None` before its first packet.
    #[inline]
    pub fn codec(&self) -> Option<VideoCodec> {
        self.era.map(|era| era.codec)
    }

    /// The codec of a packet that was sent again: the payload type of retransmissions does not tell it.
    pub fn codec_of(&self, index: u64, timestamp: u32) -> Option<VideoCodec> {
        let era = self.era?;
        // Of the first frame in this codec, packets before the first that came may have been lost.
        let is_of_it = index >= era.first || timestamp == era.timestamp;
        if is_of_it {
            return Some(era.codec);
        }
        self.before.or(Some(era.codec))
    }

    /// Takes note of a packet's codec.
    #[inline]
    pub fn enter(&mut self, now: Time, codec: VideoCodec, index: u64, timestamp: u32) -> Turn {
        let new = Era {
            codec,
            first: index,
            timestamp,
            since: now,
        };
        match &self.era {
            Some(era) if era.codec == codec => Turn::Same,
            Some(era) if index < era.first || now.since(era.since) < SHORTEST => Turn::Astray,
            Some(era) => {
                self.before = Some(era.codec);
                self.era = Some(new);
                self.dependencies = None;
                Turn::Changed
            }
            None => {
                self.era = Some(new);
                Turn::Same
            }
        }
    }

    /// Reads a packet, `descriptor` being its dependency descriptor or empty. Where the payload tells all that there is to
    /// know, the descriptor is not looked at.
    ///
    /// # Errors
    /// See [`Unreadable`].
    #[inline]
    pub fn read(
        &mut self,
        codec: VideoCodec,
        payload: &[u8],
        descriptor: &[u8],
    ) -> Result<Picture, Unreadable> {
        let told = if codec == VideoCodec::Av1 && !descriptor.is_empty() {
            None
        } else {
            let told = Picture::read(codec, payload).ok_or(Unreadable::Malformed)?;
            if descriptor.is_empty() || told.tells_layers() {
                return Ok(told);
            }
            Some(told)
        };
        let reader = self.dependencies.get_or_insert_default();
        match (told, reader.read(descriptor)) {
            (told, Some(read)) => {
                let told = told.unwrap_or_else(|| Picture::of_av1(&read));
                Ok(told.described(&read, reader))
            }
            // Of what layer it is, is not known; that it can be forwarded, is.
            (Some(told), None) => Ok(told),
            (None, None) => Err(Unreadable::NoStructure),
        }
    }
}

/// Why nothing is known of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Its payload descriptor is malformed.
    Malformed,
    /// AV1's dependency descriptor is malformed, or refers to a structure that did not come.
    NoStructure,
}

#[cfg(test)]
mod tests {
    use super::*;
    use VideoCodec::{H264, Vp8};

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    #[test]
    fn a_stream_changes_its_codec_and_what_comes_late_is_astray() {
        let mut reader = PictureReader::default();
        assert_eq!(reader.codec(), None);
        assert_eq!(reader.enter(at(0), Vp8, 10, 900), Turn::Same);
        assert_eq!(
            reader.enter(at(100), H264, 11, 990),
            Turn::Astray,
            "too soon"
        );
        assert_eq!(reader.enter(at(500), H264, 20, 4_500), Turn::Changed);
        assert_eq!(reader.enter(at(501), Vp8, 19, 4_410), Turn::Astray);
        assert_eq!(reader.enter(at(900), Vp8, 18, 4_320), Turn::Astray, "late");
        assert_eq!(reader.enter(at(901), H264, 21, 8_100), Turn::Same);
        assert_eq!(reader.codec(), Some(H264));
    }

    #[test]
    fn what_is_sent_again_has_the_codec_of_its_time() {
        let mut reader = PictureReader::default();
        reader.enter(at(0), Vp8, 10, 900);
        reader.enter(at(500), H264, 20, 4_500);
        assert_eq!(reader.codec_of(18, 4_410), Some(Vp8));
        assert_eq!(reader.codec_of(19, 4_500), Some(H264), "of its first frame");
        assert_eq!(reader.codec_of(25, 9_000), Some(H264));
    }
}
