"""What one direction of an emulated link did, tenth of a second by tenth of a second, and what that comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.network.impairment import SLICE, STEP_MS, Slice
from tests.network.voices import Gap


@dataclass(frozen=True)
class Waits:
    """For how many ms packets waited in the link's queue, to the next ``STEP_MS`` above."""

    p50: int
    p95: int
    longest: int

    @classmethod
    def of(cls, slices: Iterable[Slice]) -> Waits:
        """Of all packets of these slices."""
        steps: Counter[int] = Counter()
        for each in slices:
            steps.update(each.waits)
        count = sum(steps.values())
        if not count:
            return cls(0, 0, 0)

        def quantile(share: float) -> int:
            seen = 0
            for step in sorted(steps):
                seen += steps[step]
                if seen >= share * count:
                    return (step + 1) * STEP_MS
            raise AssertionError

        return cls(quantile(0.5), quantile(0.95), quantile(1.0))


@dataclass(frozen=True)
class DirectionRecord:
    """What a direction did. Times are in s since the record began."""

    slices: list[tuple[float, Slice]]
    """Each with the time when it began; those in which nothing happened are left out."""
    gaps: list[Gap]
    """In voices as they came out of the link, of 100 ms and more."""
    gaps_sent: list[Gap]
    """As they came to it: what of the gaps was there already, because nobody sent."""

    @classmethod
    def read(cls, told: dict[str, Any], since: float) -> DirectionRecord:
        """From the JSON of the process that is the link."""
        slices = [
            (
                each.pop("at") - since,
                Slice(**{**each, "waits": {int(step): count for step, count in each["waits"].items()}}),
            )
            for each in told["slices"]
        ]

        def gaps(name: str) -> list[Gap]:
            return [Gap(gap["begins"] - since, gap["seconds"]) for gap in told[name]]

        return cls(slices, gaps("gaps"), gaps("gaps_sent"))

    def between(self, begins: float, ends: float) -> list[Slice]:
        """The slices of that time."""
        return [each for at, each in self.slices if begins - SLICE / 2 <= at < ends - SLICE / 2]

    def waits(self, begins: float, ends: float) -> Waits:
        """How long packets waited in that time."""
        return Waits.of(self.between(begins, ends))

    def carried(self, begins: float, ends: float) -> float:
        """Bit/s that went through the slow part in that time."""
        return sum(each.carried_bytes for each in self.between(begins, ends)) * 8 / (ends - begins)

    def longest_gap(self, begins: float, ends: float) -> float:
        """The longest time, in s, without a packet of a voice, of those that ended in that time."""
        return max((gap.seconds for gap in self.gaps if begins <= gap.begins + gap.seconds < ends), default=0.0)

    def by_second(self, seconds: float) -> list[dict[str, float]]:
        """A row for each second: what it carried in bit/s, what it dropped and lost, and how long packets waited."""
        rows = []
        for second in range(int(seconds)):
            here = self.between(second, second + 1)
            waits = Waits.of(here)
            rows.append(
                {
                    "at": second,
                    "carried": self.carried(second, second + 1),
                    "queue_drops": sum(each.queue_drops for each in here),
                    "lost": sum(each.lost for each in here),
                    "wait_p50_ms": waits.p50,
                    "wait_p95_ms": waits.p95,
                    "wait_longest_ms": waits.longest,
                }
            )
        return rows
