//! STUN messages (RFC 8489) as far as an ICE-lite agent (RFC 8445) meets them.

use std::net::{IpAddr, SocketAddr};

use aws_lc_rs::hmac;

/// RFC 8489 section 5.
pub const MAGIC_COOKIE: u32 = 0x2112_A442;
const HEADER: usize = 20;
const INTEGRITY: usize = 24;
const FINGERPRINT: usize = 8;
const FINGERPRINT_XOR: u32 = 0x5354_554e;
/// The longest message that this module writes.
pub const MAX_RESPONSE: usize = 128;

const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

const ATTR_USERNAME: u16 = 0x0006;
const ATTR_MESSAGE_INTEGRITY: u16 = 0x0008;
const ATTR_ERROR_CODE: u16 = 0x0009;
const ATTR_UNKNOWN_ATTRIBUTES: u16 = 0x000A;
const ATTR_XOR_MAPPED_ADDRESS: u16 = 0x0020;
const ATTR_PRIORITY: u16 = 0x0024;
const ATTR_USE_CANDIDATE: u16 = 0x0025;
const ATTR_FINGERPRINT: u16 = 0x8028;
const ATTR_ICE_CONTROLLED: u16 = 0x8029;

/// The key of a transport's MESSAGE-INTEGRITY: its own ICE password (RFC 8445 section 7.2.2).
#[derive(Clone)]
pub struct IntegrityKey(hmac::Key);

impl IntegrityKey {
    /// The key for an ICE password.
    pub fn new(password: &str) -> Self {
        Self(hmac::Key::new(
            hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            password.as_bytes(),
        ))
    }
}

impl std::fmt::Debug for IntegrityKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IntegrityKey(..)")
    }
}

/// Why a message was not taken for a connectivity check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Not a Binding request: a response or an indication, which an ICE-lite agent has no use for.
    NotABindingRequest,
    /// Lengths that do not add up, or no magic cookie.
    Framing,
    /// FINGERPRINT is missing, not last, or wrong.
    Fingerprint,
}

/// A Binding request whose framing and fingerprint are right. Its integrity is not yet known.
#[derive(Clone, Copy, Debug)]
pub struct BindingRequest<'a> {
    message: &'a [u8],
    username: Option<&'a [u8]>,
    /// Where MESSAGE-INTEGRITY begins.
    integrity: Option<usize>,
    /// USE-CANDIDATE stood there: the peer nominates this pair.
    pub nominates: bool,
    /// ICE-CONTROLLED stood there: the peer takes itself for controlled, as an ICE-lite agent always is.
    pub peer_is_controlled: bool,
    /// The first comprehension-required attribute (RFC 8489 section 5) that is not known here.
    pub unknown_attribute: Option<u16>,
}

impl<'a> BindingRequest<'a> {
    /// Reads a message.
    ///
    /// FINGERPRINT must be there, as RFC 8445 section 7.1 asks of checks. Attributes that follow
    /// MESSAGE-INTEGRITY, other than FINGERPRINT, are ignored (RFC 8489 section 14.5).
    pub fn parse(message: &'a [u8]) -> Result<Self, Malformed> {
        if message.len() < HEADER || !message.len().is_multiple_of(4) {
            return Err(Malformed::Framing);
        }
        let length = usize::from(be16(message, 2));
        if length + HEADER != message.len() || be32(message, 4) != MAGIC_COOKIE {
            return Err(Malformed::Framing);
        }
        if be16(message, 0) != BINDING_REQUEST {
            return Err(Malformed::NotABindingRequest);
        }
        let mut request = BindingRequest {
            message,
            username: None,
            integrity: None,
            nominates: false,
            peer_is_controlled: false,
            unknown_attribute: None,
        };
        let mut at = HEADER;
        let mut fingerprinted = false;
        while at < message.len() {
            // The message's length is a multiple of four, so an attribute's own header always fits.
            let (kind, len) = (be16(message, at), usize::from(be16(message, at + 2)));
            let value = at + 4;
            let Some(body) = message.get(value..value + len) else {
                return Err(Malformed::Framing);
            };
            let next = value + len.next_multiple_of(4);
            match kind {
                ATTR_FINGERPRINT => {
                    if len != 4 || next != message.len() {
                        return Err(Malformed::Fingerprint);
                    }
                    let expected = crc32fast::hash(&message[..at]) ^ FINGERPRINT_XOR;
                    if be32(body, 0) != expected {
                        return Err(Malformed::Fingerprint);
                    }
                    fingerprinted = true;
                }
                _ if request.integrity.is_some() => {}
                ATTR_MESSAGE_INTEGRITY if len == 20 => request.integrity = Some(at),
                ATTR_MESSAGE_INTEGRITY => return Err(Malformed::Framing),
                ATTR_USERNAME => request.username = Some(body),
                ATTR_USE_CANDIDATE => request.nominates = true,
                ATTR_ICE_CONTROLLED => request.peer_is_controlled = true,
                ATTR_PRIORITY => {}
                unknown if unknown < 0x8000 && request.unknown_attribute.is_none() => {
                    request.unknown_attribute = Some(unknown);
                }
                _ => {}
            }
            at = next;
        }
        if fingerprinted {
            Ok(request)
        } else {
            Err(Malformed::Fingerprint)
        }
    }

