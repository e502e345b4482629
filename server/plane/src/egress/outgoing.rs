//! One outgoing stream: a slot's constant SSRC and its unbroken numbering.

use super::{History, Redundancy, Rewriter, Sent};
use crate::rtcp::SenderInfo;
use crate::rtp::vp8::Descriptor;
use crate::srtp::ReplayWindow;
use crate::time::{Span, Time};

/// For how long a stream is waited for to allow more temporal layers by itself, and for how long after a keyframe was asked
/// for that.
const RISES_WITHIN: Span = Span::from_secs(1);
const RISES_AGAIN: Span = Span::from_secs(4);

/// What SDP agreed for a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Format {
    /// Its SSRC, for ever.
    pub ssrc: u32,
    /// The payload type that the subscriber agreed to.
    pub payload_type: u8,
    /// The extension id of RFC 6464's audio level, where it was agreed.
    pub audio_level_id: Option<u8>,
    /// The extension id of the transport-wide sequence number, where it was agreed.
    pub transport_sequence_id: Option<u8>,
    /// The SSRC and payload type by which lost packets are sent again (RFC 4588), where they were agreed.
    pub retransmission: Option<(u32, u8)>,
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
}

impl Format {
    /// Leaves out what was not agreed.
    pub fn restrict(&mut self, agreed: Agreed) {
        self.transport_sequence_id = self
            .transport_sequence_id
            .filter(|_| agreed.transport_feedback);
        self.retransmission = self.retransmission.filter(|_| agreed.retransmission);
        self.redundancy = self.redundancy.filter(|_| agreed.redundancy);
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
    /// The highest temporal layer that it forwards now.
    temporal: u8,
    /// Since when packets of a layer that is wanted are left out, because the stream did not allow to rise to it.
    held_back: Option<Time>,
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
            history: History::default(),
            redundancy: Redundancy::default(),
            retransmission_index: u64::from(format.ssrc >> 17),
            numbers: ReplayWindow::new(),
            temporal: 0,
            held_back: None,
            packets: 0,
            octets: 0,
            sent_since_report: false,
        }
    }

    /// Whether a packet's temporal layer is of use. Fewer layers from the next frame on; more only where the stream
    /// allows it: at a keyframe, or at a frame that needs no other of its layer (RFC 7741 section 4.2, the Y bit).
    #[inline]
    pub fn admits(&mut self, now: Time, vp8: &Descriptor, wanted: u8) -> bool {
        if vp8.frame_start {
            let may_rise = vp8.layer_sync && vp8.temporal_layer <= wanted;
            if vp8.keyframe_start || wanted < self.temporal {
                self.temporal = wanted;
                self.held_back = None;
            } else if may_rise && vp8.temporal_layer > self.temporal {
                self.temporal = vp8.temporal_layer;
                self.held_back = None;
            }
        }
        let is_admitted = vp8.temporal_layer <= self.temporal;
        if !is_admitted && vp8.temporal_layer <= wanted {
            self.held_back.get_or_insert(now);
        }
        is_admitted
    }

    /// Whether only a keyframe would let more temporal layers through: many encoders allow it nowhere else. It is then
    /// taken as asked for.
    pub fn take_keyframe_wanted(&mut self, now: Time) -> bool {
        let is_wanted = self
            .held_back
            .is_some_and(|since| now.since(since) >= RISES_WITHIN);
        if is_wanted {
            self.held_back = Some(now + RISES_AGAIN);
        }
        is_wanted
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
        if self.format.retransmission.is_some() {
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
