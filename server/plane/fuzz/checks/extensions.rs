//! Header extensions: what is read can be written, and reads back the same.

use plane::rtp::{Elements, ExtensionForm, ExtensionWriter};

/// Returns whether any extension was read.
pub fn check(input: (bool, &[u8])) -> bool {
    let (two_byte, body) = input;
    let form = if two_byte {
        ExtensionForm::TwoByte
    } else {
        ExtensionForm::OneByte
    };
    let mut writer = ExtensionWriter::default();
    let kept: Vec<_> = Elements::new(form, body)
        .filter(|e| writer.push(e.id, e.data))
        .collect();
    let mut out = [0; plane::rtp::MAX_BLOCK];
    let len = writer.finish(&mut out);
    if len > 0 {
        let profile = u16::from_be_bytes([out[0], out[1]]);
        let form = ExtensionForm::from_profile(profile).expect("a form of RFC 8285");
        assert_eq!(Elements::new(form, &out[4..len]).collect::<Vec<_>>(), kept);
    }
    !kept.is_empty()
}
