//! Numbers that do not end at bytes.

/// Reads bits, the high ones of each byte first.
#[derive(Clone, Copy, Debug)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// In bits from the start.
    at: usize,
}

impl<'a> BitReader<'a> {
    /// A reader at the start of `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// A number of `count` bits, 32 at most. `None` past the end.
    pub(super) fn bits(&mut self, count: usize) -> Option<u32> {
        let mut value = 0u64;
        let end = self.at + count;
        while self.at < end {
            let byte = *self.bytes.get(self.at / 8)?;
            let taken = (8 - self.at % 8).min(end - self.at);
            let below = 8 - self.at % 8 - taken;
            value = value << taken | u64::from(byte) >> below & ((1 << taken) - 1);
            self.at += taken;
        }
        Some(value as u32)
    }

    /// A single bit.
    pub(super) fn flag(&mut self) -> Option<bool> {
        Some(self.bits(1)? != 0)
    }

    /// Passes over `count` bits. `None` past the end.
    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// A number below `values`, which takes one bit less where it is small (`ns(n)` of the AV1 specification). `values` is
    /// at least 1.
    pub(super) fn non_symmetric(&mut self, values: u32) -> Option<u32> {
        let width = 32 - values.leading_zeros() as usize;
        let short = (1u32 << width) - values;
        let value = self.bits(width - 1)?;
        if value < short {
            return Some(value);
        }
        Some((value << 1) - short + self.bits(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn five_values_take_two_or_three_bits() {
        // 00, 01, 10, 110, 111, as in section A.8.2 of the RTP specification for AV1.
        let mut reader = BitReader::new(&[0b0001_1011, 0b0111_0000]);
        let values: Vec<_> = (0..5).map(|_| reader.non_symmetric(5).unwrap()).collect();
        assert_eq!(values, [0, 1, 2, 3, 4]);
        assert_eq!(reader.non_symmetric(1), Some(0), "one value takes no bit");
        assert_eq!(reader.bits(4), Some(0));
        assert_eq!(reader.flag(), None);
    }

    proptest! {
        #[test]
        fn numbers_come_back_however_they_lie(fields in proptest::collection::vec((any::<u32>(), 0usize..=32), 0..20)) {
            let mut bits = String::new();
            for &(value, count) in &fields {
                bits.push_str(&format!("{value:032b}")[32 - count..]);
            }
            let padded = format!("{bits:0<width$}", width = bits.len().next_multiple_of(8));
            let bytes: Vec<u8> = padded.as_bytes().chunks(8)
                .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
                .collect();
            let mut reader = BitReader::new(&bytes);
            for (value, count) in fields {
                let mask = (1u64 << count) - 1;
                prop_assert_eq!(reader.bits(count), Some((u64::from(value) & mask) as u32));
            }
            prop_assert_eq!(reader.bits(8), None);
        }
    }
}
