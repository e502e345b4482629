//! The last payloads of one incoming stream, for receivers that missed some of them.

use super::BurstPacket;
use crate::time::{Span, Time};

/// For how long a packet is kept. Whoever asks later has shown a frozen picture for too long: a keyframe serves better.
pub const KEPT: Span = Span::from_secs(1);
/// The most bytes of payload that are kept of a video stream: a second at 2 Mbit/s.
pub const VIDEO_BYTES: usize = 256 * 1_024;

/// Payloads are kept in pages, so that memory grows with the bitrate, and nothing is copied when it does.
const PAGE: usize = 8 * 1_024;
const FEWEST_ENTRIES: usize = 32;
const MOST_ENTRIES: usize = 1_024;

#[derive(Clone, Copy, Debug)]
struct Entry {
    packet: BurstPacket,
    at: Time,
    /// The page that holds the payload, and the page's fill at that time: once it is filled anew, the entry is void.
    page: u32,
    fill: u32,
    start: u16,
    len: u16,
    /// How many bytes of dependency descriptor follow the payload.
    described: u8,
}

#[derive(Debug)]
struct Page {
    bytes: Box<[u8; PAGE]>,
    used: usize,
    /// Counts how often the cache went on to a page; the value of the last time for this one.
    fill: u32,
    /// When the last payload came in.
    newest: Time,
}

/// The last packets of one incoming stream, by packet index. Make one for each stream, and drop it with the stream:
/// another stream may give its indices to other packets, even under the same SSRC, and what is sent again with an SRTP
/// index used before must be the very same (RFC 7714 section 10.1).
#[derive(Debug)]
pub struct SourceCache {
    /// The entry of packet `index` stands at `index` modulo their number, a power of two.
    entries: Vec<Option<Entry>>,
    pages: Vec<Page>,
    page: usize,
    most_pages: usize,
    fills: u32,
}

impl SourceCache {
    /// An empty cache that keeps `most_bytes` of payload at most, as [`VIDEO_BYTES`].
    pub fn new(most_bytes: usize) -> Self {
        Self {
            entries: Vec::new(),
            pages: Vec::new(),
            page: 0,
            most_pages: (most_bytes / PAGE).max(1),
            fills: 0,
        }
    }

    /// Keeps a packet, with its dependency descriptor if it has one. Of two with one index the first is kept; what is larger
    /// than any datagram is not.
    pub fn insert(&mut self, now: Time, packet: &BurstPacket, payload: &[u8], descriptor: &[u8]) {
        let len = payload.len() + descriptor.len();
        if len > PAGE || self.get(now, packet.index).is_some() {
            return;
        }
        self.make_room_for_entry(now, packet.index);
        self.make_room_for_payload(now, len);
        let page = &mut self.pages[self.page];
        let (start, end) = (page.used, page.used + len);
        page.bytes[start..start + payload.len()].copy_from_slice(payload);
        page.bytes[start + payload.len()..end].copy_from_slice(descriptor);
        page.used = end;
        page.newest = now;
        let entry = Entry {
            packet: *packet,
            at: now,
            page: self.page as u32,
            fill: page.fill,
            start: start as u16,
            len: payload.len() as u16,
            described: descriptor.len() as u8,
        };
        let slot = self.slot(packet.index);
        self.entries[slot] = Some(entry);
    }

    /// A packet, its payload and dependency descriptor as its publisher sent them; `None` if it never came, or is not kept
    /// any more.
    pub fn get(&self, now: Time, index: u64) -> Option<(&BurstPacket, &[u8], &[u8])> {
        let entry = self.entries.get(self.slot(index))?.as_ref()?;
        let page = &self.pages[entry.page as usize];
        let is_kept =
            entry.packet.index == index && entry.fill == page.fill && now.since(entry.at) <= KEPT;
        let start = usize::from(entry.start);
        is_kept.then(|| {
            let (payload, after) = page.bytes[start..].split_at(usize::from(entry.len));
            let descriptor = &after[..usize::from(entry.described)];
            (&entry.packet, payload, descriptor)
        })
    }

    /// Whether nothing in it is worth keeping any more.
    pub fn is_stale(&self, now: Time) -> bool {
        self.pages.iter().all(|page| now.since(page.newest) > KEPT)
    }

    fn slot(&self, index: u64) -> usize {
        index as usize & self.entries.len().wrapping_sub(1)
    }

    /// Doubles the table while the entry would drive out one that is worth keeping.
    fn make_room_for_entry(&mut self, now: Time, index: u64) {
        if self.entries.is_empty() {
            self.entries.resize(FEWEST_ENTRIES, None);
        }
        while self.entries.len() < MOST_ENTRIES
            && self.entries[self.slot(index)].is_some_and(|old| now.since(old.at) <= KEPT)
        {
            let old = std::mem::take(&mut self.entries);
            self.entries.resize(2 * old.len(), None);
            for entry in old.into_iter().flatten() {
                let slot = self.slot(entry.packet.index);
                self.entries[slot] = Some(entry);
            }
        }
    }

