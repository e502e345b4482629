//! RTP headers: what is read lies inside the packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plane::rtp::{Elements, Header, header_len};

fuzz_target!(|packet: &[u8]| {
    let Some(header) = Header::parse(packet) else { return };
    let head = header_len(packet).expect("a header that was read has a length");
    assert_eq!(head + header.payload.len() + header.padding, packet.len());
    if let Some((form, body)) = header.extension {
        assert!(Elements::new(form, body).map(|element| element.data.len()).sum::<usize>() <= body.len());
    }
});
