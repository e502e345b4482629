"""How good somebody's connection is, in a word that everybody understands. Pure rules, in given time.

Thresholds are those at which people notice. Up to 4 % lost, repair hides nearly all of it; from 10 % on, words and
pictures are missing. ITU-T G.114 has 150 ms one way as unnoticed and 400 ms as the most that talk bears: 300 and 800 ms
there and back. Below 300 kbit/s some pictures have no room; below 100 kbit/s none has, beside the voices.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class Quality(StrEnum):
    """What a connection is like for whoever has it, best first."""

    GOOD = "good"
    FAIR = "fair"
    """Something is noticed of it: pictures that are small or missing, late answers."""
    POOR = "poor"
    """Sound suffers, or no pictures pass."""
    LOST = "lost"
    """Nothing comes any more."""


_ORDER = list(Quality)

LOSS = (0.04, 0.10)
"""The share of packets lost, either way, from which on a connection is fair, and poor."""
ROUND_TRIP = (0.3, 0.8)
"""The same of the round trip, in s."""
ESTIMATE = (300_000, 100_000)
"""What the way down carries, in bit/s, below which it is fair, and poor."""
PAUSED = (0.25, 1.0)
"""The share of the pictures wished for that are paused for want of room, from which on it is fair, and poor."""
LOST_AFTER = 7.0
"""Seconds of silence: browsers check consent every 6 s at the latest (RFC 7675 section 5.1)."""

SETTLING = 5.0
"""Seconds in which nothing is said of a new connection: estimates are on the move at first."""
RISE_AFTER = 5.0
"""Seconds that it must have been better before it is said to be."""


@dataclass(frozen=True)
class ConnectionSigns:
    """What a connection is judged by. None: nobody knows."""

    lost_up: float | None = None
    """The share of packets lost on the way to the server, before repair, 0 to 1."""
    lost_down: float | None = None
    round_trip: float | None = None
    """In s."""
    estimate: int | None = None
    """What the way down carries, in bit/s."""
    pictures: int = 0
    """How many pictures are wished for."""
    paused: int = 0
    """How many of them are held back, since the way down has no room."""
    silence: float = 0.0
    """Seconds since anything came on the transport that is silent the longest."""


def judge(signs: ConnectionSigns) -> Quality:
    """What a connection is like at this moment: as bad as the worst of its signs."""
    if signs.silence >= LOST_AFTER:
        return Quality.LOST
    rising = [(signs.lost_up, LOSS), (signs.lost_down, LOSS), (signs.round_trip, ROUND_TRIP)]
    if signs.pictures > 0:
        rising.append((signs.paused / signs.pictures, PAUSED))
    degrees = [(value >= fair) + (value >= poor) for value, (fair, poor) in rising if value is not None]
    if signs.estimate is not None:
        degrees.append(sum(signs.estimate < least for least in ESTIMATE))
    return _ORDER[max(degrees, default=0)]


class SteadyQuality:
    """One connection's quality as it is told: it falls when two looks agree, and rises when it has lasted."""

    def __init__(self, now: float) -> None:
        self.told = Quality.GOOD
        self._since = now
        self._looks: deque[tuple[float, int]] = deque()
        """The looks of the last ``RISE_AFTER`` seconds, and one before: when, and how bad it was."""

    def look(self, quality: Quality, now: float) -> bool:
        """It is so at this moment (monotonic, in s). True when ``told`` is another now."""
        before, self.told = self.told, self._steady(_ORDER.index(quality), now)
        return self.told is not before

    def _steady(self, degree: int, now: float) -> Quality:
        told, lost = _ORDER.index(self.told), len(_ORDER) - 1
        self._looks.append((now, degree))
        while len(self._looks) > 1 and self._looks[1][0] <= now - RISE_AFTER:
            self._looks.popleft()
        if degree == lost:
            return Quality.LOST
        if told == lost:
            return Quality.POOR  # something comes again; how good it is, time will tell
        if now - self._since < SETTLING:
            return self.told
        recent = [degree for _, degree in self._looks]
        if len(recent) > 1 and (fallen := min(recent[-2:])) > told:
            return _ORDER[min(fallen, lost - 1)]
        if self._looks[0][0] <= now - RISE_AFTER:
            return _ORDER[min(told, max(recent))]
        return self.told
