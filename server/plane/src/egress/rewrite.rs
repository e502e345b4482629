//! Makes the packets of whoever is in a slot continue one unbroken stream.

use super::sequence::{LeftOut, SequenceMap};
use crate::rtp::{Picture, VideoCodec};
use crate::time::{Span, Time};

/// The shortest step of the timestamp at a switch: a frame at 30 frames/s, or a packet of Opus.
const MIN_STEP: Span = Span::from_millis(20);

/// Where a stream's picture ids begin to be counted: far enough from zero for late ones.
const FIRST_PICTURE: u64 = 1 << 20;

/// The numbers that one forwarded packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// The sequence number with its rollovers in front: SRTP's packet index.
    pub index: u64,
    /// The RTP timestamp.
    pub timestamp: u32,
    /// VP8's or VP9's picture id, of 15 bits, or the frame's number in its dependency descriptor.
    pub picture_id: u16,
    /// VP8's or VP9's TL0PICIDX.
    pub tl0_index: u8,
}

/// The rewriting state of one slot.
#[derive(Debug)]
pub struct Rewriter {
    sequence: SequenceMap,
    clock_rate: u32,
    timestamp_offset: u32,
    /// The newest timestamp sent, and when.
    last: Option<(Time, u32)>,
    /// VP8's picture ids count frames as sequence numbers count packets: gaps that are left on purpose are closed. The
    /// others refer to each other by differences, and are moved by a constant.
    pictures: SequenceMap,
    /// Whether the current stream had a picture id yet.
    pictures_begun: bool,
    /// The newest picture id of the current stream, with its rollovers in front.
    newest_picture: u64,
    tl0_offset: u8,
    last_tl0: u8,
}

impl Rewriter {
    /// A rewriter whose first packet will carry `first_sequence`; `clock_rate` in Hz.
    pub fn new(first_sequence: u16, clock_rate: u32) -> Self {
        Self {
            sequence: SequenceMap::new(u64::from(first_sequence)),
            clock_rate,
            timestamp_offset: 0,
            last: None,
            pictures: SequenceMap::new(1),
            pictures_begun: false,
            newest_picture: FIRST_PICTURE,
            tl0_offset: 0,
            last_tl0: 0,
        }
    }

    /// Goes over to another stream at its packet `index`. Time goes on as it does on the wall.
    pub fn switch(&mut self, now: Time, index: u64, timestamp: u32, picture: Option<&Picture>) {
        self.sequence.switch(index);
        let next = match self.last {
            Some((at, last)) => {
                let passed = now.since(at).max(MIN_STEP);
                last.wrapping_add(passed.ticks(self.clock_rate))
            }
            None => timestamp,
        };
        self.timestamp_offset = next.wrapping_sub(timestamp);
        // A stream may have its first picture id after the switch.
        self.pictures_begun = false;
        if let Some((number, span)) = picture.and_then(Picture::number) {
            self.unwrap_picture(number, span);
        }
        if let Some((_, tl0)) = picture.and_then(|picture| picture.tl0_index) {
            self.tl0_offset = self.last_tl0.wrapping_add(1).wrapping_sub(tl0);
        }
    }

    /// The numbers for a packet of the current stream; `None` when it is older than the switch.
    #[inline]
    pub fn rewrite(
        &mut self,
        now: Time,
        index: u64,
        timestamp: u32,
        picture: Option<&Picture>,
    ) -> Option<Rewritten> {
        let index = self.sequence.map(index)?;
        let timestamp = timestamp.wrapping_add(self.timestamp_offset);
        if self
            .last
            .is_none_or(|(_, last)| timestamp.wrapping_sub(last).cast_signed() > 0)
        {
            self.last = Some((now, timestamp));
        }
        let (mut picture_id, mut tl0_index) = (0, 0);
        if let Some(picture) = picture {
            if let Some((number, span)) = picture.number() {
                let counted = self.unwrap_picture(number, span);
                picture_id = self.pictures.map(counted)? as u16;
                if picture.part.is_none() {
                    picture_id &= 0x7fff;
                }
            }
            if let Some((_, tl0)) = picture.tl0_index {
                tl0_index = tl0.wrapping_add(self.tl0_offset);
                if tl0_index.wrapping_sub(self.last_tl0) & 0x80 == 0 {
                    self.last_tl0 = tl0_index;
                }
            }
        }
        Some(Rewritten {
            index,
            timestamp,
            picture_id,
            tl0_index,
        })
    }

    /// Leaves a packet out (padding). Gives the numbers to send an empty packet with where the gap can't be closed.
    pub fn leave_out(&mut self, index: u64, timestamp: u32) -> Option<Rewritten> {
        match self.sequence.leave_out(index) {
            LeftOut::Late(index) => Some(Rewritten {
                index,
                timestamp: timestamp.wrapping_add(self.timestamp_offset),
                picture_id: 0,
                tl0_index: 0,
            }),
            LeftOut::Closed | LeftOut::Before => None,
        }
    }

