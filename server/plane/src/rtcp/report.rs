//! Sender and receiver reports (RFC 3550 section 6.4), and the CNAME that goes with the former (section 6.5).

use super::{be32, packet_type, write_head};
use crate::time::Span;

/// The sender's part of a sender report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// Of which stream.
    pub ssrc: u32,
    /// When it was sent, in NTP's 32.32 format, by the sender's clock.
    pub ntp: u64,
    /// The same moment in ticks of the stream's RTP clock.
    pub rtp_timestamp: u32,
    /// RTP packets sent so far.
    pub packets: u32,
    /// Bytes of payload sent so far.
    pub octets: u32,
}

impl SenderInfo {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let body = body.get(..24)?;
        Some(Self {
            ssrc: be32(body, 0),
            ntp: (u64::from(be32(body, 4)) << 32) | u64::from(be32(body, 8)),
            rtp_timestamp: be32(body, 12),
            packets: be32(body, 16),
            octets: be32(body, 20),
        })
    }

    /// The middle 32 bits of the NTP timestamp, which a receiver echoes as LSR.
    pub fn compact_ntp(&self) -> u32 {
        (self.ntp >> 16) as u32
    }
}

/// One reception block: how one stream arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceptionBlock {
    /// Of which stream.
    pub ssrc: u32,
    /// Share lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the beginning; 24 bits, signed.
    pub cumulative_lost: i32,
    /// The highest sequence number, with its cycles in front.
    pub highest_sequence: u32,
    /// Interarrival jitter in ticks of the stream's RTP clock.
    pub jitter: u32,
    /// The compact NTP time of the last sender report, or 0.
    pub last_sender_report: u32,
    /// How long ago that was, in 1/65536 s.
    pub delay_since: u32,
}

impl ReceptionBlock {
    /// The length of one block in bytes.
    pub const LEN: usize = 24;

    /// Reads one block.
    pub fn parse(block: &[u8; Self::LEN]) -> Self {
        let lost = be32(block, 4);
        Self {
            ssrc: be32(block, 0),
            fraction_lost: (lost >> 24) as u8,
            // Sign-extend from 24 bits.
            cumulative_lost: (lost << 8).cast_signed() >> 8,
            highest_sequence: be32(block, 8),
            jitter: be32(block, 12),
            last_sender_report: be32(block, 16),
            delay_since: be32(block, 20),
        }
    }

    /// The share lost since the last report, from 0 to 1.
    pub fn loss(&self) -> f32 {
        f32::from(self.fraction_lost) / 256.0
    }

    /// The round trip that it tells of (RFC 3550 section 6.4.1) when it arrives at `now`, compact NTP time of the clock
    /// that the sender reports are written by. `None` where the receiver has not seen a sender report yet, zero where
    /// rounding, or a lie, makes it negative.
    pub fn round_trip(&self, now: u32) -> Option<Span> {
        if self.last_sender_report == 0 {
            return None;
        }
        let units = now
            .wrapping_sub(self.last_sender_report)
            .wrapping_sub(self.delay_since)
            .cast_signed()
            .max(0);
        Some(Span::from_micros(
            u64::from(units.cast_unsigned()) * 1_000_000 / 65_536,
        ))
    }

    fn write(&self, out: &mut [u8]) {
        let lost = (u32::from(self.fraction_lost) << 24)
            | (self.cumulative_lost.cast_unsigned() & 0x00ff_ffff);
        for (word, value) in out.chunks_exact_mut(4).zip([
            self.ssrc,
            lost,
            self.highest_sequence,
            self.jitter,
            self.last_sender_report,
            self.delay_since,
        ]) {
            word.copy_from_slice(&value.to_be_bytes());
        }
    }
}

/// Writes a sender report without reception blocks, followed by a source description with the CNAME `balai`.
/// Returns its length.
pub fn write_sender_report(out: &mut [u8], info: &SenderInfo) -> usize {
    const REPORT: usize = 28;
    const DESCRIPTION: usize = 20;
    write_head(out, 0, packet_type::SENDER_REPORT, REPORT);
    out[4..8].copy_from_slice(&info.ssrc.to_be_bytes());
    out[8..16].copy_from_slice(&info.ntp.to_be_bytes());
    out[16..20].copy_from_slice(&info.rtp_timestamp.to_be_bytes());
    out[20..24].copy_from_slice(&info.packets.to_be_bytes());
    out[24..28].copy_from_slice(&info.octets.to_be_bytes());
    let description = &mut out[REPORT..REPORT + DESCRIPTION];
    write_head(description, 1, packet_type::SOURCE_DESCRIPTION, DESCRIPTION);
    description[4..8].copy_from_slice(&info.ssrc.to_be_bytes());
    // Item CNAME, five bytes; then the list's end, padded to a word.
    description[8..20].copy_from_slice(b"\x01\x05balai\0\0\0\0\0");
    REPORT + DESCRIPTION
}

/// Writes a receiver report with at most 31 blocks. Returns its length.
pub fn write_receiver_report(out: &mut [u8], sender_ssrc: u32, blocks: &[ReceptionBlock]) -> usize {
    let blocks = &blocks[..blocks.len().min(31)];
    let len = 8 + blocks.len() * ReceptionBlock::LEN;
    write_head(out, blocks.len() as u8, packet_type::RECEIVER_REPORT, len);
    out[4..8].copy_from_slice(&sender_ssrc.to_be_bytes());
    for (block, out) in blocks
        .iter()
        .zip(out[8..].chunks_exact_mut(ReceptionBlock::LEN))
    {
        block.write(out);
    }
    len
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, Packets};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_round_trip_is_what_the_receiver_did_not_hold() {
        // The example of RFC 3550's figure 2.
        let mut block = ReceptionBlock {
            last_sender_report: 0xb705_2000,
            delay_since: 0x0005_4000,
            ..Default::default()
        };
        let now = 0xb710_8000;
        assert_eq!(
            block.round_trip(now),
            Some(Span::from_micros(6_125_000)),
            "11.375 s less 5.25 s"
        );
        block.delay_since = 0x000b_6001;
        assert_eq!(block.round_trip(now), Some(Span::default()));
        block.last_sender_report = 0;
        assert_eq!(block.round_trip(now), None);
    }

    proptest! {
        #[test]
        fn reports_read_back(
            ssrc: u32, ntp: u64, rtp_timestamp: u32, packets: u32, octets: u32,
            fraction_lost: u8, cumulative_lost in -0x80_0000i32..0x80_0000, jitter: u32,
        ) {
            let info = SenderInfo { ssrc, ntp, rtp_timestamp, packets, octets };
            let block = ReceptionBlock { ssrc, fraction_lost, cumulative_lost, jitter, ..Default::default() };
            let mut out = [0; 256];
            let sent = write_sender_report(&mut out, &info);
            let received = write_receiver_report(&mut out[sent..], 1, &[block, block]);
            let read: Vec<_> = Packets::new(&out[..sent + received]).map(Option::unwrap).collect();
            prop_assert_eq!(read[0], Packet::SenderReport(info));
            prop_assert_eq!(read[1], Packet::Other);
            let Packet::ReceiverReport(blocks) = read[2] else { panic!("not a receiver report") };
            prop_assert_eq!(blocks.iter().map(ReceptionBlock::parse).collect::<Vec<_>>(), [block, block]);
        }
    }
}
