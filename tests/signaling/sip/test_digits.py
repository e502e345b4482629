"""Digits of INFO bodies."""

from __future__ import annotations

import pytest

from signaling.sip.digits import digit_of


@pytest.mark.parametrize(
    ("kind", "body", "digit"),
    [
        ("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", b"Signal= *\nDuration= 160", "*"),
        ("application/dtmf-relay", b"Duration=100\r\nsignal=#\r\n", "#"),
        ("application/dtmf-relay", b"Signal=11\r\nDuration=160\r\n", "#"),
        ("application/dtmf-relay", b"Signal=16\r\n", None),
        ("application/dtmf-relay", b"Signal=12345\r\n", None),
        ("application/dtmf-relay", b"5", None),
        ("application/dtmf", b"d", "D"),
        ("application/dtmf", b" 10 \r\n", "*"),
        ("application/dtmf", b"Signal=7\r\nDuration=250", "7"),
        ("application/dtmf", b"99", None),
        ("application/dtmf", b"", None),
        ("application/dtmf", b"\xff\xfe", None),
        ("text/plain", b"5", None),
    ],
)
def test_a_digit_is_read(kind: str, body: bytes, digit: str | None) -> None:
    assert digit_of(kind, body) == digit
