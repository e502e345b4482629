"""Keys in SDP (RFC 4568)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.phone.rtp import write_rtp
from server.phone.sdes import CryptoAttribute, CryptoSuite, SrtpContext, parse_crypto

EXAMPLE = "1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20"
"""Of RFC 4568 section 4.1 but for the MKI."""


@pytest.mark.parametrize("suite", ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"])
def test_both_sides_understand_each_other_and_nobody_else(suite: CryptoSuite) -> None:
    ours, theirs = CryptoAttribute.generate(1, suite), CryptoAttribute.generate(1, suite)
    assert parse_crypto(str(ours)) == ours
    us, them = SrtpContext(ours, theirs), SrtpContext(theirs, ours)
    packet = write_rtp(8, False, 1, 160, 7, bytes(160))
    protected = us.protect(packet)
    assert len(protected) - len(packet) == (10 if suite.endswith("80") else 4)
    assert SrtpContext(theirs, theirs).unprotect(protected) is None
    assert them.unprotect(protected) == packet
    assert them.unprotect(protected) is None, "it came before"
    assert them.unprotect(b"no SRTP") is None


def test_an_example_of_the_rfc_is_read() -> None:
    parsed = parse_crypto(EXAMPLE)
    assert parsed is not None
    assert parsed.key == b"wDfvg&T+)xG7@fb5jU,RaA}\\|p0%*#"
    assert "wDfvg" not in repr(parsed), "keys are not for logs"


@pytest.mark.parametrize(
    "value",
    [
        EXAMPLE.replace("HMAC_SHA1_80", "HMAC_SHA1_16"),
        EXAMPLE + "|1:4",
        EXAMPLE + " UNENCRYPTED_SRTP",
        EXAMPLE.replace("|2^20", ";inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"),
        EXAMPLE.replace("JSoj", "JSo="),
        EXAMPLE.replace("JSoj", "J"),
        "",
    ],
)
def test_what_we_can_not_do_is_left_for_the_next(value: str) -> None:
    assert parse_crypto(value) is None


@given(st.text(max_size=120))
def test_whatever_comes_is_no_key(value: str) -> None:
    assert parse_crypto(value) is None