    /// The local ufrag of the USERNAME `local:remote` (RFC 8445 section 7.2.2).
    pub fn local_ufrag(&self) -> Option<&'a [u8]> {
        let username = self.username?;
        let colon = username.iter().position(|&b| b == b':')?;
        Some(&username[..colon])
    }

    /// Whether MESSAGE-INTEGRITY is there at all.
    pub fn has_integrity(&self) -> bool {
        self.integrity.is_some()
    }

    /// Whether MESSAGE-INTEGRITY was made with this key (RFC 8489 section 14.5). Compares in constant time.
    pub fn is_authentic(&self, key: &IntegrityKey) -> bool {
        let Some(at) = self.integrity else {
            return false;
        };
        let mut context = hmac::Context::with_key(&key.0);
        context.update(&self.message[..2]);
        // The length as it was when the sender computed the HMAC: up to and with MESSAGE-INTEGRITY.
        context.update(&((at - HEADER + INTEGRITY) as u16).to_be_bytes());
        context.update(&self.message[4..at]);
        let expected = context.sign();
        aws_lc_rs::constant_time::verify_slices_are_equal(
            expected.as_ref(),
            &self.message[at + 4..at + INTEGRITY],
        )
        .is_ok()
    }

    fn transaction_id(&self) -> &[u8] {
        &self.message[8..HEADER]
    }

    /// Writes the success response with XOR-MAPPED-ADDRESS into `out`; returns its length.
    pub fn write_success(
        &self,
        from: SocketAddr,
        key: &IntegrityKey,
        out: &mut [u8; MAX_RESPONSE],
    ) -> usize {
        let mut w = Writer::begin(out, BINDING_SUCCESS, self.transaction_id());
        w.xor_mapped_address(from);
        w.finish(Some(key))
    }

    /// Writes an error response (RFC 8489 section 14.8) into `out`; returns its length.
    ///
    /// It is signed when `key` is given; a request that was not authentic is answered unsigned
    /// (RFC 8489 section 9.1.3).
    pub fn write_error(
        &self,
        refusal: Refusal,
        key: Option<&IntegrityKey>,
        out: &mut [u8; MAX_RESPONSE],
    ) -> usize {
        let mut w = Writer::begin(out, BINDING_ERROR, self.transaction_id());
        let (code, reason) = refusal.code();
        let mut body = [0u8; 4 + 24];
        body[2] = (code / 100) as u8;
        body[3] = (code % 100) as u8;
        body[4..4 + reason.len()].copy_from_slice(reason);
        w.attribute(ATTR_ERROR_CODE, &body[..4 + reason.len()]);
        if let Refusal::UnknownAttribute(attribute) = refusal {
            w.attribute(ATTR_UNKNOWN_ATTRIBUTES, &attribute.to_be_bytes());
        }
        w.finish(key)
    }
}

/// Why a well-formed check is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 400: USERNAME or MESSAGE-INTEGRITY is missing.
    BadRequest,
    /// 401: MESSAGE-INTEGRITY is wrong.
    Unauthenticated,
    /// 420: a comprehension-required attribute is not known here.
    UnknownAttribute(u16),
    /// 487: both sides take themselves for controlled (RFC 8445 section 7.3.1.1).
    RoleConflict,
}

