//! One ICE/DTLS/SRTP association over one UDP socket, with the bad link that it may have to get through.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

use str0m::bwe::Bitrate;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig, RtcError};

use crate::network::{Direction, Link};

/// What a way up is believed to carry before anything is known of it, in bit/s.
const FIRST_ESTIMATE: u64 = 300_000;
/// Far enough for a timer that is not needed.
const LATER: Duration = Duration::from_secs(3_600);

/// What the socket did.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    /// Datagrams sent.
    pub sent: u64,
    /// Bytes of them.
    pub sent_bytes: u64,
    /// Datagrams received.
    pub received: u64,
    /// Bytes of them.
    pub received_bytes: u64,
    /// Datagrams that this machine did not take: its own fault, and not the server's.
    pub not_sent: u64,
    /// Datagrams that the kernel dropped because this process did not read in time.
    pub not_read: u64,
}

struct Datagram {
    bytes: Vec<u8>,
    put: Instant,
    arrival: u64,
}

/// A transport.
pub struct Transport {
    /// The association; [`Transport::settle`] must follow whatever is done to it.
    pub rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    remote: SocketAddr,
    link: Option<(Direction<Datagram>, Direction<Datagram>)>,
    timeout: Instant,
    /// Counted so far.
    pub counts: Counts,
}

impl Transport {
    /// Over a bound socket, to the media port of the server, the address of which its SDP told.
    pub fn new(socket: UdpSocket, link: Option<(Link, u64)>, now: Instant) -> io::Result<Self> {
        let local = socket.local_addr()?;
        // Whoever has a good link sends what is watched; the others what their own estimate (str0m's) says.
        let estimate = link.is_some().then_some(Bitrate::bps(FIRST_ESTIMATE));
        let mut rtc = RtcConfig::new()
            .enable_bwe(estimate)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .set_rtp_mode(true)
            .set_stats_interval(None)
            .build(now);
        let candidate = Candidate::host(local, "udp").map_err(io::Error::other)?;
        rtc.add_local_candidate(candidate);
        let link = link.map(|(link, seed)| {
            let back = seed.wrapping_mul(31).wrapping_add(1);
            (Direction::new(link, seed), Direction::new(link, back))
        });
        let counts = Counts::default();
        Ok(Self {
            rtc,
            socket,
            local,
            remote: local,
            link,
            timeout: now,
            counts,
        })
    }

    /// Takes the server's answer to an offer of ours.
    pub fn accept_answer(&mut self, pending: SdpPendingOffer, sdp: &str) -> Result<(), String> {
        let answer = SdpAnswer::from_sdp_string(sdp).map_err(|e| e.to_string())?;
        self.rtc
            .sdp_api()
            .accept_answer(pending, answer)
            .map_err(|e| e.to_string())?;
        self.find_server(sdp)
    }

    /// Answers the server's offer.
    pub fn answer(&mut self, sdp: &str) -> Result<String, String> {
        // Who is offered the choice takes the active role in a browser, and begins the handshake (RFC 8842 section 5.3);
        // str0m would wait.
        let offer = SdpOffer::from_sdp_string(&sdp.replace("a=setup:actpass", "a=setup:passive"))
            .map_err(|e| e.to_string())?;
        let answer = self
            .rtc
            .sdp_api()
            .accept_offer(offer)
            .map_err(|e| e.to_string())?;
        self.find_server(sdp)?;
        Ok(answer.to_sdp_string())
    }

