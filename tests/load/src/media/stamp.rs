//! The sending time, carried within the media itself, so that no server has to know of it.

/// How many bytes a stamp has.
pub const LENGTH: usize = 8;
const MAGIC: u16 = 0xBA1A;
const MASK: u64 = (1 << 48) - 1;

/// Eight bytes that say when a packet was sent: 16 bits of magic, then the lower 48 bits of `micros`, microseconds
/// since 1970 (they wrap every nine years).
pub fn write(micros: u64) -> [u8; LENGTH] {
    ((u64::from(MAGIC) << 48) | (micros & MASK)).to_be_bytes()
}

/// How many microseconds before `received` the packet was sent whose payload ends with a stamp; `None` where there is
/// no stamp. Clocks that were set back give 0.
pub fn age(payload: &[u8], received: u64) -> Option<u64> {
    let bytes: [u8; LENGTH] = payload.last_chunk().copied()?;
    let stamp = u64::from_be_bytes(bytes);
    if stamp >> 48 != u64::from(MAGIC) {
        return None;
    }
    let age = received.wrapping_sub(stamp) & MASK;
    Some(if age > MASK / 2 { 0 } else { age })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_age() {
        let now = 1_800_000_000_000_000;
        let mut payload = vec![1, 2, 3];
        payload.extend(write(now));
        assert_eq!(age(&payload, now + 1_234), Some(1_234));
        assert_eq!(age(&payload, now - 5), Some(0));
        assert_eq!(age(&[0; 20], now), None);
        assert_eq!(age(&[1], now), None);
    }
}
