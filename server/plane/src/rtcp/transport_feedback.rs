//! Writing transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).

use super::{packet_type, write_head};
use crate::time::Time;

/// How many packets one feedback message may speak of, so that it fits a datagram whatever came.
pub const MAX_STATUSES: usize = 400;
/// The unit of a receive delta, in microseconds.
pub(super) const DELTA_MICROS: i64 = 250;
/// The unit of the reference time, in microseconds.
pub(super) const REFERENCE_MICROS: u64 = 64_000;
const HEAD: usize = 20;
/// Symbols in one two-bit status vector chunk (section 3.1.4).
const VECTOR: usize = 7;
/// The longest run of one run-length chunk (section 3.1.3).
const LONGEST_RUN: usize = 0x1fff;

/// Writes one feedback message about packets `base`, `base + 1`, …: when each arrived, if it did.
///
/// Returns its length and how many of `arrivals` it covers: fewer than all when a gap in time is too wide for one
/// message, in which case the rest belongs into the next. `(0, 0)` when none arrived.
pub fn write_transport_feedback(
    out: &mut [u8],
    sender_ssrc: u32,
    media_ssrc: u32,
    base: u16,
    count: u8,
    arrivals: &[Option<Time>],
) -> (usize, usize) {
    let Some(first) = arrivals.iter().flatten().next() else {
        return (0, 0);
    };
    let reference = first.micros() / REFERENCE_MICROS;
    let mut previous = (reference * REFERENCE_MICROS).cast_signed() / DELTA_MICROS;
    let mut symbols = [0u8; MAX_STATUSES];
    let mut deltas = [0i16; MAX_STATUSES];
    let mut covered = 0;
    for arrival in arrivals.iter().take(MAX_STATUSES) {
        if let Some(arrival) = arrival {
            let at = arrival.micros().cast_signed() / DELTA_MICROS;
            let Ok(delta) = i16::try_from(at - previous) else {
                break;
            };
            symbols[covered] = if (0..=255).contains(&delta) { 1 } else { 2 };
            deltas[covered] = delta;
            previous = at;
        }
        covered += 1;
    }
    let mut at = HEAD;
    let mut rest = &symbols[..covered];
    while let Some(&symbol) = rest.first() {
        let run = rest
            .iter()
            .take(LONGEST_RUN)
            .take_while(|&&s| s == symbol)
            .count();
        let (chunk, taken) = if run >= VECTOR || run == rest.len() {
            ((u16::from(symbol) << 13) | run as u16, run)
        } else {
            let taken = rest.len().min(VECTOR);
            let mut bits = 0xC000u16;
            for (i, &symbol) in rest[..taken].iter().enumerate() {
                bits |= u16::from(symbol) << (12 - 2 * i);
            }
            (bits, taken)
        };
        out[at..at + 2].copy_from_slice(&chunk.to_be_bytes());
        at += 2;
        rest = &rest[taken..];
    }
    for (symbol, delta) in symbols[..covered].iter().zip(deltas) {
        match symbol {
            1 => {
                out[at] = delta as u8;
                at += 1;
            }
            2 => {
                out[at..at + 2].copy_from_slice(&delta.to_be_bytes());
                at += 2;
            }
            _ => {}
        }
    }
    let len = at.next_multiple_of(4);
    out[at..len].fill(0);
    write_head(out, 15, packet_type::TRANSPORT_FEEDBACK, len);
    if len > at {
        out[0] |= 0x20;
        out[len - 1] = (len - at) as u8;
    }
    out[4..8].copy_from_slice(&sender_ssrc.to_be_bytes());
    out[8..12].copy_from_slice(&media_ssrc.to_be_bytes());
    out[12..14].copy_from_slice(&base.to_be_bytes());
    out[14..16].copy_from_slice(&(covered as u16).to_be_bytes());
    out[16..20].copy_from_slice(&(((reference as u32) << 8) | u32::from(count)).to_be_bytes());
    (len, covered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads a message back as the draft says, independently of how the writer chose its chunks.
    fn read(message: &[u8]) -> (u16, Vec<Option<i64>>) {
        let be16 = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
        let (base, total) = (be16(12), usize::from(be16(14)));
        let reference = i64::from(u32::from_be_bytes([
            0,
            message[16],
            message[17],
            message[18],
        ]));
        let mut symbols = Vec::new();
        let mut at = HEAD;
        while symbols.len() < total {
            let chunk = be16(at);
            at += 2;
            if chunk & 0x8000 == 0 {
                symbols.extend(std::iter::repeat_n(
                    chunk >> 13,
                    usize::from(chunk & 0x1fff),
                ));
            } else {
                symbols.extend((0..7).map(|i| (chunk >> (12 - 2 * i)) & 3));
            }
        }
        let mut time = reference * 64_000;
        let mut arrivals = Vec::new();
        for symbol in &symbols[..total] {
            arrivals.push(match symbol {
                1 => {
                    time += i64::from(message[at]) * 250;
                    at += 1;
                    Some(time)
                }
                2 => {
                    time += i64::from(i16::from_be_bytes([message[at], message[at + 1]])) * 250;
                    at += 2;
                    Some(time)
                }
                _ => None,
            });
        }
        (base, arrivals)
    }

    proptest! {
        #[test]
        fn every_arrival_reads_back_to_a_quarter_of_a_millisecond(
            start in 0u64..1_000_000_000,
            steps in proptest::collection::vec(proptest::option::weighted(0.8, -20_000i64..200_000), 0..500),
        ) {
            let mut now = start.cast_signed();
            let mut arrivals = vec![None, None, Some(Time::from_micros(start))];
            for step in steps {
                arrivals.push(step.map(|step| {
                    now = (now + step).max(0);
                    Time::from_micros(now.cast_unsigned())
                }));
            }
            let mut out = [0; 1400];
            let (len, covered) = write_transport_feedback(&mut out, 1, 2, 65_530, 3, &arrivals);
            prop_assert_eq!(len % 4, 0);
            let (base, read) = read(&out[..len]);
            prop_assert_eq!(base, 65_530);
            prop_assert_eq!(read.len(), covered);
            prop_assert_eq!(covered, arrivals.len().min(MAX_STATUSES));
            for (read, arrival) in read.iter().zip(&arrivals) {
                let expected = arrival.map(|t| t.micros().cast_signed() / 250 * 250);
                prop_assert_eq!(*read, expected);
            }
        }
    }

    #[test]
    fn a_gap_too_wide_for_one_message_is_left_to_the_next() {
        let arrivals = [
            Some(Time::from_micros(0)),
            Some(Time::from_micros(60_000_000)),
        ];
        let mut out = [0; 100];
        assert_eq!(
            write_transport_feedback(&mut out, 1, 2, 0, 0, &arrivals).1,
            1
        );
    }
}
