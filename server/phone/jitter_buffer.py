"""Evens out how one stream's packets arrive, with as little delay as the network allows. Pure: time is given to it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

_MAX_DELAY = 0.2
"""Seconds that are waited at most for what is late."""
_MAX_PACKETS = 50
_WINDOW = 256
"""Of so many packets it is remembered how late they were: some 5 s."""
_EVERY = 16
"""After so many packets the delay is chosen anew."""
_SHARE = 0.98
"""This share of packets is to be in time."""
_IDLE_AFTER = 0.3
"""Seconds without a packet after which the stream has paused: the next one begins to play anew."""
_RESTART = 3_000
"""Sequence numbers that are further apart are those of another stream (RFC 3550 appendix A.1)."""


@dataclass(frozen=True)
class Popped:
    """What is to be played next: a packet; ``lost``: something in its place; ``wait``: nothing is due."""

    kind: Literal["packet", "lost", "wait"]
    payload: bytes = b""


_LOST: Final = Popped("lost")
_WAIT: Final = Popped("wait")


class JitterBuffer:
    """Packets go in as they arrive, and come out in order and in time.

    Each packet has a transit (arrival less timestamp); the least of late is the base, and the delay is by how much
    nearly all packets exceed it. A packet is due when base and delay have passed since its timestamp. That decides when
    a stream begins to play; then its packets follow each other, until ``excess`` tells the player to leave something
    out.
    """

    def __init__(self, clock_rate: int) -> None:
        """``clock_rate``: of the RTP timestamps, in Hz."""
        self._rate = clock_rate
        self._packets: dict[int, tuple[int, bytes]] = {}
        self._next: int | None = None
        self._timestamp_expected: int | None = None
        self._transits: deque[float] = deque(maxlen=_WINDOW)
        self._since_chosen = 0
        self._base = math.inf
        self._last_arrival = -math.inf
        self._last_timestamp: tuple[int, int] | None = None
        self._ticks_per_packet = clock_rate // 50
        self.delay = 0.0
        """Seconds that packets are kept beyond the quickest way."""
        self.late = 0
        """Packets that came after their turn."""

    def insert(self, now: float, sequence: int, timestamp: int, payload: bytes) -> None:
        """A packet came at ``now`` (s). ``sequence`` and ``timestamp`` have their rollovers in front."""
        if self._last_timestamp is not None and abs(sequence - self._last_timestamp[0]) > _RESTART:
            self._restart()
        self._learn_length(sequence, timestamp)
        self._measure(now, timestamp)
        self._last_arrival = now
        if self._next is not None and sequence < self._next:
            self.late += 1
            return
        self._packets[sequence] = (timestamp, payload)
        if len(self._packets) > _MAX_PACKETS:
            del self._packets[min(self._packets)]
            self._next = None

    def pop(self, now: float) -> Popped:
        """What is to be played at ``now``."""
        if not self._packets:
            if self._next is not None and now - self._last_arrival > _IDLE_AFTER:
                self._next = None
            return _WAIT
        if self._next is None:
            first = min(self._packets)
            return self._take(first) if self._is_due(now, self._packets[first][0]) else _WAIT
        found = self._packets.get(self._next)
        if found is not None:
            # A gap in time without one in numbers: the sender was silent.
            in_rhythm = self._timestamp_expected is None or found[0] <= self._timestamp_expected
            return self._take(self._next) if in_rhythm or self._is_due(now, found[0]) else _WAIT
        later = min(self._packets)
        missing = later - self._next
        if not self._is_due(now, self._packets[later][0] - missing * self._ticks_per_packet):
            return _WAIT
        self._next += 1
        if self._timestamp_expected is not None:
            self._timestamp_expected += self._ticks_per_packet
        return _LOST

    def excess(self, now: float) -> float:
        """For how many seconds longer than they need to the packets wait."""
        if self._next is None or not self._packets:
            return 0.0
        first = min(self._packets)
        return now - self._due(self._packets[first][0])

    def _take(self, sequence: int) -> Popped:
        timestamp, payload = self._packets.pop(sequence)
        self._next = sequence + 1
        self._timestamp_expected = timestamp + self._ticks_per_packet
        return Popped("packet", payload)

    def _due(self, timestamp: int) -> float:
        return self._base + timestamp / self._rate + self.delay

    def _is_due(self, now: float, timestamp: int) -> bool:
        return now >= self._due(timestamp) - 1e-6

    def _learn_length(self, sequence: int, timestamp: int) -> None:
        last = self._last_timestamp
        if last is not None and sequence == last[0] + 1 and 0 < timestamp - last[1] <= self._rate // 8:
            self._ticks_per_packet = timestamp - last[1]
        if last is None or sequence > last[0]:
            self._last_timestamp = (sequence, timestamp)

    def _measure(self, now: float, timestamp: int) -> None:
        transit = now - timestamp / self._rate
        if self._transits and abs(transit - self._transits[-1]) > 2.0:  # its clock jumped
            self._restart()
        self._transits.append(transit)
        self._base = min(self._base, transit)
        self.delay = min(max(self.delay, transit - self._base), _MAX_DELAY)
        self._since_chosen += 1
        if self._since_chosen >= _EVERY:
            self._since_chosen = 0
            in_order = sorted(self._transits)
            self._base = in_order[0]
            self.delay = min(in_order[int(_SHARE * (len(in_order) - 1))] - self._base, _MAX_DELAY)

    def _restart(self) -> None:
        self._packets.clear()
        self._transits.clear()
        self._next = self._timestamp_expected = self._last_timestamp = None
        self._base, self.delay, self._since_chosen = math.inf, 0.0, 0
