//! Reading transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).

use super::transport_feedback::{DELTA_MICROS, REFERENCE_MICROS};
use super::{be16, be32};

/// Where the chunks begin in a message's body.
const HEAD: usize = 16;

/// After how many microseconds the receiver's clock begins anew: the reference time has 24 bits of 64 ms, some 12 days.
/// Whoever compares the times of two messages adds or subtracts this where they lie more than half of it apart.
pub const CLOCK_WRAP_MICROS: i64 = REFERENCE_MICROS.cast_signed() << 24;

/// A receiver tells which packets of a transport arrived, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportFeedback<'a> {
    /// The transport-wide sequence number of the first packet that it speaks of.
    pub base: u16,
    /// How many packets it speaks of.
    pub count: u16,
    /// The receiver's clock that deltas count from, in units of 64 ms; 24 bits, see [`CLOCK_WRAP_MICROS`].
    pub reference: u32,
    /// The message's own number; a gap tells of messages lost.
    pub message: u8,
    chunks: &'a [[u8; 2]],
    deltas: &'a [u8],
}

impl<'a> TransportFeedback<'a> {
    /// Checks the whole message: [`TransportFeedback::arrivals`] then gives exactly `count` items.
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let all = body.get(HEAD..)?;
        let word = be32(body, 12);
        let count = be16(body, 10);
        let (mut told, mut delta_bytes, mut chunks) = (0, 0, 0);
        while told < usize::from(count) {
            let chunk = Chunk::parse(*all.as_chunks().0.get(chunks)?);
            let used = chunk.len.min(usize::from(count) - told);
            delta_bytes += chunk.delta_bytes(used)?;
            told += used;
            chunks += 1;
        }
        let (chunks, deltas) = all.split_at(2 * chunks);
        Some(Self {
            base: be16(body, 8),
            count,
            reference: word >> 8,
            message: word as u8,
            chunks: chunks.as_chunks().0,
            deltas: deltas.get(..delta_bytes)?,
        })
    }

    /// Sequence numbers from `base` on, each with its arrival in microseconds on the receiver's clock, or `None` where
    /// it did not arrive. Times have a resolution of 250 µs, and need not ascend.
    pub fn arrivals(self) -> impl Iterator<Item = (u16, Option<i64>)> + 'a {
        let mut time = i64::from(self.reference) * REFERENCE_MICROS.cast_signed();
        let mut deltas = self.deltas;
        self.chunks
            .iter()
            .flat_map(|&bytes| {
                let chunk = Chunk::parse(bytes);
                (0..chunk.len).map(move |i| chunk.symbol(i))
            })
            .zip(0..self.count)
            .map(move |(symbol, i)| {
                let delta = match symbol {
                    Symbol::Missing => None,
                    Symbol::Small => deltas.split_off_first().map(|&delta| i64::from(delta)),
                    Symbol::Large => deltas
                        .split_off(..2)
                        .map(|delta| i64::from(i16::from_be_bytes([delta[0], delta[1]]))),
                };
                let arrival = delta.map(|delta| {
                    time += delta * DELTA_MICROS;
                    time
                });
                (self.base.wrapping_add(i), arrival)
            })
    }
}

/// What a message says of one packet (section 3.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symbol {
    Missing,
    /// Its delta has one byte, unsigned.
    Small,
    /// Its delta has two bytes, signed.
    Large,
}

/// Some symbols in a row.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    bits: u16,
    /// How many symbols.
    len: usize,
}

impl Chunk {
    fn parse(bytes: [u8; 2]) -> Self {
        let bits = u16::from_be_bytes(bytes);
        let len = match bits >> 14 {
            0b10 => 14,
            0b11 => 7,
            _ => usize::from(bits & 0x1fff),
        };
        Self { bits, len }
    }

    /// The symbol's two bits, as the draft numbers them.
    fn code(self, i: usize) -> u16 {
        match self.bits >> 14 {
            // Status vectors (section 3.1.4) of one bit a packet, then of two.
            0b10 => (self.bits >> (13 - i)) & 1,
            0b11 => (self.bits >> (12 - 2 * i)) & 3,
            // A run (section 3.1.3).
            _ => (self.bits >> 13) & 3,
        }
    }

    fn symbol(self, i: usize) -> Symbol {
        match self.code(i) {
            0 => Symbol::Missing,
            1 => Symbol::Small,
            _ => Symbol::Large,
        }
    }

