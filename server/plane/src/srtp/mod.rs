//! SRTP and SRTCP (RFC 3711) with AEAD_AES_128_GCM (RFC 7714) and AES128_CM_HMAC_SHA1_80 (RFC 5764).
//!
//! The packet framing and key derivation stand here; every cipher, MAC and comparison is aws-lc's.

mod cipher;
mod derivation;
mod receiver;
mod replay;
mod sender;

pub use receiver::SrtpReceiver;
pub(crate) use replay::ReplayWindow;
pub use sender::SrtpSender;

/// Room to leave behind an RTP packet for what protection adds: the longest authentication tag.
pub const RTP_OVERHEAD: usize = 16;
/// Room to leave behind an RTCP packet: the tag and the index word (RFC 3711 section 3.4).
pub const RTCP_OVERHEAD: usize = 20;

/// The protection profiles that a handshake may choose (RFC 5764 section 4.1.2, RFC 7714 section 14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// SRTP_AEAD_AES_128_GCM, the preferred one.
    AeadAes128Gcm,
    /// SRTP_AES128_CM_SHA1_80, which every WebRTC endpoint has.
    Aes128CmSha1_80,
}

impl Profile {
    /// Bytes of master key.
    pub const fn key_len(self) -> usize {
        16
    }

    /// Bytes of master salt.
    pub const fn salt_len(self) -> usize {
        match self {
            Profile::AeadAes128Gcm => 12,
            Profile::Aes128CmSha1_80 => 14,
        }
    }
}

/// A master key and salt for one direction.
#[derive(Clone)]
pub struct MasterKey {
    pub(crate) profile: Profile,
    pub(crate) key: [u8; 16],
    /// As RFC 3711's key derivation wants it: a 96-bit salt is padded on the right (RFC 7714 section 11).
    pub(crate) salt: [u8; 14],
}

impl MasterKey {
    /// Takes the keying material of one direction. `None` when a length is wrong for the profile.
    pub fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Option<Self> {
        if salt.len() != profile.salt_len() {
            return None;
        }
        let mut padded = [0; 14];
        padded[..salt.len()].copy_from_slice(salt);
        Some(Self {
            profile,
            key: key.try_into().ok()?,
            salt: padded,
        })
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MasterKey")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

/// Why a packet was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// Too short, or a header that runs past the end.
    Malformed,
    /// The tag is wrong.
    Auth,
    /// Seen before, or too old to tell.
    Replay,
    /// One SSRC too many.
    TooManySsrcs,
}

fn ssrc_of(packet: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(packet.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(profile: Profile) -> (SrtpSender, SrtpReceiver) {
        let master = MasterKey::new(profile, &[7; 16], &[9; 14][..profile.salt_len()]).unwrap();
        (SrtpSender::new(&master), SrtpReceiver::new(&master))
    }

    fn packet(seq: u16, ssrc: u32, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x80, 96];
        packet.extend(seq.to_be_bytes());
        packet.extend(1234u32.to_be_bytes());
        packet.extend(ssrc.to_be_bytes());
        packet.extend(payload);
        packet
    }

    fn protect(sender: &SrtpSender, index: u64, plain: &[u8]) -> Vec<u8> {
        let mut out = plain.to_vec();
        out.resize(plain.len() + RTP_OVERHEAD, 0);
        let len = sender.protect_rtp(&mut out, 12, plain.len(), index);
        out.truncate(len);
        out
    }

    const PROFILES: [Profile; 2] = [Profile::AeadAes128Gcm, Profile::Aes128CmSha1_80];

    #[test]
    fn what_one_side_protects_the_other_reads() {
        for profile in PROFILES {
            let (sender, mut receiver) = pair(profile);
            let plain = packet(5, 42, b"hello there");
            let mut wire = protect(&sender, 5, &plain);
            assert_ne!(&wire[12..23], b"hello there");
            assert_eq!(receiver.unprotect_rtp(&mut wire), Ok((plain.len(), 5)));
            assert_eq!(&wire[..plain.len()], &plain[..]);
        }
    }

    #[test]
    fn a_replayed_packet_is_refused() {
        for profile in PROFILES {
            let (sender, mut receiver) = pair(profile);
            let wire = protect(&sender, 5, &packet(5, 42, b"x"));
            assert!(receiver.unprotect_rtp(&mut wire.clone()).is_ok());
            assert_eq!(
                receiver.unprotect_rtp(&mut wire.clone()),
                Err(Rejected::Replay)
            );
        }
    }

    #[test]
    fn the_rollover_counter_is_followed_across_the_wrap_and_reordering() {
        for profile in PROFILES {
            let (sender, mut receiver) = pair(profile);
            for index in [
                65_533u64, 65_534, 65_536, 65_535, 65_537, 90_000, 110_000, 131_070, 131_073,
                131_072,
            ] {
                let mut wire = protect(&sender, index, &packet(index as u16, 42, b"x"));
                assert_eq!(
                    receiver.unprotect_rtp(&mut wire).map(|(_, i)| i),
                    Ok(index),
                    "{index}"
                );
            }
        }
    }

    #[test]
    fn rtcp_goes_both_ways_once() {
        for profile in PROFILES {
            let (mut sender, mut receiver) = pair(profile);
            let plain = [0x80, 201, 0, 1, 0, 0, 0, 9];
            let mut out = plain.to_vec();
            out.extend([1, 2, 3, 4]);
            let len = out.len();
            out.resize(len + RTCP_OVERHEAD, 0);
            let protected = sender.protect_rtcp(&mut out, len);
            out.truncate(protected);
            let mut copy = out.clone();
            assert_eq!(receiver.unprotect_rtcp(&mut out), Ok(len));
            assert_eq!(&out[8..12], &[1, 2, 3, 4]);
            assert_eq!(receiver.unprotect_rtcp(&mut copy), Err(Rejected::Replay));
        }
    }

    #[test]
    fn no_more_streams_are_remembered_than_a_browser_needs() {
        let (sender, mut receiver) = pair(Profile::AeadAes128Gcm);
        let mut refused = 0;
        for ssrc in 0..200 {
            let mut wire = protect(&sender, 1, &packet(1, ssrc, b"x"));
            refused +=
                usize::from(receiver.unprotect_rtp(&mut wire) == Err(Rejected::TooManySsrcs));
        }
        assert_eq!(refused, 200 - receiver::MAX_SSRCS);
    }

    proptest! {
        #[test]
        fn any_changed_bit_is_refused(profile in 0usize..2, bit in 0usize..(12 + 20 + 10) * 8) {
            let (sender, mut receiver) = pair(PROFILES[profile]);
            let mut wire = protect(&sender, 5, &packet(5, 42, &[3; 20]));
            wire[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(receiver.unprotect_rtp(&mut wire).is_err());
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for profile in PROFILES {
                let (_, mut receiver) = pair(profile);
                prop_assert!(receiver.unprotect_rtp(&mut bytes.clone()).is_err());
                prop_assert!(receiver.unprotect_rtcp(&mut bytes.clone()).is_err());
            }
        }
    }
}
