//! Connectivity checks: reading, authenticating and answering any message.

use plane::stun::{BindingRequest, IntegrityKey, MAX_RESPONSE, Refusal};

/// Returns whether there was a check.
pub fn check(message: &[u8]) -> bool {
    let Ok(request) = BindingRequest::parse(message) else {
        return false;
    };
    let key = IntegrityKey::new("a password");
    let _ = (request.local_ufrag(), request.is_authentic(&key));
    let mut out = [0; MAX_RESPONSE];
    let from = "[2001:db8::1]:9".parse().expect("an address");
    assert!(request.write_success(from, &key, &mut out) <= MAX_RESPONSE);
    let refusal = request
        .unknown_attribute
        .map_or(Refusal::RoleConflict, Refusal::UnknownAttribute);
    assert!(request.write_error(refusal, Some(&key), &mut out) <= MAX_RESPONSE);
    true
}
