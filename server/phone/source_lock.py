"""Where a call's sound comes from: symmetric RTP (RFC 4961), locked to one source against strangers."""

from __future__ import annotations

from dataclasses import dataclass

Address = tuple[str, int]

CONSISTENT = 4
"""So many packets in a row lock a plain source that is not where the SDP said …"""
EXPECTED = 2
"""… and so many one that is."""
_GONE_AFTER = 2.0
"""Seconds of silence after which the same address may go on under another SSRC (some PBXs do so without a re-INVITE),
and the address that the SDP names may, too."""
_MOVES_WITHIN = 5.0
"""Seconds after a new address in the SDP in which another source may take over."""
_CANDIDATES = 8


@dataclass
class _Candidate:
    ssrc: int
    sequence: int
    count: int = 1


class SourceLock:
    """Takes packets of one source alone.

    An authentic packet (SRTP) locks at once, and may move the lock: behind a NAT addresses change. A plain source must
    have sent some packets in a row, and stays until the SDP names another address. An offer that changes nothing (a
    session timer's, hold and its end) lets nobody else in.
    """

    def __init__(self) -> None:
        self.locked: tuple[Address, int] | None = None
        """The address and the SSRC."""
        self._expected: Address | None = None
        self._candidates: dict[Address, _Candidate] = {}
        self._renewed = False
        """There was an offer since: the same address may have another SSRC."""
        self._moving = False
        self._moves_until: float | None = None
        self._heard_at = 0.0

    @property
    def address(self) -> Address | None:
        """Where to send: the locked source; what the SDP says before there is one, and while it moves."""
        return self._expected if self.locked is None or self._moving else self.locked[0]

    def expect(self, address: Address) -> None:
        """The SDP (anew) says where packets come from. Until a new source has locked, the old one is taken."""
        self._renewed = True
        self._candidates.clear()
        if address != self._expected:
            self._expected = address
            self._moving, self._moves_until = self.locked is not None, None

    def admit(self, now: float, source: Address, ssrc: int, sequence: int, *, authentic: bool) -> bool:
        """Whether a packet is taken. ``sequence`` as on the wire; ``now`` in s."""
        if self._moving:
            if self._moves_until is None:
                self._moves_until = now + _MOVES_WITHIN
            self._moving = now < self._moves_until
        if (source, ssrc) == self.locked:
            self._heard_at = now
            return True
        if authentic:
            return self._lock(now, source, ssrc)
        if not self._may_lock(now, source):
            return False
        candidate = self._candidates.get(source)
        if candidate is None or candidate.ssrc != ssrc or sequence != (candidate.sequence + 1) & 0xFFFF:
            if candidate is None and len(self._candidates) >= _CANDIDATES:
                self._candidates.pop(next(iter(self._candidates)))
            self._candidates[source] = _Candidate(ssrc, sequence)
            return False
        candidate.sequence, candidate.count = sequence, candidate.count + 1
        if candidate.count >= (EXPECTED if source == self._expected else CONSISTENT):
            return self._lock(now, source, ssrc)
        return False

    def _may_lock(self, now: float, source: Address) -> bool:
        if self.locked is None or self._moving:
            return True
        is_silent = now - self._heard_at >= _GONE_AFTER
        if source == self.locked[0]:
            return self._renewed or is_silent
        return source == self._expected and is_silent

    def _lock(self, now: float, source: Address, ssrc: int) -> bool:
        self.locked, self._heard_at = (source, ssrc), now
        self._moving = self._renewed = False
        self._candidates.clear()
        return True
