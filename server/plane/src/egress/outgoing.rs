//! One outgoing stream: a slot's constant SSRC and its unbroken numbering.

use super::{History, LayerFilter, Redundancy, Rewriter, Sent};
use crate::rtcp::SenderInfo;
use crate::rtp::VideoCodec;
use crate::srtp::ReplayWindow;
use crate::time::Time;

/// The payload types of one codec of video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoFormat {
    /// Of the codec itself.
    pub payload_type: u8,
    /// Of its retransmissions (RFC 4588), where they were agreed.
    pub retransmission: Option<u8>,
}

/// The codecs of video that a subscriber takes, with their payload types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VideoFormats([Option<VideoFormat>; VideoCodec::COUNT]);

impl VideoFormats {
    /// Lets a codec have these payload types.
    pub fn set(&mut self, codec: VideoCodec, format: VideoFormat) {
        self.0[codec as usize] = Some(format);
    }

    /// The payload types of a codec; `None` where it was not agreed.
    #[inline]
    pub fn get(&self, codec: VideoCodec) -> Option<VideoFormat> {
        self.0[codec as usize]
    }

    /// Those of them that are agreed.
    pub fn codecs(&self) -> VideoCodecs {
        VideoCodecs(self.0.map(|format| format.is_some()))
    }
}

/// A set of codecs of video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VideoCodecs([bool; VideoCodec::COUNT]);

impl VideoCodecs {
    /// Whether a codec is one of them.
    #[inline]
    pub fn contains(&self, codec: VideoCodec) -> bool {
        self.0[codec as usize]
    }

    /// Those that are in both.
    pub fn and(mut self, others: Self) -> Self {
        for (mine, other) in self.0.iter_mut().zip(others.0) {
            *mine &= other;
        }
        self
    }
}

impl FromIterator<VideoCodec> for VideoCodecs {
    fn from_iter<I: IntoIterator<Item = VideoCodec>>(codecs: I) -> Self {
        let mut set = Self::default();
        for codec in codecs {
            set.0[codec as usize] = true;
        }
        set
    }
}

/// What SDP agreed for a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Format {
    /// Its SSRC, for ever.
    pub ssrc: u32,
    /// The payload type of audio that the subscriber agreed to.
    pub payload_type: u8,
    /// The payload types of video that it agreed to.
    pub video: VideoFormats,
    /// The extension id of RFC 6464's audio level, where it was agreed.
    pub audio_level_id: Option<u8>,
    /// The extension id of the transport-wide sequence number, where it was agreed.
    pub transport_sequence_id: Option<u8>,
    /// The extension id of the dependency descriptor, where it was agreed.
    pub dependency_descriptor_id: Option<u8>,
    /// The SSRC by which lost packets of video are sent again (RFC 4588), where that was agreed.
    pub retransmission_ssrc: Option<u32>,
    /// The payload type of redundant audio (RFC 2198), where it was agreed.
    pub redundancy: Option<u8>,
    /// The RTP clock in Hz.
    pub clock_rate: u32,
}

/// What a subscriber takes of the formats that its slots were offered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// It reports when each packet arrived.
    pub transport_feedback: bool,
    /// It takes retransmissions.
    pub retransmission: bool,
    /// It takes redundant audio.
    pub redundancy: bool,
    /// The codecs of video that it decodes.
    pub video_codecs: VideoCodecs,
    /// It takes the dependency descriptor.
    pub dependency_descriptor: bool,
}

impl Format {
    /// Leaves out what was not agreed.
    pub fn restrict(&mut self, agreed: Agreed) {
        self.transport_sequence_id = self
            .transport_sequence_id
            .filter(|_| agreed.transport_feedback);
        self.retransmission_ssrc = self.retransmission_ssrc.filter(|_| agreed.retransmission);
        self.dependency_descriptor_id = self
            .dependency_descriptor_id
            .filter(|_| agreed.dependency_descriptor);
        for (format, agreed) in self.video.0.iter_mut().zip(agreed.video_codecs.0) {
            *format = format.filter(|_| agreed);
        }
        self.redundancy = self.redundancy.filter(|_| agreed.redundancy);
    }

