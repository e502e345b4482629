//! Session keys from a master key (RFC 3711 section 4.3), with a key derivation rate of zero.

use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

use super::MasterKey;

/// RFC 3711 section 4.3.1 and 4.3.2.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Label {
    RtpEncryption = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpEncryption = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

/// AES in counter mode over zeros: the PRF of RFC 3711 section 4.3.3.
pub(super) fn derive<const N: usize>(master: &MasterKey, label: Label) -> [u8; N] {
    let mut iv = [0; 16];
    iv[..14].copy_from_slice(&master.salt);
    iv[7] ^= label as u8;
    let mut out = [0; N];
    apply_keystream(&counter_mode(&master.key), iv, &mut out);
    out
}

/// The key of AES-128 in counter mode.
pub(super) fn counter_mode(key: &[u8; 16]) -> EncryptingKey {
    UnboundCipherKey::new(&AES_128, key)
        .and_then(EncryptingKey::ctr)
        .expect("a 16-byte key is right for AES-128")
}

/// XORs the keystream from `iv` on into `data`; encrypting and decrypting are the same.
pub(super) fn apply_keystream(key: &EncryptingKey, iv: [u8; 16], data: &mut [u8]) {
    key.less_safe_encrypt(data, EncryptionContext::Iv128(FixedLength::from(iv)))
        .expect("counter mode takes any length");
}

#[cfg(test)]
mod tests {
    use super::super::Profile;
    use super::*;

    #[test]
    fn the_vectors_of_rfc_3711_appendix_b3_come_out() {
        let key = [
            0xE1, 0xF9, 0x7A, 0x0D, 0x3E, 0x01, 0x8B, 0xE0, 0xD6, 0x4F, 0xA3, 0x2C, 0x06, 0xDE,
            0x41, 0x39,
        ];
        let salt = [
            0x0E, 0xC6, 0x75, 0xAD, 0x49, 0x8A, 0xFE, 0xEB, 0xB6, 0x96, 0x0B, 0x3A, 0xAB, 0xE6,
        ];
        let master = MasterKey::new(Profile::Aes128CmSha1_80, &key, &salt).unwrap();
        assert_eq!(
            derive::<16>(&master, Label::RtpEncryption),
            [
                0xC6, 0x1E, 0x7A, 0x93, 0x74, 0x4F, 0x39, 0xEE, 0x10, 0x73, 0x4A, 0xFE, 0x3F, 0xF7,
                0xA0, 0x87
            ]
        );
        assert_eq!(
            derive::<14>(&master, Label::RtpSalt),
            [
                0x30, 0xCB, 0xBC, 0x08, 0x86, 0x3D, 0x8C, 0x85, 0xD4, 0x9D, 0xB3, 0x4A, 0x9A, 0xE1
            ]
        );
        assert_eq!(
            derive::<20>(&master, Label::RtpAuthentication),
            [
                0xCE, 0xBE, 0x32, 0x1F, 0x6F, 0xF7, 0x71, 0x6B, 0x6F, 0xD4, 0xAB, 0x49, 0xAF, 0x25,
                0x6A, 0x15, 0x6D, 0x38, 0xBA, 0xA4
            ]
        );
    }
}
