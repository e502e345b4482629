"""Where a call's sound comes from: symmetric RTP (RFC 4961), locked to one source against strangers."""

from __future__ import annotations

from dataclasses import dataclass

Address = tuple[str, int]

CONSISTENT = 4
"""So many packets in a row lock a plain source that is not where the SDP said …"""
EXPECTED = 2
"""… and so many one that is."""
_GONE_AFTER = 2.0
"""Seconds of silence after which the same address may go on under another SSRC: some PBXs do so without a re-INVITE."""
_CANDIDATES = 8


@dataclass
class _Candidate:
    ssrc: int
    sequence: int
    count: int = 1


class SourceLock:
    """Takes packets of one source alone.

    An authentic packet (SRTP) locks at once, and may move the lock: behind a NAT addresses change. A plain source must
    have sent some packets in a row, and stays until the call is renegotiated.
    """

    def __init__(self) -> None:
        self.locked: tuple[Address, int] | None = None
        """The address and the SSRC."""
        self._expected: Address | None = None
        self._candidates: dict[Address, _Candidate] = {}
        self._open = True
        self._heard_at = 0.0

    @property
    def address(self) -> Address | None:
        """Where to send: the locked source, or before there is one what the SDP said."""
        return self.locked[0] if self.locked else self._expected

    def expect(self, address: Address | None) -> None:
        """The SDP (anew) says where packets come from. Until a new source has locked, the old one is taken."""
        if address != self._expected:
            self._expected = address
            self.locked = None
        self._open = True
        self._candidates.clear()

    def admit(self, now: float, source: Address, ssrc: int, sequence: int, *, authentic: bool) -> bool:
        """Whether a packet is taken. ``sequence`` as on the wire; ``now`` in s."""
        if (source, ssrc) == self.locked:
            self._heard_at = now
            return True
        if authentic:
            return self._lock(now, source, ssrc)
        if self.locked is not None and not self._open:
            address, _ = self.locked
            if source != address or now - self._heard_at < _GONE_AFTER:
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

    def _lock(self, now: float, source: Address, ssrc: int) -> bool:
        self.locked, self._open, self._heard_at = (source, ssrc), False, now
        self._candidates.clear()
        return True