    /// How many bytes of deltas belong to the first `used` symbols; `None` where one of them is the reserved one.
    fn delta_bytes(self, used: usize) -> Option<usize> {
        let bytes = |code| (code < 3).then_some(usize::from(code));
        if self.bits & 0x8000 == 0 {
            return Some(bytes(self.code(0))? * used);
        }
        (0..used).map(|i| bytes(self.code(i))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MAX_STATUSES, write_transport_feedback};
    use super::*;
    use crate::time::Time;
    use proptest::prelude::*;

    /// A message's body: base 65,535, so many packets, reference 2, message 9.
    fn body(count: u16, rest: &[u8]) -> Vec<u8> {
        let mut body = vec![0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff];
        body.extend(count.to_be_bytes());
        body.extend([0, 0, 2, 9]);
        body.extend(rest);
        body
    }

    fn read(body: &[u8]) -> Vec<(u16, Option<i64>)> {
        TransportFeedback::parse(body).unwrap().arrivals().collect()
    }

    #[test]
    fn every_kind_of_chunk_and_delta_is_read() {
        // A run of two small ones; one bit each: missing, small; two bits each: large, missing, small.
        let chunks = [0x20, 2, 0x90, 0, 0xe1, 0];
        let mut rest = chunks.to_vec();
        // 0.25 ms, 63.75 ms, 1 ms, then twelve missing, -1 ms, and 0.5 ms; one byte of padding.
        rest.extend([1, 255, 4, 0xff, 0xfc, 2, 0]);
        let message = body(2 + 14 + 3, &rest);
        let parsed = TransportFeedback::parse(&message).unwrap();
        assert_eq!(
            (parsed.base, parsed.reference, parsed.message),
            (65_535, 2, 9)
        );
        let arrivals = read(&message);
        assert_eq!(arrivals.len(), 19);
        let came: Vec<_> = arrivals
            .iter()
            .filter_map(|&(sequence, at)| Some((sequence, at? - 128_000)))
            .collect();
        assert_eq!(
            came,
            [
                (65_535, 250),
                (0, 64_000),
                (2, 65_000),
                (15, 64_000),
                (17, 64_500)
            ]
        );
    }

    #[test]
    fn what_runs_past_the_end_or_is_reserved_is_malformed() {
        assert!(TransportFeedback::parse(&body(0, &[])).is_some());
        assert!(
            TransportFeedback::parse(&body(2, &[0x20, 1])).is_none(),
            "a chunk is missing"
        );
        assert!(
            TransportFeedback::parse(&body(2, &[0x20, 2, 7])).is_none(),
            "a delta is missing"
        );
        assert!(
            TransportFeedback::parse(&body(1, &[0x60, 1, 7, 7, 7])).is_none(),
            "reserved"
        );
        assert!(TransportFeedback::parse(&[0; 15]).is_none());
        // An empty run is no progress, yet takes a chunk: it can't hold the reader.
        assert!(TransportFeedback::parse(&body(1, &[0; 64])).is_none());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_to_a_quarter_of_a_millisecond(
            start in 0u64..1_000_000_000,
            base: u16,
            steps in proptest::collection::vec(
                proptest::option::weighted(0.8, prop_oneof![-20_000i64..200_000, 0i64..50_000]), 0..500),
        ) {
            let mut now = start.cast_signed();
            let mut arrivals = vec![Some(Time::from_micros(start))];
            for step in steps {
                arrivals.push(step.map(|step| {
                    now = (now + step).max(0);
                    Time::from_micros(now.cast_unsigned())
                }));
            }
            let mut out = [0; 1400];
            let (len, covered) = write_transport_feedback(&mut out, 1, 2, base, 3, &arrivals);
            prop_assert_eq!(covered, arrivals.len().min(MAX_STATUSES));
            let expected: Vec<_> = arrivals[..covered].iter().enumerate().map(|(i, arrival)| {
                let micros = arrival.map(|at| at.micros().cast_signed() / DELTA_MICROS * DELTA_MICROS);
                (base.wrapping_add(i as u16), micros)
            }).collect();
            prop_assert_eq!(read(&out[4..len]), expected);
        }

        #[test]
        fn random_bytes_never_panic_and_give_as_many_as_they_say(
            count in 0u16..300, rest in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let message = body(count, &rest);
            if let Some(feedback) = TransportFeedback::parse(&message) {
                prop_assert_eq!(feedback.arrivals().count(), usize::from(count));
            }
        }
    }
}
