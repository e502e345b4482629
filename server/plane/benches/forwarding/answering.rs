//! What the others do in a meeting while one stream comes to them: each tells when packets arrived, reports, and asks again
//! for what it misses.

use std::net::{Ipv4Addr, UdpSocket};

use plane::rtcp::{
    MAX_STATUSES, ReceptionBlock, write_nack, write_receiver_report, write_transport_feedback,
};
use plane::rtp::{Elements, Header};
use plane::time::{Span, Time};

use crate::support::{Peer, RTX, SEQUENCE};

/// How often a browser tells when packets arrived.
const FEEDBACK: Span = Span::from_millis(100);
const REPORT: Span = Span::from_secs(1);
/// One packet of so many is lost on the way.
const LOST_ONE_OF: u16 = 100;
/// 1 % in 1/256.
const FRACTION_LOST: u8 = 3;

/// A browser that watches or hears one slot.
pub struct Listener<'a> {
    peer: Peer,
    socket: &'a UdpSocket,
    port: u16,
    /// Whether it asks for what it misses, as browsers do of pictures.
    asks: bool,
    /// The transport-wide number of the first packet that is not told of yet, and what became of it and those after it.
    base: u16,
    arrivals: Vec<Option<Time>>,
    messages: u8,
    missing: Vec<u16>,
    highest: u16,
    media_ssrc: u32,
    feedback_due: Time,
    report_due: Time,
    /// Packets that were sent again.
    pub recovered: u64,
}

impl<'a> Listener<'a> {
    /// `phase`, from 0 to 1, spreads what all of them tell over time.
    pub fn new(peer: Peer, socket: &'a UdpSocket, port: u16, asks: bool, phase: f64) -> Self {
        let after = |interval: Span| Time::from_micros((interval.micros() as f64 * phase) as u64);
        Self {
            peer,
            socket,
            port,
            asks,
            base: 0,
            arrivals: Vec::with_capacity(MAX_STATUSES),
            messages: 0,
            missing: Vec::new(),
            highest: 0,
            media_ssrc: 0,
            feedback_due: after(FEEDBACK),
            report_due: after(REPORT),
            recovered: 0,
        }
    }

    /// Reads what came, and loses one of a hundred packets.
    pub fn read(&mut self, now: Time) {
        let mut buffer = [0; 2048];
        while let Ok(len) = self.socket.recv(&mut buffer) {
            // SRTP leaves the header readable, and listeners need no more of it.
            let Some(header) = Header::parse(&buffer[..len]) else {
                continue;
            };
            let number = header.extension.and_then(|(form, body)| {
                let element = Elements::new(form, body).find(|element| element.id == SEQUENCE)?;
                Some(u16::from_be_bytes(element.data.try_into().ok()?))
            });
            let Some(number) = number else { continue };
            let is_lost = number % LOST_ONE_OF == self.peer.id as u16 % LOST_ONE_OF;
            self.arrived(number, (!is_lost).then_some(now));
            if header.payload_type == RTX {
                self.recovered += u64::from(!is_lost);
                continue;
            }
            self.media_ssrc = header.ssrc;
            self.highest = header.sequence;
            if is_lost && self.asks {
                self.missing.push(header.sequence);
            }
        }
    }

    fn arrived(&mut self, number: u16, at: Option<Time>) {
        let index = usize::from(number.wrapping_sub(self.base));
        if index < MAX_STATUSES {
            self.arrivals
                .resize(self.arrivals.len().max(index + 1), None);
            self.arrivals[index] = at;
        }
    }

    /// Tells what is due; whether it was anything.
    pub fn answer(&mut self, now: Time) -> bool {
        let mut out = [0; 1400];
        let answers = self.is_due(now);
        if !self.missing.is_empty() {
            let (len, _) = write_nack(&mut out, 1, self.media_ssrc, self.missing.drain(..));
            self.send(&out[..len]);
        }
        if self.feedback_due <= now {
            self.feedback_due = self.feedback_due + FEEDBACK;
            let (len, covered) = write_transport_feedback(
                &mut out,
                1,
                self.media_ssrc,
                self.base,
                self.messages,
                &self.arrivals,
            );
            if len > 0 {
                self.messages = self.messages.wrapping_add(1);
                self.base = self.base.wrapping_add(covered as u16);
                self.arrivals.drain(..covered);
                self.send(&out[..len]);
            }
        }
        if self.report_due <= now {
            self.report_due = self.report_due + REPORT;
            let block = ReceptionBlock {
                ssrc: self.media_ssrc,
                fraction_lost: FRACTION_LOST,
                highest_sequence: self.highest.into(),
                ..ReceptionBlock::default()
            };
            let len = write_receiver_report(&mut out, 1, &[block]);
            self.send(&out[..len]);
        }
        answers
    }

    fn is_due(&self, now: Time) -> bool {
        !self.missing.is_empty() || self.feedback_due <= now || self.report_due <= now
    }

    fn send(&mut self, plain: &[u8]) {
        let datagram = self.peer.rtcp(plain);
        let sent = self
            .socket
            .send_to(&datagram, (Ipv4Addr::LOCALHOST, self.port));
        sent.expect("loopback");
    }
}