impl Refusal {
    fn code(self) -> (u16, &'static [u8]) {
        match self {
            Refusal::BadRequest => (400, b"Bad Request"),
            Refusal::Unauthenticated => (401, b"Unauthenticated"),
            Refusal::UnknownAttribute(_) => (420, b"Unknown Attribute"),
            Refusal::RoleConflict => (487, b"Role Conflict"),
        }
    }
}

struct Writer<'a> {
    out: &'a mut [u8; MAX_RESPONSE],
    len: usize,
}

impl<'a> Writer<'a> {
    fn begin(out: &'a mut [u8; MAX_RESPONSE], kind: u16, transaction_id: &[u8]) -> Self {
        out[..2].copy_from_slice(&kind.to_be_bytes());
        out[4..8].copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
        out[8..HEADER].copy_from_slice(transaction_id);
        Writer { out, len: HEADER }
    }

    fn attribute(&mut self, kind: u16, value: &[u8]) {
        let at = self.len;
        self.out[at..at + 2].copy_from_slice(&kind.to_be_bytes());
        self.out[at + 2..at + 4].copy_from_slice(&(value.len() as u16).to_be_bytes());
        self.out[at + 4..at + 4 + value.len()].copy_from_slice(value);
        let padded = value.len().next_multiple_of(4);
        self.out[at + 4 + value.len()..at + 4 + padded].fill(0);
        self.len = at + 4 + padded;
    }

    fn xor_mapped_address(&mut self, address: SocketAddr) {
        let mut value = [0u8; 20];
        let port = address.port() ^ (MAGIC_COOKIE >> 16) as u16;
        value[2..4].copy_from_slice(&port.to_be_bytes());
        // An IPv4 peer of a dual-stack socket is IPv4 to itself.
        let len = match address.ip().to_canonical() {
            IpAddr::V4(ip) => {
                value[1] = 1;
                value[4..8].copy_from_slice(&(u32::from(ip) ^ MAGIC_COOKIE).to_be_bytes());
                8
            }
            IpAddr::V6(ip) => {
                value[1] = 2;
                value[4..20].copy_from_slice(&ip.octets());
                for (byte, mask) in value[4..20].iter_mut().zip(&self.out[4..HEADER]) {
                    *byte ^= mask;
                }
                20
            }
        };
        self.attribute(ATTR_XOR_MAPPED_ADDRESS, &value[..len]);
    }

    fn set_length(&mut self, with: usize) {
        let length = (self.len - HEADER + with) as u16;
        self.out[2..4].copy_from_slice(&length.to_be_bytes());
    }

    fn finish(mut self, key: Option<&IntegrityKey>) -> usize {
        if let Some(key) = key {
            self.set_length(INTEGRITY);
            let tag = hmac::sign(&key.0, &self.out[..self.len]);
            self.attribute(ATTR_MESSAGE_INTEGRITY, tag.as_ref());
        }
        self.set_length(FINGERPRINT);
        let crc = crc32fast::hash(&self.out[..self.len]) ^ FINGERPRINT_XOR;
        self.attribute(ATTR_FINGERPRINT, &crc.to_be_bytes());
        self.len
    }
}

