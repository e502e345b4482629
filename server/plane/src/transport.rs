//! A transport: one peer connection's ICE, SRTP and streams.

use std::fmt;

use crate::ice::IceAgent;
use crate::ingress::{Arrivals, RecentLoss, SenderClock, Stream};
use crate::plane::{Measurements, Told};
use crate::rtp::{ExtensionMap, VideoCodec};
use crate::srtp::SrtpReceiver;
use crate::time::{Span, Time};

/// What a payload type stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Opus at 48 kHz.
    Opus,
    /// Video at 90 kHz.
    Video(VideoCodec),
    /// Opus frames, each together with earlier ones (RFC 2198).
    Redundant,
    /// Retransmissions (RFC 4588) of another payload type.
    Retransmission,
}

/// The most streams of one transport: two simulcast cameras with retransmissions, and audio of a voice and a screen.
pub const MAX_STREAMS: usize = 16;
/// What a round trip is taken for before anything is known of it.
pub const FIRST_ROUND_TRIP: Span = Span::from_millis(100);
/// How many DTLS datagrams a second reach the control side from one transport. A handshake needs some ten.
const DTLS_PER_SECOND: u32 = 40;

/// One transport.
pub struct Transport {
    /// The name that the control side gave it.
    pub id: u32,
    /// Whose it is. Nothing is forwarded between transports of one endpoint.
    pub endpoint: u32,
    /// The local ICE username fragment.
    pub ufrag: Box<[u8]>,
    /// Connectivity.
    pub ice: IceAgent,
    /// Inbound keys, when the handshake is done.
    pub receiver: Option<SrtpReceiver>,
    /// The handshake is done, and the shard has the outbound keys.
    pub keyed: bool,
    /// It is within this machine: there is no peer, and nothing to be dead.
    pub local: bool,
    /// It receives slots.
    pub subscribes: bool,
    /// The shard that sends to its peer.
    pub shard: usize,
    /// Which payload type carries what.
    pub codecs: [Option<Codec>; 128],
    /// Its peer sends lost audio packets again too.
    pub audio_nack: bool,
    /// Which extension id stands for what.
    pub extensions: ExtensionMap,
    /// The streams that its peer sends.
    pub streams: Vec<Stream>,
    /// Indices of the tracks that its peer publishes.
    pub tracks: Vec<usize>,
    /// Indices of the slots that its peer receives.
    pub slots: Vec<usize>,
    /// What the link to its peer is believed to carry, in bit/s; `None` while nobody knows.
    pub estimate: Option<u64>,
    /// Since when there are estimates.
    pub estimated: Option<Time>,
    /// What was last told of that.
    pub(crate) told: Option<Told>,
    /// The share of packets lost lately, 0 to 1: on the way down as its peer tells, on the way up as they arrive, before
    /// anything is sent again. `None` while nobody knows.
    pub lost: Option<f32>,
    /// What of the packets of all streams arrived lately.
    pub recent_loss: RecentLoss,
    /// The round trip, smoothed, where the peer tells what arrived.
    pub measured_round_trip: Option<Span>,
    /// What was last told of these.
    pub(crate) told_measurements: Option<Measurements>,
    /// When one of its slots that was paused was last let go on.
    pub resumed: Option<Time>,
    /// What of it goes to voices and retransmissions, in bit/s.
    pub beside: u64,
    /// For transport-wide feedback.
    pub arrivals: Arrivals,
    /// The publisher's wall clock.
    pub clock: SenderClock,
    /// The round trip to the publisher, by how soon lost packets come once they are asked for.
    pub round_trip: Span,
    /// When the next reports are due.
    pub report_due: Time,
    /// Its death has been told.
    pub dead_told: bool,
    dtls_second: Time,
    dtls_count: u32,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("id", &self.id)
            .field("ice", &self.ice)
            .finish_non_exhaustive()
    }
}

impl Transport {
    /// A transport that nobody has connected to yet.
    pub fn new(
        now: Time,
        id: u32,
        endpoint: u32,
        shard: usize,
        ufrag: &str,
        password: &str,
    ) -> Self {
        Self {
            id,
            endpoint,
            ufrag: ufrag.as_bytes().into(),
            ice: IceAgent::new(now, password),
            receiver: None,
            keyed: false,
            local: false,
            subscribes: false,
            shard,
            codecs: [None; 128],
            audio_nack: false,
            extensions: ExtensionMap::default(),
            streams: Vec::with_capacity(MAX_STREAMS),
            tracks: Vec::new(),
            slots: Vec::new(),
            estimate: None,
            estimated: None,
            told: None,
            lost: None,
            recent_loss: RecentLoss::default(),
            measured_round_trip: None,
            told_measurements: None,
            resumed: None,
            beside: 0,
            arrivals: Arrivals::default(),
            clock: SenderClock::default(),
            round_trip: FIRST_ROUND_TRIP,
            // Spread over a second by id, so that many transports do not report at once.
            report_due: now + Span::from_millis(u64::from(id % 20) * 50),
            dead_told: false,
            dtls_second: now,
            dtls_count: 0,
        }
    }

    /// One within this machine, which nobody connects to.
    pub fn new_local(now: Time, id: u32, endpoint: u32) -> Self {
        Self {
            local: true,
            ..Self::new(now, id, endpoint, 0, "", "")
        }
    }

    /// Whether its peer has been silent for too long.
    pub fn is_dead(&self, now: Time) -> bool {
        !self.local && self.ice.is_dead(now)
    }

    /// Whether media can be sent: the handshake is done and the peer's address known.
    #[inline]
    pub fn is_ready(&self) -> bool {
        self.keyed && self.ice.selected().is_some()
    }

    /// Whether one more DTLS datagram may pass to the control side.
    pub fn admit_dtls(&mut self, now: Time) -> bool {
        if now.since(self.dtls_second) >= Span::from_secs(1) {
            self.dtls_second = now;
            self.dtls_count = 0;
        }
        self.dtls_count += 1;
        self.dtls_count <= DTLS_PER_SECOND
    }
}
