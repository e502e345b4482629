//! What the plane did, and why it dropped what it dropped.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// One counted thing. Those that begin with `drop_` are datagrams (or, on the way out, copies) thrown away.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Counter { $($(#[$doc])* $variant),* }

        impl Counter {
            /// Every counter, in the order of their indices.
            pub const ALL: &'static [Counter] = &[$(Counter::$variant),*];

            /// The stable name that monitoring sees.
            pub const fn name(self) -> &'static str {
                match self { $(Counter::$variant => $name),* }
            }
        }
    };
}

counters! {
    /// Datagrams taken from the socket.
    Received = "received",
    /// Bytes of them.
    ReceivedBytes = "received_bytes",
    /// RTP packets that arrived, were authentic and belonged to a track.
    RtpReceived = "rtp_received",
    /// RTP packets sent to subscribers.
    Forwarded = "forwarded",
    /// All datagrams handed to the socket.
    Sent = "sent",
    /// Bytes of them.
    SentBytes = "sent_bytes",
    /// Calls that sent them, or messages within one call: several datagrams leave in one where they are segments.
    SentMessages = "sent_messages",
    /// Messages of several segments that the kernel would not cut, sent one by one instead.
    SegmentsRefused = "segments_refused",
    /// Events handed to the control side (Python), of every kind. Media raises none.
    Events = "events",
    /// Connectivity checks answered with success.
    StunAnswered = "stun_answered",
    /// Connectivity checks answered with an error.
    StunRefused = "stun_refused",
    /// Keyframes asked of publishers.
    KeyframesRequested = "keyframes_requested",
    /// Packets asked of publishers again (RFC 4585).
    NacksSent = "nacks_sent",
    /// Packets that a publisher sent again because they were asked for.
    Recovered = "recovered",
    /// Packets that subscribers asked for again.
    NacksReceived = "nacks_received",
    /// Packets sent to subscribers again.
    Retransmitted = "retransmitted",
    /// Padding sent to find out whether a link carries more.
    ProbesSent = "probes_sent",
    /// A slot began to show another stream.
    SlotSwitches = "slot_switches",
    /// Neither STUN, DTLS, SRTP nor SRTCP, or too short.
    DropUnknownProtocol = "drop_unknown_protocol",
    /// Larger than any datagram that the plane takes.
    DropTooLarge = "drop_too_large",
    /// From an address that no transport is bound to.
    DropUnknownAddress = "drop_unknown_address",
    /// A STUN message that is malformed or of no use to an ICE-lite agent.
    DropStunMalformed = "drop_stun_malformed",
    /// A connectivity check for a ufrag that nobody has.
    DropStunUnknownUfrag = "drop_stun_unknown_ufrag",
    /// A connectivity check from an address that is in use by another transport.
    DropAddressTaken = "drop_address_taken",
    /// DTLS beyond the rate that a handshake needs.
    DropDtlsLimited = "drop_dtls_limited",
    /// Media before the handshake was done.
    DropNoKeys = "drop_no_keys",
    /// SRTP that failed authentication.
    DropSrtpAuth = "drop_srtp_auth",
    /// SRTP seen before, or too old to tell.
    DropSrtpReplay = "drop_srtp_replay",
    /// SRTCP that failed authentication.
    DropSrtcpAuth = "drop_srtcp_auth",
    /// SRTCP seen before, or too old to tell.
    DropSrtcpReplay = "drop_srtcp_replay",
    /// More SSRCs on one transport than any browser needs.
    DropTooManySsrcs = "drop_too_many_ssrcs",
    /// Authentic, but not well-formed RTP.
    DropRtpMalformed = "drop_rtp_malformed",
    /// Authentic, but not well-formed RTCP.
    DropRtcpMalformed = "drop_rtcp_malformed",
    /// RTP whose SSRC, mid or rid belongs to no track.
    DropUnknownStream = "drop_unknown_stream",
    /// RTP of a payload type that was not negotiated for its track.
    DropPayloadType = "drop_payload_type",
    /// Padding without media: a bandwidth probe.
    DropPadding = "drop_padding",
    /// A retransmission (RFC 4588) of what has arrived already: a bandwidth probe, or the original was only late.
    DropRetransmission = "drop_retransmission",
    /// Media of a track that is muted by the meeting.
    DropPaused = "drop_paused",
    /// A copy of a temporal layer that its slot has no use for.
    DropTemporalLayer = "drop_temporal_layer",
    /// A copy of a spatial layer that its slot has no use for.
    DropSpatialLayer = "drop_spatial_layer",
    /// A copy of video in a codec that its subscriber does not decode.
    DropCodecRefused = "drop_codec_refused",
    /// AV1 whose dependency descriptor names a structure that did not arrive: it waits for a keyframe.
    DropStructureUnknown = "drop_structure_unknown",
    /// A copy older than the slot's switch to this stream.
    DropBeforeSwitch = "drop_before_switch",
    /// A copy whose number was used before: it must not go out twice (RFC 7714 section 10.1).
    DropSentBefore = "drop_sent_before",
    /// Video that a thin link had no room for within a second.
    DropWaitedTooLong = "drop_waited_too_long",
    /// A packet asked for again that is not kept any more, or was sent again just now.
    DropNackUnanswered = "drop_nack_unanswered",
    /// A retransmission beyond the share of the link that they may take.
    DropNackLimited = "drop_nack_limited",
    /// A copy that would have been larger than a datagram may be.
    DropOversize = "drop_oversize",
    /// A copy of what is heard for a tap that is not emptied.
    DropHeardFull = "drop_heard_full",
    /// Bursts that a shard did not take, because it could not keep up.
    DropHandOverFull = "drop_hand_over_full",
    /// The socket's send buffer was full.
    DropSendBufferFull = "drop_send_buffer_full",
    /// The system refused to send (no route, for example).
    DropSendFailed = "drop_send_failed",
    /// Datagrams that the kernel dropped because the plane did not read in time.
    DropReceiveBufferFull = "drop_receive_buffer_full",
}

