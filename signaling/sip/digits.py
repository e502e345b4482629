"""Digits that come in INFO requests: application/dtmf-relay and application/dtmf."""

from __future__ import annotations

import re

_RELAY = re.compile(r"^\s*Signal\s*=\s*([0-9*#A-Da-d]|1[0-5])\s*$", re.I | re.M)
_PLAIN = re.compile(r"\s*([0-9*#A-Da-d]|1[0-5])\s*\Z")
_BY_NUMBER = "0123456789*#ABCD"
"""As RFC 4733 numbers them, which some telephones send here, too."""

CONTENT_TYPES = ("application/dtmf-relay", "application/dtmf")


def digit_of(content_type: str, body: bytes) -> str | None:
    """The digit of an INFO body, of ``0-9*#ABCD``; None where there is none."""
    text = body[:256].decode("ascii", "replace")
    found = _RELAY.search(text) if content_type == CONTENT_TYPES[0] else None
    if content_type == CONTENT_TYPES[1]:
        found = _PLAIN.match(text) or _RELAY.search(text)
    if found is None:
        return None
    return _BY_NUMBER[int(found[1])] if len(found[1]) == 2 else found[1].upper()