    /// Leaves a packet of a frame out, and the frame with it. As [`Rewriter::leave_out`]; but where frames refer to others
    /// by differences of their numbers, these keep their gaps.
    pub fn leave_frame_out(
        &mut self,
        index: u64,
        timestamp: u32,
        picture: &Picture,
    ) -> Option<Rewritten> {
        if let Some((number, span)) = picture.number() {
            let counted = self.unwrap_picture(number, span);
            if picture.codec == VideoCodec::Vp8 && picture.part.is_none() {
                self.pictures.leave_out(counted);
            }
        }
        self.leave_out(index, timestamp)
    }

    /// A picture's number, of which there are `span`, with its rollovers in front: the value nearest to the newest so far.
    #[inline]
    fn unwrap_picture(&mut self, number: u16, span: u64) -> u64 {
        if !std::mem::replace(&mut self.pictures_begun, true) {
            self.newest_picture = FIRST_PICTURE | u64::from(number);
            self.pictures.switch(self.newest_picture);
        }
        let ahead = u64::from(number).wrapping_sub(self.newest_picture) & (span - 1);
        if ahead < span / 2 {
            self.newest_picture += ahead;
            return self.newest_picture;
        }
        self.newest_picture + ahead - span
    }

    /// The newest timestamp sent, 0 before the first.
    pub fn newest_timestamp(&self) -> u32 {
        self.last.map_or(0, |(_, timestamp)| timestamp)
    }

    /// A time of the current stream in the slot's own timestamps.
    pub fn outgoing_timestamp(&self, timestamp: u32) -> u32 {
        timestamp.wrapping_add(self.timestamp_offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture(picture_id: u16, tl0: u8) -> Picture {
        let [high, low] = (picture_id | 0x8000).to_be_bytes();
        let payload = [0x90, 0xE0, high, low, tl0, 0, 0];
        Picture::read(VideoCodec::Vp8, &payload).unwrap()
    }

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    #[test]
    fn a_switch_continues_every_number() {
        let mut rewriter = Rewriter::new(100, 90_000);
        let old = picture(0x7ffe, 255);
        rewriter.switch(at(0), 5_000, 77, Some(&old));
        let a = rewriter.rewrite(at(0), 5_000, 77, Some(&old)).unwrap();
        let b = rewriter
            .rewrite(at(40), 5_001, 77 + 3_600, Some(&picture(0x7fff, 0)))
            .unwrap();
        assert_eq!((a.index, b.index), (100, 101));
        assert_eq!(
            (b.picture_id, b.tl0_index),
            (a.picture_id + 1, a.tl0_index + 1)
        );
        let new = picture(3, 9);
        rewriter.switch(at(140), 9, 1_000_000, Some(&new));
        let c = rewriter.rewrite(at(140), 9, 1_000_000, Some(&new)).unwrap();
        assert_eq!(
            (c.index, c.picture_id, c.tl0_index),
            (102, b.picture_id + 1, b.tl0_index + 1)
        );
        assert_eq!(
            c.timestamp.wrapping_sub(b.timestamp),
            9_000,
            "100 ms at 90 kHz"
        );
    }

    #[test]
    fn packets_from_before_the_switch_are_not_forwarded() {
        let mut rewriter = Rewriter::new(100, 90_000);
        rewriter.switch(at(0), 50, 0, None);
        assert!(rewriter.rewrite(at(0), 49, 0, None).is_none());
    }

    proptest! {
        #[test]
        fn time_never_goes_back_at_a_switch(
            switches in proptest::collection::vec((0u64..5_000, any::<u32>(), any::<u16>(), any::<u8>()), 1..20),
        ) {
            let mut rewriter = Rewriter::new(0, 90_000);
            let (mut now, mut last) = (0, None::<Rewritten>);
            for (wait, timestamp, picture_id, tl0) in switches {
                now += wait;
                let first = picture(picture_id & 0x7fff, tl0);
                rewriter.switch(at(now), 1_000, timestamp, Some(&first));
                let sent = rewriter.rewrite(at(now), 1_000, timestamp, Some(&first)).unwrap();
                if let Some(last) = last {
                    prop_assert_eq!(sent.index, last.index + 1);
                    prop_assert!(sent.timestamp.wrapping_sub(last.timestamp).cast_signed() > 0);
                    prop_assert_eq!(sent.picture_id, (last.picture_id + 1) & 0x7fff);
                    prop_assert_eq!(sent.tl0_index, last.tl0_index.wrapping_add(1));
                }
                last = Some(sent);
            }
        }
    }
}