    /// The first candidate of our own address family, to which the socket is then bound: this is what a browser would
    /// choose, and the kernel then drops what comes from elsewhere.
    fn find_server(&mut self, sdp: &str) -> Result<(), String> {
        let candidates = sdp
            .lines()
            .filter_map(|line| line.strip_prefix("a=candidate:"));
        let addresses = candidates.filter_map(|candidate| {
            let words: Vec<&str> = candidate.split_whitespace().collect();
            let udp = words
                .get(2)
                .is_some_and(|protocol| protocol.eq_ignore_ascii_case("udp"));
            udp.then_some(())?;
            Some(SocketAddr::new(
                words.get(4)?.parse().ok()?,
                words.get(5)?.parse().ok()?,
            ))
        });
        let mut ours = addresses.filter(|address| address.is_ipv4() == self.local.is_ipv4());
        self.remote = ours
            .next()
            .ok_or("the server's SDP has no candidate that is reached from here")?;
        self.socket
            .connect(self.remote)
            .map_err(|error| error.to_string())
    }

    /// Takes a datagram that came to the socket at `arrival`, in microseconds since 1970.
    pub fn receive(
        &mut self,
        now: Instant,
        bytes: &[u8],
        arrival: u64,
        on_event: &mut dyn FnMut(Event, u64),
    ) -> Result<(), RtcError> {
        if let Some((_, inbound)) = &mut self.link {
            inbound.send(
                now,
                bytes.len(),
                Datagram {
                    bytes: bytes.to_vec(),
                    put: now,
                    arrival,
                },
            );
            return Ok(());
        }
        self.take(now, bytes, arrival, on_event)
    }

    fn take(
        &mut self,
        now: Instant,
        bytes: &[u8],
        arrival: u64,
        on_event: &mut dyn FnMut(Event, u64),
    ) -> Result<(), RtcError> {
        self.counts.received += 1;
        self.counts.received_bytes += bytes.len() as u64;
        let Ok(received) = Receive::new(Protocol::Udp, self.remote, self.local, bytes) else {
            return Ok(());
        };
        self.rtc.handle_input(Input::Receive(now, received))?;
        self.drain(now, arrival, on_event)
    }

    /// Lets time pass, delivers what the emulated link held back, and sends what is to be sent.
    pub fn settle(
        &mut self,
        now: Instant,
        on_event: &mut dyn FnMut(Event, u64),
    ) -> Result<(), RtcError> {
        while let Some((at, datagram)) = self
            .link
            .as_mut()
            .and_then(|(_, inbound)| inbound.arrived(now))
        {
            let arrival = datagram.arrival + (at - datagram.put).as_micros() as u64;
            self.take(now, &datagram.bytes, arrival, on_event)?;
        }
        while let Some((_, datagram)) = self
            .link
            .as_mut()
            .and_then(|(outbound, _)| outbound.arrived(now))
        {
            self.put(&datagram.bytes);
        }
        self.rtc.handle_input(Input::Timeout(now))?;
        self.drain(now, 0, on_event)
    }

    fn drain(
        &mut self,
        now: Instant,
        arrival: u64,
        on_event: &mut dyn FnMut(Event, u64),
    ) -> Result<(), RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.timeout = at.min(now + LATER);
                    return Ok(());
                }
                Output::Event(event) => on_event(event, arrival),
                Output::Transmit(datagram) => match &mut self.link {
                    Some((outbound, _)) => {
                        let bytes = datagram.contents.to_vec();
                        outbound.send(
                            now,
                            bytes.len(),
                            Datagram {
                                bytes,
                                put: now,
                                arrival: 0,
                            },
                        );
                    }
                    None => self.put(&datagram.contents),
                },
            }
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.counts.sent += 1;
        self.counts.sent_bytes += bytes.len() as u64;
        if let Err(error) = self.socket.send(bytes) {
            // A refused port is told here, at the datagram after: the server is gone, which ICE will notice.
            self.counts.not_sent += u64::from(error.kind() != io::ErrorKind::ConnectionRefused);
        }
    }

    /// When [`Transport::settle`] must be called at the latest.
    pub fn due(&self) -> Instant {
        let held = self
            .link
            .iter()
            .flat_map(|(outbound, inbound)| [outbound.next(), inbound.next()]);
        held.flatten().fold(self.timeout, Instant::min)
    }
}

impl AsRawFd for Transport {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}
