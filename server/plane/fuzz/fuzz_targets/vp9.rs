//! VP9's payload descriptor: rewriting stays inside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plane::rtp::vp9::Descriptor;

fuzz_target!(|input: (u16, &[u8])| {
    let (value, payload) = input;
    let Some(before) = Descriptor::parse(payload) else { return };
    let Some(id) = before.picture_id else { return };
    let mut copy = payload.to_vec();
    id.rewrite(&mut copy, value & 0x7fff);
    let after = Descriptor::parse(&copy).expect("a rewritten descriptor is still one");
    assert_eq!(Descriptor { picture_id: None, ..after }, Descriptor { picture_id: None, ..before });
});
