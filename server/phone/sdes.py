"""SRTP keys in SDP (RFC 4568): ``a=crypto``. libsrtp does the cryptography."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from dataclasses import dataclass, field
from typing import Final, Literal, cast

from pylibsrtp import Error, Policy, Session

CryptoSuite = Literal["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"]

_PROFILES: Final[dict[CryptoSuite, int]] = {
    "AES_CM_128_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "AES_CM_128_HMAC_SHA1_32": Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
}
_KEY_LENGTH = 30
"""Bytes of a master key (128 bits) with its salt (112 bits): RFC 4568 section 6.2."""
# Section 9.1. A lifetime is no concern of ours (a call never sends 2^48 packets); of an MKI we know nothing.
_CRYPTO = re.compile(r"(\d{1,9}) +(\S+) +inline:([A-Za-z0-9+/=]{4,200})(?:\|(?:2\^)?\d{1,20})?(?: +(\S.*))?")


@dataclass(frozen=True)
class CryptoAttribute:
    """One side's key for what it sends."""

    tag: int
    suite: CryptoSuite
    key: bytes = field(repr=False)
    """Master key and salt."""

    @classmethod
    def generate(cls, tag: int, suite: CryptoSuite) -> CryptoAttribute:
        """With a new key."""
        return cls(tag, suite, secrets.token_bytes(_KEY_LENGTH))

    def __str__(self) -> str:
        """The attribute's value."""
        return f"{self.tag} {self.suite} inline:{base64.b64encode(self.key).decode()}"


def parse_crypto(value: str) -> CryptoAttribute | None:
    """Read the value of an ``a=crypto``. None for one that is malformed or asks for what we can't do: another is tried.

    That are other suites, MKIs, several keys, and session parameters (section 6.3), all of which change what is sent.
    """
    match = _CRYPTO.fullmatch(value.strip())
    if match is None or match[2] not in _PROFILES or match[4]:
        return None
    try:
        key = base64.b64decode(match[3], validate=True)
    except binascii.Error:
        return None
    if len(key) != _KEY_LENGTH:
        return None
    return CryptoAttribute(int(match[1]), cast(CryptoSuite, match[2]), key)


class SrtpContext:
    """Both directions of one call."""

    def __init__(self, ours: CryptoAttribute, theirs: CryptoAttribute) -> None:
        self._outbound = Session(
            Policy(key=ours.key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=_PROFILES[ours.suite])
        )
        self._inbound = Session(
            Policy(key=theirs.key, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=_PROFILES[theirs.suite])
        )

    def protect(self, packet: bytes) -> bytes:
        """An RTP packet as it goes onto the wire."""
        return bytes(self._outbound.protect(packet))

    def unprotect(self, datagram: bytes) -> bytes | None:
        """The RTP packet; None for what is not authentic or came before."""
        try:
            return bytes(self._inbound.unprotect(datagram))
        except (Error, TypeError):
            return None
