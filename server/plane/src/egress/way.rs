//! The way to one peer: its keys and address, what it is believed to carry, and what waits for it.

use std::net::SocketAddr;

use super::extension_block::ExtensionBlock;
use super::pacer::Pacer;
use super::reported::{Packet, Reported};
use super::{Format, Link, MAX_DATAGRAM, Path, RedundancyLevel, Retransmissions, Rewritten, Sink};
use crate::bandwidth::{Estimator, Probe, START};
use crate::counters::{Counter, Counters};
use crate::rtp::red::MOST_EARLIER;
use crate::rtp::{Picture, write_header};
use crate::srtp::{RTCP_OVERHEAD, RTP_OVERHEAD, SrtpSender};
use crate::time::{Span, Time};
use crate::transport::FIRST_ROUND_TRIP;

/// Over how many ticks the rate of voices and retransmissions is smoothed: two seconds.
const SMOOTHING: u64 = 20;
/// How many bytes of padding one packet can have (RFC 3550 section 5.1).
const MOST_PADDING: u8 = 255;

/// One packet on its way out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outbound<'a> {
    pub(super) ssrc: u32,
    pub(super) payload_type: u8,
    pub(super) marker: bool,
    pub(super) rewritten: Rewritten,
    /// The number of the packet that it repeats (RFC 4588).
    pub(super) original: Option<u16>,
    /// What is left of its payload: nothing where the packet only fills a gap.
    pub(super) payload: &'a [u8],
    /// Its dependency descriptor; empty where it has none.
    pub(super) descriptor: &'a [u8],
    /// Where the payload's picture numbers stand, and are to be replaced.
    pub(super) picture: Option<&'a Picture>,
    pub(super) audio_level: Option<u8>,
    pub(super) padding: u8,
}

/// A probe that is being sent.
#[derive(Debug)]
struct Probing {
    cluster: u32,
    packets: usize,
    bytes: usize,
    /// How long one packet of the probe takes at its rate.
    interval: Span,
    next: Time,
}

/// The way to one transport's peer.
#[derive(Debug, Default)]
pub(super) struct Way {
    pub(super) sender: Option<Box<SrtpSender>>,
    pub(super) path: Option<Path>,
    /// `None` until anything is sent that the peer reports on.
    pub(super) estimator: Option<Box<Estimator>>,
    pub(super) pacer: Pacer,
    pub(super) retransmissions: Retransmissions,
    /// Which packets of pictures left lately, until reports tell what became of them.
    pub(super) reported: Reported,
    /// How many earlier frames go along with each of audio.
    pub(super) redundancy: usize,
    redundancy_level: RedundancyLevel,
    /// The transport-wide number of the next packet.
    transport_sequence: u16,
    /// Bytes of voices and retransmissions since the last tick, and bit/s of them, smoothed.
    beside_bytes: u64,
    beside_rate: u64,
    last_tick: Time,
    probing: Option<Probing>,
}

impl Way {
    /// The round trip to the peer.
    pub(super) fn round_trip(&self) -> Span {
        let estimator = self.estimator.as_ref();
        estimator.map_or(FIRST_ROUND_TRIP, |estimator| estimator.round_trip())
    }

    /// What the way is believed to carry, in bit/s; `None` where nobody knows.
    pub(super) fn estimate(&self) -> Option<u64> {
        self.estimator
            .as_ref()
            .map(|estimator| estimator.estimate())
    }

    /// The share of packets that the peer tells to be lost, smoothed, 0 to 1.
    pub(super) fn loss(&self) -> f32 {
        let estimator = self.estimator.as_ref();
        estimator.map_or(0.0, |estimator| estimator.loss())
    }

    /// The estimator, made when first there is something to estimate by.
    pub(super) fn estimator(&mut self, now: Time) -> &mut Estimator {
        self.estimator.get_or_insert_with(|| {
            self.pacer.set_rate(now, START);
            Box::new(Estimator::new(now))
        })
    }

    /// Whether a packet of video may leave now: neither the pacer nor what is on its way already holds it back.
    #[inline]
    pub(super) fn may_send_video(&mut self, now: Time) -> bool {
        self.pacer.may_send(now) && !self.is_full(now)
    }

