//! What the tester writes into its media, so that receivers know by themselves whose each packet is and when it was sent,
//! and no server has to know of it.

/// How many bytes a stamp has.
pub const LENGTH: usize = 17;
const MAGIC: u16 = 0xBA1A;
const MASK: u64 = (1 << 48) - 1;

/// What stands at the end of a payload: of each one of a microphone's, of the last one of each frame of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// When it was sent: the lower 48 bits of microseconds since 1970, which wrap every nine years.
    pub micros: u64,
    /// The participant that sent it, from 0.
    pub sender: u16,
    /// Which of that one's streams it belongs to.
    pub stream: u8,
    /// The packet's number in its stream, of those that were sent: without gaps.
    pub number: u32,
    /// How many packets, up to this one, are of one frame.
    pub packets: u16,
}

impl Stamp {
    /// As bytes: 16 bits of magic, then the fields in their order.
    pub fn write(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        let time = (u64::from(MAGIC) << 48) | (self.micros & MASK);
        bytes[..8].copy_from_slice(&time.to_be_bytes());
        bytes[8..10].copy_from_slice(&self.sender.to_be_bytes());
        bytes[10] = self.stream;
        bytes[11..15].copy_from_slice(&self.number.to_be_bytes());
        bytes[15..].copy_from_slice(&self.packets.to_be_bytes());
        bytes
    }

    /// The stamp at the end of a payload; `None` where there is none.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let bytes: &[u8; LENGTH] = payload.last_chunk()?;
        let (time, rest) = bytes.split_first_chunk::<8>()?;
        let (sender, rest) = rest.split_first_chunk::<2>()?;
        let (stream, rest) = rest.split_first()?;
        let (number, packets) = rest.split_first_chunk::<4>()?;
        let time = u64::from_be_bytes(*time);
        (time >> 48 == u64::from(MAGIC)).then_some(Self {
            micros: time & MASK,
            sender: u16::from_be_bytes(*sender),
            stream: *stream,
            number: u32::from_be_bytes(*number),
            packets: u16::from_be_bytes(packets.try_into().ok()?),
        })
    }

    /// How many microseconds before `received`, since 1970, it was sent. Clocks that were set back give 0.
    pub fn age(&self, received: u64) -> u64 {
        let age = received.wrapping_sub(self.micros) & MASK;
        if age > MASK / 2 { 0 } else { age }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000_000;

    #[test]
    fn what_is_written_is_read_at_the_end_of_a_payload() {
        let stamp = Stamp {
            micros: NOW & MASK,
            sender: 121,
            stream: 3,
            number: 0x0102_0304,
            packets: 300,
        };
        let mut payload = vec![1, 2, 3];
        payload.extend(stamp.write());
        assert_eq!(Stamp::read(&payload), Some(stamp));
        assert_eq!(Stamp::read(&payload[..payload.len() - 1]), None);
        assert_eq!(Stamp::read(&[0; 40]), None);
        assert_eq!(Stamp::read(&[1]), None);
    }

    #[test]
    fn tells_the_age() {
        let stamp = Stamp {
            micros: NOW & MASK,
            sender: 0,
            stream: 0,
            number: 0,
            packets: 1,
        };
        assert_eq!(stamp.age(NOW + 1_234), 1_234);
        assert_eq!(stamp.age(NOW - 5), 0);
    }
}