/// The plane's own counters, plain numbers owned by one worker.
#[derive(Clone, Debug)]
pub struct Counters([u64; Counter::ALL.len()]);

impl Default for Counters {
    fn default() -> Self {
        Self([0; Counter::ALL.len()])
    }
}

impl Counters {
    /// Counts one.
    #[inline]
    pub fn count(&mut self, counter: Counter) {
        self.0[counter as usize] += 1;
    }

    /// Counts `n` at once.
    #[inline]
    pub fn add(&mut self, counter: Counter, n: u64) {
        self.0[counter as usize] += n;
    }

    /// Sets a counter that somebody else (the kernel) keeps.
    pub fn set(&mut self, counter: Counter, value: u64) {
        self.0[counter as usize] = value;
    }

    /// The count so far.
    pub fn get(&self, counter: Counter) -> u64 {
        self.0[counter as usize]
    }

    /// Adds all that others counted.
    pub fn merge(&mut self, others: &Counters) {
        for (mine, other) in self.0.iter_mut().zip(&others.0) {
            *mine += other;
        }
    }

    /// Makes the numbers visible to readers on other threads.
    pub fn publish(&self, shared: &SharedCounters) {
        for (value, cell) in self.0.iter().zip(&shared.0) {
            cell.store(*value, Ordering::Relaxed);
        }
    }
}

/// The counters as other threads see them, a few milliseconds old.
#[derive(Debug)]
pub struct SharedCounters([AtomicU64; Counter::ALL.len()]);

impl Default for SharedCounters {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; Counter::ALL.len()])
    }
}

impl SharedCounters {
    /// Every counter's name and value.
    pub fn read(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        Counter::ALL
            .iter()
            .map(|&c| (c.name(), self.0[c as usize].load(Ordering::Relaxed)))
    }
}
