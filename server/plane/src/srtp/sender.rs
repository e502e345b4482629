//! One transport's outbound direction.

use super::cipher::{Cipher, ENCRYPTED};
use super::{MasterKey, ssrc_of};

/// Protects what the plane sends to one peer.
pub struct SrtpSender {
    rtp: Cipher,
    rtcp: Cipher,
    next_rtcp_index: u32,
}

impl std::fmt::Debug for SrtpSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SrtpSender(..)")
    }
}

impl SrtpSender {
    /// The sender for the plane's own master key.
    pub fn new(master: &MasterKey) -> Self {
        Self {
            rtp: Cipher::for_rtp(master),
            rtcp: Cipher::for_rtcp(master),
            next_rtcp_index: 0,
        }
    }

    /// How much longer a protected RTP packet is.
    pub fn rtp_overhead(&self) -> usize {
        self.rtp.tag_len()
    }

    /// Protects `packet[..len]`, whose header is `header` bytes long, in place; `packet` must have
    /// [`super::RTP_OVERHEAD`] bytes of room behind `len`. Returns the protected length.
    ///
    /// The caller never uses an index twice for one SSRC with other content: GCM would not survive it
    /// (RFC 7714 section 10.1).
    #[inline]
    pub fn protect_rtp(&self, packet: &mut [u8], header: usize, len: usize, index: u64) -> usize {
        let ssrc = ssrc_of(packet, 8).unwrap_or_default();
        self.rtp.seal_rtp(packet, header, len, ssrc, index)
    }

    /// Protects `packet[..len]` in place; `packet` must have [`super::RTCP_OVERHEAD`] bytes of room behind `len`.
    /// Returns the protected length.
    pub fn protect_rtcp(&mut self, packet: &mut [u8], len: usize) -> usize {
        let ssrc = ssrc_of(packet, 4).unwrap_or_default();
        let index = self.next_rtcp_index;
        // 2^31 packets at a few a second outlast any transport; the mask keeps E its own (RFC 3711 section 3.4).
        self.next_rtcp_index = (index + 1) & !ENCRYPTED;
        self.rtcp.seal_rtcp(packet, len, ssrc, index)
    }
}
