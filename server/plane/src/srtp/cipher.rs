//! The two transforms behind one face: seal and open a packet whose framing is already known.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::EncryptingKey;
use aws_lc_rs::{constant_time, hmac};

use super::derivation::{Label, apply_keystream, counter_mode, derive};
use super::{MasterKey, Profile, Rejected};

/// The tag of AEAD_AES_128_GCM (RFC 7714 section 12).
const GCM_TAG: usize = 16;
/// The tag of HMAC-SHA1-80 (RFC 3711 section 4.2).
const SHA1_TAG: usize = 10;

/// The session keys of one direction, for RTP or for RTCP.
pub(super) enum Cipher {
    Gcm {
        key: LessSafeKey,
        salt: [u8; 12],
    },
    CounterMode {
        key: Box<EncryptingKey>,
        salt: [u8; 14],
        authentication: Box<hmac::Key>,
    },
}

impl Cipher {
    pub(super) fn for_rtp(master: &MasterKey) -> Self {
        Self::derived(
            master,
            Label::RtpEncryption,
            Label::RtpSalt,
            Label::RtpAuthentication,
        )
    }

    pub(super) fn for_rtcp(master: &MasterKey) -> Self {
        Self::derived(
            master,
            Label::RtcpEncryption,
            Label::RtcpSalt,
            Label::RtcpAuthentication,
        )
    }

    fn derived(master: &MasterKey, encryption: Label, salt: Label, authentication: Label) -> Self {
        let key: [u8; 16] = derive(master, encryption);
        match master.profile {
            Profile::AeadAes128Gcm => Cipher::Gcm {
                key: LessSafeKey::new(
                    UnboundKey::new(&AES_128_GCM, &key).expect("16 bytes are right"),
                ),
                salt: derive(master, salt),
            },
            Profile::Aes128CmSha1_80 => Cipher::CounterMode {
                key: Box::new(counter_mode(&key)),
                salt: derive(master, salt),
                authentication: Box::new(hmac::Key::new(
                    hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                    &derive::<20>(master, authentication),
                )),
            },
        }
    }

    pub(super) fn tag_len(&self) -> usize {
        match self {
            Cipher::Gcm { .. } => GCM_TAG,
            Cipher::CounterMode { .. } => SHA1_TAG,
        }
    }

    /// Seals `packet[header..len]` in place and writes the tag behind it. Returns the new length.
    #[inline]
    pub(super) fn seal_rtp(
        &self,
        packet: &mut [u8],
        header: usize,
        len: usize,
        ssrc: u32,
        index: u64,
    ) -> usize {
        match self {
            Cipher::Gcm { key, salt } => {
                let (head, rest) = packet.split_at_mut(header);
                let (body, tag) = rest.split_at_mut(len - header);
                let nonce = gcm_nonce(salt, ssrc, index);
                let made = key
                    .seal_in_place_separate_tag(nonce, Aad::from(&*head), body)
                    .expect("a datagram is far shorter than GCM's limit");
                tag[..GCM_TAG].copy_from_slice(made.as_ref());
                len + GCM_TAG
            }
            Cipher::CounterMode {
                key,
                salt,
                authentication,
            } => {
                apply_keystream(key, counter_iv(salt, ssrc, index), &mut packet[header..len]);
                let tag = rtp_tag(authentication, &packet[..len], index);
                packet[len..len + SHA1_TAG].copy_from_slice(&tag.as_ref()[..SHA1_TAG]);
                len + SHA1_TAG
            }
        }
    }

    /// Checks and opens a packet in place. Returns the length without the tag.
    #[inline]
    pub(super) fn open_rtp(
        &self,
        packet: &mut [u8],
        header: usize,
        ssrc: u32,
        index: u64,
    ) -> Result<usize, Rejected> {
        let plain = packet
            .len()
            .checked_sub(self.tag_len())
            .filter(|&n| n >= header);
        let plain = plain.ok_or(Rejected::Malformed)?;
        match self {
            Cipher::Gcm { key, salt } => {
                let (head, body) = packet.split_at_mut(header);
                key.open_in_place(gcm_nonce(salt, ssrc, index), Aad::from(&*head), body)
                    .map_err(|_| Rejected::Auth)?;
            }
            Cipher::CounterMode {
                key,
                salt,
                authentication,
            } => {
                let (body, tag) = packet.split_at_mut(plain);
                let expected = rtp_tag(authentication, body, index);
                constant_time::verify_slices_are_equal(&expected.as_ref()[..SHA1_TAG], tag)
                    .map_err(|_| Rejected::Auth)?;
                apply_keystream(key, counter_iv(salt, ssrc, index), &mut body[header..]);
            }
        }
        Ok(plain)
    }

