//! Connectivity checks: reading, authenticating and answering any message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plane::stun::{BindingRequest, IntegrityKey, MAX_RESPONSE, Refusal};

fuzz_target!(|message: &[u8]| {
    if let Ok(request) = BindingRequest::parse(message) {
        let key = IntegrityKey::new("a password");
        let _ = (request.local_ufrag(), request.is_authentic(&key));
        let mut out = [0; MAX_RESPONSE];
        let from = "[2001:db8::1]:9".parse().expect("an address");
        assert!(request.write_success(from, &key, &mut out) <= MAX_RESPONSE);
        let refusal = request.unknown_attribute.map_or(Refusal::RoleConflict, Refusal::UnknownAttribute);
        assert!(request.write_error(refusal, Some(&key), &mut out) <= MAX_RESPONSE);
    }
});