    /// Whether more video would only wait in front of the link.
    #[inline]
    pub(super) fn is_full(&self, now: Time) -> bool {
        let estimator = self.estimator.as_ref();
        estimator.is_some_and(|estimator| estimator.is_full(now))
    }

    /// Time passed, some ten times a second. Gives what is known of the way.
    pub(super) fn tick(&mut self, now: Time) -> Option<Link> {
        let estimator = self.estimator.as_mut()?;
        let passed = now
            .since(std::mem::replace(&mut self.last_tick, now))
            .micros();
        let beside = std::mem::take(&mut self.beside_bytes) * 8_000_000 / passed.max(1);
        self.beside_rate = (self.beside_rate * (SMOOTHING - 1) + beside) / SMOOTHING;
        estimator.tick(now);
        let (rate, loss) = (estimator.estimate(), estimator.loss());
        let link = Link {
            rate,
            beside: self.beside_rate,
            lost: estimator.recent_loss(now),
            round_trip: estimator.measured_round_trip(),
        };
        // Much may be lost where the link is full.
        let level = self.redundancy_level.level_for(loss);
        self.redundancy = if estimator.is_full(now) {
            MOST_EARLIER
        } else {
            level
        };
        self.pacer.set_rate(now, rate);
        self.start_probe(now);
        Some(link)
    }

    /// The peer tells when packets arrived.
    pub(super) fn feedback(
        &mut self,
        now: Time,
        statuses: impl Iterator<Item = (u16, Option<i64>)>,
    ) {
        self.estimator(now);
        let Some(estimator) = &mut self.estimator else {
            return;
        };
        let reported = &mut self.reported;
        let statuses = statuses.inspect(|(number, arrival)| {
            if arrival.is_none() {
                reported.lost(*number);
            }
        });
        estimator.feedback(now, statuses);
        if estimator.is_full(now) {
            self.redundancy = MOST_EARLIER;
        }
        let rate = estimator.estimate();
        self.pacer.set_rate(now, rate);
        self.start_probe(now);
    }

    /// Begins a probe if one is due.
    fn start_probe(&mut self, now: Time) {
        if self.probing.is_none()
            && let Some(estimator) = &mut self.estimator
            && !estimator.is_full(now)
            && let Some(probe) = estimator.take_probe(now)
        {
            self.probing = Some(Probing::new(now, &probe));
        }
    }

    /// When something is to be sent that waits.
    pub(super) fn deadline(&self) -> Option<Time> {
        let probe = self.probing.as_ref().map(|probing| probing.next);
        let lost = (!self.reported.is_empty()).then(|| self.pacer.not_held_until());
        probe
            .into_iter()
            .chain(self.pacer.deadline())
            .chain(lost)
            .min()
    }

    /// Whether a probe is being sent.
    pub(super) fn is_probing(&self) -> bool {
        self.probing.is_some()
    }

    /// There is nothing to send a probe with.
    pub(super) fn stop_probing(&mut self) {
        self.probing = None;
    }

    /// Whether the next packet of the probe is due; it is then taken as sent.
    pub(super) fn take_probe_packet(&mut self, now: Time) -> Option<(u32, u8)> {
        let probing = self.probing.as_mut()?;
        if probing.next > now {
            return None;
        }
        let padding = probing.bytes.clamp(1, usize::from(MOST_PADDING)) as u8;
        probing.next = probing.next + probing.interval;
        probing.packets -= 1;
        let cluster = probing.cluster;
        if probing.packets == 0 {
            self.probing = None;
        }
        Some((cluster, padding))
    }

