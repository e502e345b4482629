//! RTP headers: what is read lies inside the packet.

use plane::rtp::{Elements, Header, header_len};

/// Returns whether there was a header.
pub fn check(packet: &[u8]) -> bool {
    let Some(header) = Header::parse(packet) else {
        return false;
    };
    let head = header_len(packet).expect("a header that was read has a length");
    assert_eq!(head + header.payload.len() + header.padding, packet.len());
    if let Some((form, body)) = header.extension {
        assert!(
            Elements::new(form, body)
                .map(|element| element.data.len())
                .sum::<usize>()
                <= body.len()
        );
    }
    true
}
