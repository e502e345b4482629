"""How many PINs may be tried: by one caller, over one trunk, and by everybody. Pure: times are monotonic, in s.

A PIN has nine digits. Guessing has to be hopeless without anybody being shut out by somebody else's guessing: so each
failure makes the caller wait longer, those over one trunk and all together have a budget of failures that refills, and
whoever entered a right PIN lately is bound by their own failures alone.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from server.phone.budget import Budget

FREE = 3
"""So many failures in a row cost a caller nothing but the call."""
FIRST_WAIT = 30.0
"""Seconds that they wait after that; twice as long after each further failure."""
LONGEST_WAIT = 3600.0
FORGOTTEN_AFTER = 24 * 3600.0
"""Seconds after which a caller's failures are forgotten, and that they entered a right PIN."""
SOURCE_BURST, SOURCE_REFILL = 60, 30.0
"""Failures over one trunk, from one address: at once, and seconds for one more. A whole office may call over it."""
TOTAL_BURST, TOTAL_REFILL = 200, 10.0
"""The same for everybody: 8,840 failures a day at most, of 900 million PINs."""
MOST_KEPT = 10_000
"""Callers that are remembered; beyond these, whoever failed the longest ago is forgotten."""


@dataclass
class _Caller:
    failures: int
    until: float
    """When they may try again."""
    at: float


class Attempts:
    """The failures of one server. Bounded in memory, whoever calls."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._callers: OrderedDict[str, _Caller] = OrderedDict()
        self._known: OrderedDict[str, float] = OrderedDict()
        """Who entered a right PIN, and when."""
        self._sources: OrderedDict[str, Budget] = OrderedDict()
        self._total = Budget(TOTAL_BURST, TOTAL_REFILL)

    def wait(self, source: str, caller: str, now: float) -> float:
        """For how many seconds somebody must not try yet; 0: they may.

        ``source`` is the trunk with the address; ``caller`` what stands for their number, empty where they withhold it.
        """
        if caller and self._is_known(caller, now):
            return self._own_wait(caller, now)
        budgets = (self._source(source), self._total)
        return max(self._own_wait(caller, now), *(budget.wait(now) for budget in budgets))

    def failed(self, source: str, caller: str, now: float) -> None:
        """Somebody tried a PIN that none is."""
        self._source(source).spend(now)
        self._total.spend(now)
        if not caller:
            return
        before = self._callers.pop(caller, None)
        failures = 1 + (before.failures if before and now - before.at < FORGOTTEN_AFTER else 0)
        wait = 0.0 if failures < FREE else min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - FREE, 32))
        self._callers[caller] = _Caller(failures, now + wait, now)
        self._trim(self._callers)

    def succeeded(self, caller: str, now: float) -> None:
        """Somebody entered a right PIN: their failures are forgotten."""
        if caller:
            self._callers.pop(caller, None)
            self._known.pop(caller, None)
            self._known[caller] = now
            self._trim(self._known)

    def __len__(self) -> int:
        """How much is remembered."""
        return len(self._callers) + len(self._known) + len(self._sources)

    def _own_wait(self, caller: str, now: float) -> float:
        mine = self._callers.get(caller)
        return max(0.0, mine.until - now) if mine is not None else 0.0

    def _is_known(self, caller: str, now: float) -> bool:
        at = self._known.get(caller)
        return at is not None and now - at < FORGOTTEN_AFTER

    def _source(self, source: str) -> Budget:
        budget = self._sources.pop(source, None) or Budget(SOURCE_BURST, SOURCE_REFILL)
        self._sources[source] = budget
        self._trim(self._sources)
        return budget

    def _trim(self, kept: OrderedDict[str, _Caller] | OrderedDict[str, float] | OrderedDict[str, Budget]) -> None:
        while len(kept) > self._most:
            kept.popitem(last=False)