    /// Seals an RTCP packet of `len` bytes in place, with its index word. Returns the new length.
    pub(super) fn seal_rtcp(&self, packet: &mut [u8], len: usize, ssrc: u32, index: u32) -> usize {
        let word = (index | ENCRYPTED).to_be_bytes();
        match self {
            Cipher::Gcm { key, salt } => {
                let nonce = gcm_nonce(salt, ssrc, u64::from(index));
                let aad = rtcp_aad(packet, word);
                let (body, rest) = packet[RTCP_HEADER..].split_at_mut(len - RTCP_HEADER);
                let made = key
                    .seal_in_place_separate_tag(nonce, Aad::from(aad), body)
                    .expect("a datagram is far shorter than GCM's limit");
                rest[..GCM_TAG].copy_from_slice(made.as_ref());
                rest[GCM_TAG..GCM_TAG + 4].copy_from_slice(&word);
                len + GCM_TAG + 4
            }
            Cipher::CounterMode {
                key,
                salt,
                authentication,
            } => {
                let iv = counter_iv(salt, ssrc, u64::from(index));
                apply_keystream(key, iv, &mut packet[RTCP_HEADER..len]);
                packet[len..len + 4].copy_from_slice(&word);
                let tag = hmac::sign(authentication, &packet[..len + 4]);
                packet[len + 4..len + 4 + SHA1_TAG].copy_from_slice(&tag.as_ref()[..SHA1_TAG]);
                len + 4 + SHA1_TAG
            }
        }
    }

    /// The index of a protected RTCP packet, and its length without tag and index word.
    ///
    /// An unencrypted one (RFC 3711 section 3.4, E = 0) is refused: WebRTC has none.
    pub(super) fn rtcp_index(&self, packet: &[u8]) -> Result<(u32, usize), Rejected> {
        let plain = packet
            .len()
            .checked_sub(self.tag_len() + 4)
            .filter(|&n| n >= RTCP_HEADER);
        let plain = plain.ok_or(Rejected::Malformed)?;
        let at = match self {
            Cipher::Gcm { .. } => packet.len() - 4,
            Cipher::CounterMode { .. } => plain,
        };
        let word = super::ssrc_of(packet, at).ok_or(Rejected::Malformed)?;
        if word & ENCRYPTED == 0 {
            return Err(Rejected::Auth);
        }
        Ok((word & !ENCRYPTED, plain))
    }

    /// Checks and opens an RTCP packet in place; `plain` and `index` come from [`Cipher::rtcp_index`].
    pub(super) fn open_rtcp(
        &self,
        packet: &mut [u8],
        plain: usize,
        ssrc: u32,
        index: u32,
    ) -> Result<(), Rejected> {
        match self {
            Cipher::Gcm { key, salt } => {
                let aad = rtcp_aad(packet, (index | ENCRYPTED).to_be_bytes());
                let body = &mut packet[RTCP_HEADER..plain + GCM_TAG];
                key.open_in_place(
                    gcm_nonce(salt, ssrc, u64::from(index)),
                    Aad::from(aad),
                    body,
                )
                .map_err(|_| Rejected::Auth)?;
            }
            Cipher::CounterMode {
                key,
                salt,
                authentication,
            } => {
                let (body, tag) = packet.split_at_mut(plain + 4);
                let expected = hmac::sign(authentication, body);
                constant_time::verify_slices_are_equal(&expected.as_ref()[..SHA1_TAG], tag)
                    .map_err(|_| Rejected::Auth)?;
                let iv = counter_iv(salt, ssrc, u64::from(index));
                apply_keystream(key, iv, &mut body[RTCP_HEADER..plain]);
            }
        }
        Ok(())
    }
}

/// What SRTCP leaves in the clear: the first header and the sender's SSRC.
const RTCP_HEADER: usize = 8;
/// The E flag in front of the SRTCP index.
pub(super) const ENCRYPTED: u32 = 0x8000_0000;

/// RFC 7714 section 8.1 (RTP) and 9.1 (RTCP): SSRC and packet index XOR the salt.
fn gcm_nonce(salt: &[u8; 12], ssrc: u32, index: u64) -> Nonce {
    let mut iv = [0; 12];
    iv[2..6].copy_from_slice(&ssrc.to_be_bytes());
    iv[6..12].copy_from_slice(&index.to_be_bytes()[2..]);
    for (byte, salt) in iv.iter_mut().zip(salt) {
        *byte ^= salt;
    }
    Nonce::assume_unique_for_key(iv)
}

/// RFC 3711 section 4.1.1.
fn counter_iv(salt: &[u8; 14], ssrc: u32, index: u64) -> [u8; 16] {
    let mut iv = [0; 16];
    iv[..14].copy_from_slice(salt);
    for (byte, x) in iv[4..8].iter_mut().zip(ssrc.to_be_bytes()) {
        *byte ^= x;
    }
    for (byte, x) in iv[8..14].iter_mut().zip(&index.to_be_bytes()[2..]) {
        *byte ^= x;
    }
    iv
}

/// RFC 3711 section 4.2: the tag covers the packet and the rollover counter.
fn rtp_tag(key: &hmac::Key, packet: &[u8], index: u64) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(packet);
    context.update(&((index >> 16) as u32).to_be_bytes());
    context.sign()
}

/// RFC 7714 section 9.2.
fn rtcp_aad(packet: &[u8], word: [u8; 4]) -> [u8; RTCP_HEADER + 4] {
    let mut aad = [0; RTCP_HEADER + 4];
    aad[..RTCP_HEADER].copy_from_slice(&packet[..RTCP_HEADER]);
    aad[RTCP_HEADER..].copy_from_slice(&word);
    aad
}