    /// The SSRC and payload type in which packets of a codec are sent again, where that was agreed.
    pub fn retransmission(&self, codec: VideoCodec) -> Option<(u32, u8)> {
        let payload_type = self.video.get(codec)?.retransmission?;
        Some((self.retransmission_ssrc?, payload_type))
    }

    /// The SSRC and a payload type in which anything may be sent again: for padding, it does not matter which.
    pub fn any_retransmission(&self) -> Option<(u32, u8)> {
        let formats = self.video.0.iter().flatten();
        let payload_type = formats.filter_map(|format| format.retransmission).next()?;
        Some((self.retransmission_ssrc?, payload_type))
    }
}

/// The sending side of one slot.
#[derive(Debug)]
pub struct OutgoingStream {
    /// Index of the subscriber's transport.
    pub transport: usize,
    /// What was agreed.
    pub format: Format,
    /// The numbering.
    pub rewriter: Rewriter,
    /// The payload type that its packets have: that of audio, or of the codec of the stream that it is switched to.
    pub payload_type: u8,
    /// The stream that it is switched to.
    pub source: Option<u32>,
    /// What it sent lately, for receivers that miss some of it.
    pub history: History,
    /// The last frames of audio.
    pub redundancy: Redundancy,
    /// The next packet index of its retransmissions.
    pub retransmission_index: u64,
    /// The numbers that went out.
    numbers: ReplayWindow,
    /// Which layers of its stream it forwards.
    pub layers: LayerFilter,
    packets: u32,
    octets: u32,
    sent_since_report: bool,
}

impl OutgoingStream {
    /// A stream that has sent nothing yet.
    pub fn new(transport: usize, format: Format) -> Self {
        Self {
            transport,
            format,
            // Below 2^15, so that early loss can't be mistaken for a rollover (RFC 3711 section 3.3.1). SRTP makes
            // unpredictability needless.
            rewriter: Rewriter::new(format.ssrc as u16 & 0x7fff, format.clock_rate),
            payload_type: format.payload_type,
            source: None,
            history: History::default(),
            redundancy: Redundancy::default(),
            retransmission_index: u64::from(format.ssrc >> 17),
            numbers: ReplayWindow::new(),
            layers: LayerFilter::default(),
            packets: 0,
            octets: 0,
            sent_since_report: false,
        }
    }

    /// Takes a packet index for a packet. False where it was taken before, or lies too far back to tell: whatever
    /// publishers send, no number goes out twice (RFC 7714 section 10.1).
    #[inline]
    pub fn take_number(&mut self, index: u64) -> bool {
        let is_fresh = self.numbers.is_fresh(index);
        if is_fresh {
            self.numbers.mark(index);
        }
        is_fresh
    }

    /// Counts a packet sent, with so many bytes of payload, and remembers it for a receiver that may miss it.
    #[inline]
    pub fn record_sent(&mut self, now: Time, sent: &Sent, payload: usize) {
        if self.format.retransmission_ssrc.is_some() {
            self.history.record(now, sent);
        }
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload as u32);
        self.sent_since_report = true;
    }

    /// The sender report that ties this stream's timestamps to the plane's clock (RFC 3550 section 6.4.1), unless
    /// nothing was sent since the last. `ntp` is now by the plane's wall clock, `rtp_time` by the incoming stream.
    pub fn report(&mut self, ntp: u64, rtp_time: u32) -> Option<SenderInfo> {
        std::mem::take(&mut self.sent_since_report).then(|| SenderInfo {
            ssrc: self.format.ssrc,
            ntp,
            rtp_timestamp: self.rewriter.outgoing_timestamp(rtp_time),
            packets: self.packets,
            octets: self.octets,
        })
    }
}
