"""A number of things that may be done, which refills with the time. Pure: times are monotonic, in s."""

from __future__ import annotations

_ROUNDING = 1e-6


class Budget:
    """``burst`` at once, and one more every ``refill`` seconds."""

    def __init__(self, burst: float, refill: float) -> None:
        self._burst, self._refill = burst, refill
        self._left = burst
        self._at: float | None = None
        """When it was last filled."""

    def wait(self, now: float) -> float:
        """Seconds until there is one; 0: there is."""
        self._fill(now)
        wait = (1 - self._left) * self._refill
        return wait if wait > _ROUNDING else 0.0

    def spend(self, now: float) -> None:
        """One is done."""
        self._fill(now)
        self._left = max(0.0, self._left - 1)

    def _fill(self, now: float) -> None:
        at = now if self._at is None else self._at
        self._left = min(self._burst, self._left + max(0.0, now - at) / self._refill)
        self._at = max(now, at)
