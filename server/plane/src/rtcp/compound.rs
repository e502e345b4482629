//! Taking a compound packet apart (RFC 3550 section 6.1; reduced-size ones by RFC 5506).

use super::feedback::KeyframeRequest;
use super::nack::Nack;
use super::remb;
use super::report::{ReceptionBlock, SenderInfo};
use super::transport_feedback_reader::TransportFeedback;
use super::{be32, packet_type};

/// One packet of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// A sender report; its reception blocks are left aside, browsers' publishers send none.
    SenderReport(SenderInfo),
    /// The reception blocks of a receiver report.
    ReceiverReport(&'a [[u8; ReceptionBlock::LEN]]),
    /// PLI or FIR.
    KeyframeRequest(KeyframeRequest<'a>),
    /// Packets of one stream are missed.
    Nack(Nack<'a>),
    /// Which packets of a transport arrived, and when.
    TransportFeedback(TransportFeedback<'a>),
    /// REMB: what the receiver believes that it can take.
    Remb {
        /// In bit/s.
        bitrate: u64,
    },
    /// A source has ended; the body holds its SSRCs, four bytes each.
    Bye(&'a [u8]),
    /// Well-formed, and of no use to the plane.
    Other,
}

/// Iterates over a compound. Ends, with `None` as the last item, at the first packet that is not well-formed.
#[derive(Clone, Copy, Debug)]
pub struct Packets<'a> {
    rest: &'a [u8],
}

impl<'a> Packets<'a> {
    /// The packets of a plain (already opened) datagram.
    pub fn new(compound: &'a [u8]) -> Self {
        Self { rest: compound }
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Option<Packet<'a>>;

    fn next(&mut self) -> Option<Option<Packet<'a>>> {
        if self.rest.is_empty() {
            return None;
        }
        let packet = split(&mut self.rest).and_then(|(count, kind, body)| read(count, kind, body));
        if packet.is_none() {
            self.rest = &[];
        }
        Some(packet)
    }
}

fn split<'a>(rest: &mut &'a [u8]) -> Option<(u8, u8, &'a [u8])> {
    let head = rest.get(..4)?;
    if head[0] >> 6 != 2 {
        return None;
    }
    let len = 4 + 4 * usize::from(u16::from_be_bytes([head[2], head[3]]));
    let packet = rest.get(..len)?;
    *rest = &rest[len..];
    let mut body = &packet[4..];
    if head[0] & 0x20 != 0 {
        let padding = usize::from(*body.last()?);
        if padding == 0 || padding > body.len() {
            return None;
        }
        body = &body[..body.len() - padding];
    }
    Some((head[0] & 0x1f, head[1], body))
}

fn read(count: u8, kind: u8, body: &[u8]) -> Option<Packet<'_>> {
    Some(match kind {
        packet_type::SENDER_REPORT => Packet::SenderReport(SenderInfo::parse(body)?),
        packet_type::RECEIVER_REPORT => {
            let blocks = body.get(4..4 + usize::from(count) * ReceptionBlock::LEN)?;
            Packet::ReceiverReport(blocks.as_chunks().0)
        }
        packet_type::BYE => Packet::Bye(body.get(..4 * usize::from(count))?),
        packet_type::TRANSPORT_FEEDBACK | packet_type::PAYLOAD_FEEDBACK if body.len() < 8 => {
            return None;
        }
        packet_type::TRANSPORT_FEEDBACK => match count {
            1 => Packet::Nack(Nack::parse(body)?),
            15 => Packet::TransportFeedback(TransportFeedback::parse(body)?),
            _ => Packet::Other,
        },
        packet_type::PAYLOAD_FEEDBACK => match count {
            1 => Packet::KeyframeRequest(KeyframeRequest::Pli {
                media_ssrc: be32(body, 4),
            }),
            4 => Packet::KeyframeRequest(KeyframeRequest::Fir {
                entries: &body[8..],
            }),
            15 if body[8..].starts_with(remb::IDENTIFIER) => Packet::Remb {
                bitrate: remb::parse_remb(body)?,
            },
            _ => Packet::Other,
        },
        _ => Packet::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{write_nack, write_pli, write_receiver_report, write_transport_feedback};
    use super::*;
    use crate::time::Time;
    use proptest::prelude::*;

    #[test]
    fn a_compound_is_taken_apart_in_order() {
        let mut out = [0; 256];
        let report = write_receiver_report(&mut out, 1, &[]);
        let pli = write_pli(&mut out[report..], 1, 77);
        let packets: Vec<_> = Packets::new(&out[..report + pli]).collect();
        assert_eq!(
            packets,
            [
                Some(Packet::ReceiverReport(&[])),
                Some(Packet::KeyframeRequest(KeyframeRequest::Pli {
                    media_ssrc: 77
                }))
            ]
        );
    }

    #[test]
    fn a_length_past_the_end_ends_the_compound_as_malformed() {
        let mut out = [0; 64];
        let len = write_pli(&mut out, 1, 77);
        out[3] = 9;
        assert_eq!(Packets::new(&out[..len]).collect::<Vec<_>>(), [None]);
    }

    #[test]
    fn every_kind_of_feedback_is_told_apart() {
        let mut out = [0; 256];
        let mut len = write_nack(&mut out, 1, 77, [5, 6]).0;
        let arrivals = [Some(Time::default()), None, Some(Time::default())];
        len += write_transport_feedback(&mut out[len..], 1, 2, 9, 0, &arrivals).0;
        // REMB: 2 * 500,000 bit/s for one stream. Then other application layer feedback.
        let remb = b"\x8f\xce\0\x05\0\0\0\x01\0\0\0\0REMB\x01\x0b\xd0\x90\0\0\0\x07";
        out[len..len + remb.len()].copy_from_slice(remb);
        len += remb.len();
        let other = b"\x8f\xce\0\x02\0\0\0\x01\0\0\0\0";
        out[len..len + other.len()].copy_from_slice(other);
        len += other.len();
        let packets: Vec<_> = Packets::new(&out[..len]).map(Option::unwrap).collect();
        let [
            Packet::Nack(nack),
            Packet::TransportFeedback(feedback),
            Packet::Remb { bitrate: 1_000_000 },
            Packet::Other,
        ] = packets[..]
        else {
            panic!("{packets:?}")
        };
        assert_eq!(nack.sequences().collect::<Vec<_>>(), [5, 6]);
        assert_eq!((feedback.base, feedback.arrivals().count()), (9, 3));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic_and_always_end(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..200), kind in 200u8..207,
        ) {
            if bytes.len() > 4 {
                bytes[0] = 0x80 | (bytes[0] & 0x3f);
                bytes[1] = kind;
                bytes[2] = 0;
                bytes[3] &= 0x0f;
            }
            for packet in Packets::new(&bytes) {
                if let Some(Packet::Nack(nack)) = packet {
                    prop_assert!(nack.sequences().count() <= 17 * bytes.len() / 4);
                }
                if let Some(Packet::TransportFeedback(feedback)) = packet {
                    prop_assert_eq!(feedback.arrivals().count(), usize::from(feedback.count));
                }
                if let Some(Packet::KeyframeRequest(request)) = packet {
                    let _ = request.media_ssrcs().count();
                }
                if let Some(Packet::ReceiverReport(blocks)) = packet {
                    let _ = blocks.iter().map(ReceptionBlock::parse).count();
                }
            }
        }
    }
}
