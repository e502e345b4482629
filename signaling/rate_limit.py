"""Token buckets: so many at once, so many a second."""

from __future__ import annotations

import time
from collections.abc import Callable


class TokenBucket:
    """Lets ``burst`` pass at once and ``rate`` a second in the long run."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._tokens, self._filled = float(burst), clock()

    def take(self) -> bool:
        """Whether one more may pass now."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    @property
    def full(self) -> bool:
        """Whether nothing has been taken for so long that this bucket may be forgotten."""
        return self._tokens + (self._clock() - self._filled) * self._rate >= self._burst


class Buckets:
    """A bucket for each source, those forgotten that are full again."""

    def __init__(self, rate: float, burst: int, most: int = 10_000) -> None:
        self._rate, self._burst, self._most = rate, burst, most
        self._buckets: dict[str, TokenBucket] = {}

    def take(self, source: str) -> bool:
        """Whether one more of this source may pass now."""
        if len(self._buckets) >= self._most:
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if not bucket.full}
        if source not in self._buckets and len(self._buckets) >= self._most:
            return False
        return self._buckets.setdefault(source, TokenBucket(self._rate, self._burst)).take()