/// Writes a connectivity check as a browser would. For tests, benches and tools: the plane itself sends none.
pub fn write_binding_request(
    username: &str,
    key: &IntegrityKey,
    nominate: bool,
    transaction_id: [u8; 12],
    out: &mut [u8; MAX_RESPONSE],
) -> usize {
    let mut w = Writer::begin(out, BINDING_REQUEST, &transaction_id);
    w.attribute(ATTR_USERNAME, username.as_bytes());
    w.attribute(ATTR_PRIORITY, &[0x6e, 0, 1, 0xff]);
    if nominate {
        w.attribute(ATTR_USE_CANDIDATE, &[]);
    }
    w.finish(Some(key))
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// RFC 5769 section 2.1: the sample request, password `VOkJxbRl1RmTxUk/WvJxBt`.
    fn rfc5769_request() -> Vec<u8> {
        hex("00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74
             00240004 6e0001ff 80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020
             00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf")
    }

    const PASSWORD: &str = "VOkJxbRl1RmTxUk/WvJxBt";

    #[test]
    fn the_sample_request_of_rfc_5769_is_authentic() {
        let message = rfc5769_request();
        let request = BindingRequest::parse(&message).unwrap();
        assert_eq!(request.local_ufrag(), Some(&b"evtj"[..]));
        assert!(request.peer_is_controlled);
        assert!(!request.nominates);
        assert_eq!(request.unknown_attribute, None);
        assert!(request.is_authentic(&IntegrityKey::new(PASSWORD)));
        assert!(!request.is_authentic(&IntegrityKey::new("another password at all")));
    }

    #[test]
    fn the_sample_response_of_rfc_5769_has_our_mapped_address() {
        // Section 2.2: 192.0.2.1:32853 is a147 e112a643 when XORed.
        let message = rfc5769_request();
        let request = BindingRequest::parse(&message).unwrap();
        let mut out = [0; MAX_RESPONSE];
        let len = request.write_success(
            "192.0.2.1:32853".parse().unwrap(),
            &IntegrityKey::new(PASSWORD),
            &mut out,
        );
        assert_eq!(
            &out[HEADER..HEADER + 12],
            &hex("00200008 0001a147 e112a643")[..]
        );
        assert_eq!(len % 4, 0);
    }

    #[test]
    fn an_ipv4_mapped_peer_is_told_its_ipv4_address() {
        let message = rfc5769_request();
        let request = BindingRequest::parse(&message).unwrap();
        let key = IntegrityKey::new(PASSWORD);
        let (mut a, mut b) = ([0; MAX_RESPONSE], [0; MAX_RESPONSE]);
        let m = request.write_success("192.0.2.1:32853".parse().unwrap(), &key, &mut a);
        let n = request.write_success("[::ffff:192.0.2.1]:32853".parse().unwrap(), &key, &mut b);
        assert_eq!(a[..m], b[..n]);
    }

    #[test]
    fn a_check_without_or_with_a_wrong_fingerprint_is_malformed() {
        let mut message = rfc5769_request();
        let last = message.len() - 1;
        message[last] ^= 1;
        assert_eq!(
            BindingRequest::parse(&message).unwrap_err(),
            Malformed::Fingerprint
        );
        let mut bare = rfc5769_request()[..100].to_vec();
        bare[2..4].copy_from_slice(&80u16.to_be_bytes());
        assert_eq!(
            BindingRequest::parse(&bare).unwrap_err(),
            Malformed::Fingerprint
        );
    }

    #[test]
    fn errors_are_signed_only_for_those_who_proved_the_password() {
        let message = rfc5769_request();
        let request = BindingRequest::parse(&message).unwrap();
        let mut out = [0; MAX_RESPONSE];
        let unsigned = request.write_error(Refusal::Unauthenticated, None, &mut out);
        assert!(!out[..unsigned].windows(4).any(|w| w == [0, 8, 0, 20]));
        let signed = request.write_error(
            Refusal::RoleConflict,
            Some(&IntegrityKey::new(PASSWORD)),
            &mut out,
        );
        assert!(out[..signed].windows(4).any(|w| w == [0, 8, 0, 20]));
        assert_eq!(&out[HEADER + 4..HEADER + 8], &[0, 0, 4, 87]);
    }

    proptest! {
        #[test]
        fn a_written_check_reads_back(nominate: bool, id: [u8; 12], user in "[a-z]{4,16}:[a-z]{4,16}") {
            let key = IntegrityKey::new("a password of some length");
            let mut out = [0; MAX_RESPONSE];
            let len = write_binding_request(&user, &key, nominate, id, &mut out);
            let request = BindingRequest::parse(&out[..len]).unwrap();
            prop_assert!(request.is_authentic(&key));
            prop_assert_eq!(request.nominates, nominate);
            prop_assert_eq!(request.local_ufrag().unwrap(), user.split(':').next().unwrap().as_bytes());
        }

        #[test]
        fn any_changed_bit_spoils_the_check(bit in 0usize..108 * 8) {
            let mut message = rfc5769_request();
            message[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(BindingRequest::parse(&message).is_err());
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            let _ = BindingRequest::parse(&bytes);
        }
    }
}
