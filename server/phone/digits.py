"""Digits as RTP events (RFC 4733 section 2.3)."""

from __future__ import annotations

import struct

DIGITS = "0123456789*#ABCD"
"""By event code (RFC 4733 section 3.2)."""

_PAYLOAD = struct.Struct("!BBH")
_END = 0x80


class DigitReader:
    """Tells each press once, at the first of its packets that arrives, however often it is repeated."""

    def __init__(self) -> None:
        self._press: tuple[int, int] | None = None
        """Timestamp and event of the newest press."""
        self._until = 0
        """The timestamp up to which it is known to have lasted."""
        self._ended = True

    def receive(self, timestamp: int, payload: bytes) -> str | None:
        """A packet with an unwrapped timestamp came. The digit, if it begins a press; None for all others."""
        if len(payload) < _PAYLOAD.size:
            return None
        event, flags, duration = _PAYLOAD.unpack_from(payload)
        if event >= len(DIGITS):
            return None
        before = self._press
        if before is not None and timestamp < before[0]:
            return None
        ended, until = bool(flags & _END), timestamp + duration
        if before is not None and timestamp == before[0]:
            self._until = max(self._until, until)
            self._ended |= ended
            return None
        # A press that is longer than its duration has room for goes on in a new segment (section 2.5.1.3).
        goes_on = before is not None and event == before[1] and timestamp == self._until and not self._ended
        self._press, self._until, self._ended = (timestamp, event), until, ended
        return None if goes_on else DIGITS[event]


def press(digit: str, *, clock_rate: int, packets: int = 8, volume: int = 10) -> list[bytes]:
    """The payloads of a press, one every 20 ms, the last three times (section 2.5.1.4). ValueError for no digit.

    All have the timestamp of the first, which alone has the marker. ``volume`` in -dBm0.
    """
    event = DIGITS.index(digit)
    step = clock_rate // 50
    updates = [_PAYLOAD.pack(event, volume, step * number) for number in range(1, packets + 1)]
    return [*updates, *[_PAYLOAD.pack(event, _END | volume, step * packets)] * 3]
