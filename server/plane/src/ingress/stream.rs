//! One RTP stream of a publisher: one SSRC.

use super::{KeyframeRequester, NackGenerator, PictureReader, Rates, Reception, SenderClock};
use crate::rtcp::SenderInfo;
use crate::time::{Span, Time};

/// A stream that has sent no media for this long is not worth waiting for: its layer is off.
pub const LIVE_FOR: Span = Span::from_millis(1_500);
/// Nor is one that has sent none for so long while a lower layer of the same camera has: browsers give up the upper layers
/// first where the way up has become thin.
const STOPPED_AFTER: Span = Span::from_millis(400);

/// What is known of one SSRC.
#[derive(Debug)]
pub struct Stream {
    /// Its SSRC.
    pub ssrc: u32,
    /// Its name in the plane, which no other stream ever had; another one with each codec.
    pub source: u32,
    /// Index of the track that it belongs to.
    pub track: usize,
    /// Its simulcast layer, 0 the lowest; 0 for audio.
    pub layer: usize,
    /// It carries retransmissions (RFC 4588) of that layer.
    pub is_retransmission: bool,
    /// The RTP clock in Hz.
    pub clock_rate: u32,
    /// How it arrives.
    pub reception: Reception,
    /// Keyframes asked of it.
    pub keyframes: KeyframeRequester,
    /// How many bits a second it has.
    pub rates: Rates,
    /// What is missing of it.
    pub nacks: NackGenerator,
    /// What its packets are, if it is video.
    pub pictures: PictureReader,
    last_media: Option<(Time, u32)>,
    /// The index of that packet.
    newest: Option<u64>,
    last_sender_report: Option<SenderInfo>,
}

impl Stream {
    /// A stream that nothing has come from yet.
    pub fn new(
        ssrc: u32,
        source: u32,
        track: usize,
        layer: usize,
        is_retransmission: bool,
        clock_rate: u32,
    ) -> Self {
        Self {
            ssrc,
            source,
            track,
            layer,
            is_retransmission,
            clock_rate,
            reception: Reception::default(),
            keyframes: KeyframeRequester::default(),
            rates: Rates::default(),
            nacks: NackGenerator::default(),
            pictures: PictureReader::default(),
            last_media: None,
            newest: None,
            last_sender_report: None,
        }
    }

    /// A packet with media in it arrived. Returns whether none that was sent after it came before it.
    #[inline]
    pub fn record_media(&mut self, now: Time, index: u64, timestamp: u32) -> bool {
        let is_newest = self.newest.is_none_or(|newest| index > newest);
        if is_newest {
            self.newest = Some(index);
            self.last_media = Some((now, timestamp));
        }
        is_newest
    }

    /// The timestamp of the newest packet with media.
    pub fn newest_timestamp(&self) -> Option<u32> {
        self.last_media.map(|(_, timestamp)| timestamp)
    }

    /// The index after that of the newest packet with media.
    pub fn next_index(&self) -> u64 {
        self.newest.map_or(0, |newest| newest + 1)
    }

    /// A sender report arrived.
    pub fn record_sender_report(&mut self, now: Time, info: SenderInfo) {
        self.reception.record_sender_report(now, &info);
        self.last_sender_report = Some(info);
    }

    /// Whether media came lately.
    pub fn is_live(&self, now: Time) -> bool {
        self.last_media
            .is_some_and(|(at, _)| now.since(at) < LIVE_FOR)
    }

    /// Whether it has stopped while `lower`, a lower layer of the same camera, goes on.
    pub fn has_stopped_beside(&self, lower: &Self) -> bool {
        match (self.last_media, lower.last_media) {
            (Some((own, _)), Some((lower, _))) => lower.since(own) >= STOPPED_AFTER,
            _ => false,
        }
    }

    /// The stream's RTP time at `now`: by its sender's clock where that is known, else by arrival.
    pub fn rtp_time(&self, now: Time, clock: &SenderClock) -> Option<u32> {
        let reported = self.last_sender_report.and_then(|info| {
            let micros = clock.micros_since(now, info.ntp)?;
            let ticks = micros * i64::from(self.clock_rate) / 1_000_000;
            Some(info.rtp_timestamp.wrapping_add(ticks as u32))
        });
        reported.or_else(|| {
            let (at, timestamp) = self.last_media?;
            Some(timestamp.wrapping_add(now.since(at).ticks(self.clock_rate)))
        })
    }
}
