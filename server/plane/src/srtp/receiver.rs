//! One transport's inbound direction.

use super::cipher::Cipher;
use super::replay::ReplayWindow;
use super::{MasterKey, Rejected, ssrc_of};
use crate::rtp::header_len;

/// How many SSRCs one transport may send. A browser with two simulcast cameras and RTX needs 14.
pub(super) const MAX_SSRCS: usize = 32;

/// Opens what the peer sends. Remembers a rollover counter and a replay window for each SSRC.
pub struct SrtpReceiver {
    rtp: Cipher,
    rtcp: Cipher,
    rtp_windows: Vec<(u32, ReplayWindow)>,
    rtcp_windows: Vec<(u32, ReplayWindow)>,
}

impl std::fmt::Debug for SrtpReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SrtpReceiver(..)")
    }
}

impl SrtpReceiver {
    /// The receiver for the peer's master key.
    pub fn new(master: &MasterKey) -> Self {
        Self {
            rtp: Cipher::for_rtp(master),
            rtcp: Cipher::for_rtcp(master),
            rtp_windows: Vec::with_capacity(MAX_SSRCS),
            rtcp_windows: Vec::with_capacity(MAX_SSRCS),
        }
    }

    /// Opens an SRTP packet in place. Returns the plain length and the 48-bit packet index (RFC 3711 section 3.3.1).
    #[inline]
    pub fn unprotect_rtp(&mut self, packet: &mut [u8]) -> Result<(usize, u64), Rejected> {
        let header = header_len(packet).ok_or(Rejected::Malformed)?;
        let ssrc = ssrc_of(packet, 8).ok_or(Rejected::Malformed)?;
        let seq = u16::from_be_bytes([packet[2], packet[3]]);
        let window = self
            .rtp_windows
            .iter_mut()
            .find(|(known, _)| *known == ssrc);
        let index = match &window {
            Some((_, window)) => guess_index(window.highest(), seq),
            None => u64::from(seq),
        };
        if window
            .as_ref()
            .is_some_and(|(_, window)| !window.is_fresh(index))
        {
            return Err(Rejected::Replay);
        }
        let len = self.rtp.open_rtp(packet, header, ssrc, index)?;
        mark(&mut self.rtp_windows, ssrc, index)?;
        Ok((len, index))
    }

    /// Opens an SRTCP packet in place. Returns the plain length.
    pub fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, Rejected> {
        let ssrc = ssrc_of(packet, 4).ok_or(Rejected::Malformed)?;
        let (index, plain) = self.rtcp.rtcp_index(packet)?;
        let window = self.rtcp_windows.iter().find(|(known, _)| *known == ssrc);
        if window.is_some_and(|(_, window)| !window.is_fresh(u64::from(index))) {
            return Err(Rejected::Replay);
        }
        self.rtcp.open_rtcp(packet, plain, ssrc, index)?;
        mark(&mut self.rtcp_windows, ssrc, u64::from(index))?;
        Ok(plain)
    }
}

fn mark(windows: &mut Vec<(u32, ReplayWindow)>, ssrc: u32, index: u64) -> Result<(), Rejected> {
    if let Some((_, window)) = windows.iter_mut().find(|(known, _)| *known == ssrc) {
        window.mark(index);
        return Ok(());
    }
    if windows.len() == MAX_SSRCS {
        return Err(Rejected::TooManySsrcs);
    }
    let mut window = ReplayWindow::new();
    window.mark(index);
    windows.push((ssrc, window));
    Ok(())
}

/// The index nearest to the highest one so far that ends in `seq` (RFC 3711 appendix A).
fn guess_index(highest: Option<u64>, seq: u16) -> u64 {
    let Some(highest) = highest else {
        return u64::from(seq);
    };
    let step = i64::from(seq.wrapping_sub(highest as u16) as i16);
    highest.checked_add_signed(step).unwrap_or(u64::from(seq))
}