    /// Goes on to another page if the payload does not fit this one: to the oldest if nothing in it is worth keeping,
    /// or there may be no more pages.
    fn make_room_for_payload(&mut self, now: Time, len: usize) {
        if self
            .pages
            .get(self.page)
            .is_some_and(|page| page.used + len <= PAGE)
        {
            return;
        }
        let oldest = (0..self.pages.len()).min_by_key(|&i| self.pages[i].fill);
        self.fills = self.fills.wrapping_add(1);
        match oldest {
            Some(oldest)
                if self.pages.len() == self.most_pages
                    || now.since(self.pages[oldest].newest) > KEPT =>
            {
                self.page = oldest;
                self.pages[oldest].used = 0;
                self.pages[oldest].fill = self.fills;
            }
            _ => {
                self.page = self.pages.len();
                self.pages.push(Page {
                    bytes: Box::new([0; PAGE]),
                    used: 0,
                    fill: self.fills,
                    newest: now,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::egress::{Burst, Occupant};
    use crate::track::MediaKind;
    use proptest::prelude::*;
    use std::collections::HashMap;

    /// A small cache: a second at 128 kbit/s.
    const AUDIO_BYTES: usize = 16 * 1_024;

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    /// A packet by its index alone.
    fn packet(index: u64) -> BurstPacket {
        let mut burst = Burst::default();
        burst.begin(at(0), Occupant { track: 0, layer: 0 }, MediaKind::Video, 7);
        burst.push(index, index as u32 * 960, true, None, Some(9), &[], &[]);
        burst.packets()[0]
    }

    #[test]
    fn a_packet_is_kept_for_a_second_with_all_that_rewriting_needs() {
        let mut cache = SourceCache::new(AUDIO_BYTES);
        assert!(cache.get(at(0), 1_000).is_none());
        cache.insert(at(0), &packet(1_000), b"opus", b"described");
        cache.insert(at(1), &packet(1_000), b"another", b"");
        let (found, payload, descriptor) = cache.get(at(1_000), 1_000).unwrap();
        assert_eq!(
            (found.timestamp, found.marker, found.audio_level),
            (960_000, true, Some(9))
        );
        assert_eq!(payload, b"opus", "the first one stays");
        assert_eq!(descriptor, b"described");
        assert!(cache.get(at(1_000), 1_000 + MOST_ENTRIES as u64).is_none());
        assert!(cache.get(at(1_001), 1_000).is_none());
    }

    #[test]
    fn memory_follows_the_bitrate_and_then_stays() {
        let mut cache = SourceCache::new(VIDEO_BYTES);
        let mut sizes = Vec::new();
        // 50 packets/s of 100 bytes for a minute, then 200 packets/s of 1,100 bytes for one.
        for i in 0..3_000 {
            cache.insert(at(i * 20), &packet(i), &[1; 100], &[]);
        }
        sizes.push((cache.pages.len(), cache.entries.len()));
        for i in 0..12_000 {
            cache.insert(at(60_000 + i * 5), &packet(3_000 + i), &[2; 1_100], &[]);
        }
        sizes.push((cache.pages.len(), cache.entries.len()));
        assert_eq!(sizes[0], (2, 64));
        assert!(
            sizes[1].0 <= VIDEO_BYTES / PAGE && sizes[1].1 == 256,
            "{sizes:?}"
        );
        let kept = (0..15_000).filter(|&i| cache.get(at(119_995), i).is_some());
        assert_eq!(kept.count(), 201, "a second of it");
    }

    proptest! {
        /// Whatever comes, what is found is what was put in, and the newest is found as far as the bytes reach.
        #[test]
        fn what_is_found_is_what_was_kept(
            packets in proptest::collection::vec((0u64..40, 0i64..8, 0usize..1_500), 1..400),
        ) {
            let mut cache = SourceCache::new(AUDIO_BYTES);
            let mut all: HashMap<u64, Vec<u8>> = HashMap::new();
            let (mut now, mut newest) = (0, 100u64);
            for (n, (wait, step, len)) in packets.into_iter().enumerate() {
                now += wait;
                let index = newest.saturating_add_signed(step - 3);
                newest = newest.max(index);
                let payload = vec![n as u8; len];
                let known = cache.get(at(now), index).is_some();
                cache.insert(at(now), &packet(index), &payload, &[]);
                if !known {
                    all.insert(index, payload);
                }
                for (&index, payload) in &all {
                    if let Some((found, bytes, _)) = cache.get(at(now), index) {
                        prop_assert_eq!(found.index, index);
                        prop_assert_eq!(bytes, &payload[..]);
                    }
                }
                prop_assert!(cache.get(at(now), index).is_some());
                prop_assert!(cache.pages.len() * PAGE <= AUDIO_BYTES);
            }
        }
    }
}
