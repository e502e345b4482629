//! VP9's payload descriptor: rewriting stays inside it.

use plane::rtp::vp9::Descriptor;

/// Returns whether there was a picture id.
pub fn check(input: (u16, &[u8])) -> bool {
    let (value, payload) = input;
    let Some(before) = Descriptor::parse(payload) else {
        return false;
    };
    let Some(id) = before.picture_id else {
        return false;
    };
    let mut copy = payload.to_vec();
    id.rewrite(&mut copy, value & 0x7fff);
    let after = Descriptor::parse(&copy).expect("a rewritten descriptor is still one");
    assert_eq!(
        Descriptor {
            picture_id: None,
            ..after
        },
        Descriptor {
            picture_id: None,
            ..before
        }
    );
    true
}