    /// Writes, protects and sends one packet. Returns whether it went out.
    #[allow(clippy::too_many_arguments)]
    #[inline]
    pub(super) fn send<S: Sink>(
        &mut self,
        now: Time,
        format: &Format,
        packet: &Outbound<'_>,
        probe: Option<u32>,
        block: &mut ExtensionBlock,
        counters: &mut Counters,
        sink: &mut S,
    ) -> bool {
        let (Some(sender), Some(path)) = (&self.sender, &self.path) else {
            return false;
        };
        let buffer = sink.buffer();
        block.set(format, packet.audio_level);
        if !packet.descriptor.is_empty() {
            block.describe(format, packet.descriptor, packet.rewritten.picture_id);
        }
        let header = write_header(
            buffer,
            packet.marker,
            packet.payload_type,
            packet.rewritten.index as u16,
            packet.rewritten.timestamp,
            packet.ssrc,
            block.bytes(),
        );
        let mut len = header;
        if let Some(original) = packet.original {
            buffer[len..len + 2].copy_from_slice(&original.to_be_bytes());
            len += 2;
        }
        let media = len;
        len += packet.payload.len();
        if len + usize::from(packet.padding) + RTP_OVERHEAD > MAX_DATAGRAM {
            counters.count(Counter::DropOversize);
            return false;
        }
        buffer[media..len].copy_from_slice(packet.payload);
        if let Some(picture) = packet.picture.filter(|_| !packet.payload.is_empty()) {
            let Rewritten {
                picture_id,
                tl0_index,
                ..
            } = packet.rewritten;
            picture.rewrite(&mut buffer[media..len], picture_id, tl0_index);
        }
        if packet.padding > 0 {
            // The last byte of the padding counts it, itself included (RFC 3550 section 5.1).
            buffer[0] |= 0x20;
            let end = len + usize::from(packet.padding);
            buffer[len..end].fill(0);
            buffer[end - 1] = packet.padding;
            len = end;
        }
        if let Some(at) = block.sequence_at() {
            buffer[at..at + 2].copy_from_slice(&self.transport_sequence.to_be_bytes());
        }
        let protected = sender.protect_rtp(buffer, header, len, packet.rewritten.index);
        let bytes = protected + below(&path.remote);
        sink.send(protected, path);
        if block.sequence_at().is_some() {
            let sequence = self.transport_sequence;
            self.transport_sequence = sequence.wrapping_add(1);
            // What leaves between a probe's packets takes its share of the link, and tells as much of it.
            let under_way = self.probing.as_ref().map(|probing| probing.cluster);
            let cluster = probe.or(under_way);
            self.estimator(now).sent(now, sequence, bytes, cluster);
            if packet.picture.is_some() {
                let sent = Packet {
                    ssrc: packet.ssrc,
                    sequence: packet.original.unwrap_or(packet.rewritten.index as u16),
                };
                self.reported.record(sequence, sent);
            }
        }
        self.pacer.record_sent(now, bytes);
        if packet.picture.is_none() && probe.is_none() || packet.original.is_some() {
            self.beside_bytes += bytes as u64;
        }
        true
    }

    /// Protects and sends the RTCP packet that `write` puts into the buffer. It returns the packet's length; 0 sends
    /// nothing. Returns whether it was sent.
    pub(super) fn send_rtcp<S: Sink>(
        &mut self,
        sink: &mut S,
        write: impl FnOnce(&mut [u8]) -> usize,
    ) -> bool {
        let (Some(sender), Some(path)) = (&mut self.sender, &self.path) else {
            return false;
        };
        let buffer = sink.buffer();
        let len = write(&mut buffer[..MAX_DATAGRAM - RTCP_OVERHEAD]);
        if len == 0 {
            return false;
        }
        let len = sender.protect_rtcp(buffer, len);
        sink.send(len, path);
        true
    }
}

impl Probing {
    fn new(now: Time, probe: &Probe) -> Self {
        let size = (probe.bytes / probe.packets.max(1)).clamp(1, usize::from(MOST_PADDING));
        let packets = (probe.bytes / size).max(probe.packets);
        let micros = size as u64 * 8 * 1_000_000 / probe.rate.max(1);
        Self {
            cluster: probe.cluster,
            packets,
            bytes: size,
            interval: Span::from_micros(micros),
            next: now,
        }
    }
}

/// How many bytes of headers lie below UDP's payload.
fn below(remote: &SocketAddr) -> usize {
    match remote {
        SocketAddr::V4(_) => 20 + 8,
        SocketAddr::V6(_) => 40 + 8,
    }
}
