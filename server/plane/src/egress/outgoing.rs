//! One outgoing stream: a slot's constant SSRC and its unbroken numbering.

use super::Rewriter;
use crate::rtcp::SenderInfo;
use crate::rtp::vp8::Descriptor;

/// What SDP agreed for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Its SSRC, for ever.
    pub ssrc: u32,
    /// The payload type that the subscriber agreed to.
    pub payload_type: u8,
    /// The extension id of RFC 6464's audio level, where it was agreed.
    pub audio_level_id: Option<u8>,
    /// The RTP clock in Hz.
    pub clock_rate: u32,
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
    /// The SSRC of the stream that it is switched to.
    pub source: Option<u32>,
    /// The highest temporal layer that it forwards now.
    temporal: u8,
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
            source: None,
            temporal: 0,
            packets: 0,
            octets: 0,
            sent_since_report: false,
        }
    }

    /// Whether a packet's temporal layer is of use. Fewer layers from the next frame on; more only where the stream
    /// allows it: at a keyframe, or at a frame that needs no other of its layer (RFC 7741 section 4.2, the Y bit).
    #[inline]
    pub fn admits(&mut self, vp8: &Descriptor, wanted: u8) -> bool {
        if vp8.frame_start {
            let may_rise = vp8.layer_sync && vp8.temporal_layer <= wanted;
            if vp8.keyframe_start || wanted < self.temporal {
                self.temporal = wanted;
            } else if may_rise && vp8.temporal_layer > self.temporal {
                self.temporal = vp8.temporal_layer;
            }
        }
        vp8.temporal_layer <= self.temporal
    }

    /// Counts a packet sent.
    #[inline]
    pub fn record_sent(&mut self, payload: usize) {
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
