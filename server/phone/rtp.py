"""RTP's fixed header (RFC 3550 section 5.1), read and written: what a call's packets need of it and no more."""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEADER = struct.Struct("!BBHII")


class RtpPacket(NamedTuple):
    """One packet; ``sequence`` and ``timestamp`` as they are on the wire."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse_rtp(datagram: bytes) -> RtpPacket | None:
    """Read a plain packet; None for what is none. Header extensions and padding are left out."""
    if len(datagram) < 12:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
    if first >> 6 != 2:
        return None
    start, end = 12 + 4 * (first & 15), len(datagram)
    if first & 0x10:
        if end < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    if first & 0x20:
        if not 0 < datagram[-1] <= end - start:
            return None
        end -= datagram[-1]
    if start > end:
        return None
    return RtpPacket(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, datagram[start:end])


def write_rtp(payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes) -> bytes:
    """A packet without CSRCs and extensions. ``sequence`` and ``timestamp`` may have their rollovers in front."""
    second = payload_type | (0x80 if marker else 0)
    return _HEADER.pack(0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload


class Unwrapper:
    """Puts the rollovers in front of a number that wraps around: each is taken for the one nearest to the newest."""

    def __init__(self, bits: int) -> None:
        self._modulus = 1 << bits
        self._newest: int | None = None

    def unwrap(self, value: int) -> int:
        """The whole number. The first begins a turn in, so that what is older than it is not negative."""
        if self._newest is None:
            self._newest = value + self._modulus
            return self._newest
        half = self._modulus >> 1
        whole = self._newest + (value - self._newest + half) % self._modulus - half
        self._newest = max(self._newest, whole)
        return whole
