"""The weak links that people in villages have, and what a meeting over each of them must come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.network.impairment import Conditions
from tests.network.sampling import Received
from tests.network.voices import Gap

FREE = Conditions()
MOBILE = Conditions(delay=0.04, jitter=0.01)
"""What every mobile link has, also a good one."""
BROAD = replace(MOBILE, rate=3_000_000)
NARROW = replace(MOBILE, rate=300_000)


LAYERS = {320: 150_000, 640: 500_000}
"""The widths of the camera's layers in px, and the most that each may take in bit/s: ``web/src/media/layers.ts``."""
BESIDE = 70_000
"""Bit/s that a voice takes with all headers, and some room."""


def fitting(conditions: Conditions) -> int:
    """The width of the largest layer that such a link carries beside a voice, in px."""
    rate = conditions.rate
    return max((width for width, bits in LAYERS.items() if rate is None or bits + BESIDE <= rate), default=0)


@dataclass(frozen=True)
class Phase:
    """Conditions, in both directions, and for how long."""

    conditions: Conditions
    seconds: float | None = None
    """None for an equal part of what the other phases leave."""


@dataclass(frozen=True)
class Scenario:
    """What a link goes through during a meeting."""

    name: str
    title: str
    phases: tuple[Phase, ...]
    before: Conditions = BROAD
    """How the link is while people join. A delay that began in the midst of a meeting would pass for congestion."""

    def timetable(self, seconds: float) -> list[tuple[float, Conditions]]:
        """For how long each of the conditions lasts, in s, where all is to take ``seconds``."""
        fixed = sum(phase.seconds or 0.0 for phase in self.phases)
        shares = sum(phase.seconds is None for phase in self.phases)
        return [
            ((seconds - fixed) / shares if phase.seconds is None else phase.seconds, phase.conditions)
            for phase in self.phases
        ]


@dataclass(frozen=True)
class Expectation:
    """What one side must receive. What is None is recorded and not asked for."""

    max_frozen: float | None = None
    """Share of the time."""
    max_concealed: float | None = None
    """Share of the sound."""
    min_frames_per_s: float | None = None
    """Of the 15 that the cameras give."""
    max_gap: float | None = None
    """Seconds without a packet of the voice: see :mod:`tests.network.voices`."""

    def shortfalls(self, got: Received, gaps: Sequence[Gap] = ()) -> list[str]:
        """What is worse than it may be, in words. ``gaps``: in the voice, on the way to that side."""
        found = []
        if self.max_frozen is not None and got.frozen > self.max_frozen:
            found.append(f"frozen for {got.frozen:.1%} of the time, {self.max_frozen:.1%} at most")
        if self.max_concealed is not None and got.concealed > self.max_concealed:
            found.append(f"{got.concealed:.1%} of the sound made up, {self.max_concealed:.1%} at most")
        if self.min_frames_per_s is not None and got.frames_per_s < self.min_frames_per_s:
            found.append(f"{got.frames_per_s:.1f} frames/s, {self.min_frames_per_s:.1f} at least")
        longest = max((gap.seconds for gap in gaps), default=0.0)
        if self.max_gap is not None and longest > self.max_gap:
            found.append(f"nothing of the voice for {longest * 1000:.0f} ms, {self.max_gap * 1000:.0f} ms at most")
        return found


@dataclass(frozen=True)
class Expected:
    """What both sides must receive: the weak one through ``down``, the good one through ``up``."""

    weak: Expectation = field(default_factory=Expectation)
    good: Expectation = field(default_factory=Expectation)


SCENARIOS = [
    Scenario("free", "a free link", (Phase(FREE),), before=FREE),
    Scenario("broad", "3 Mbit/s", (Phase(BROAD),)),
    Scenario("narrow", "300 kbit/s, 2 % loss", (Phase(replace(NARROW, loss=0.02)),)),
    Scenario("dip", "3 Mbit/s, 300 kbit/s, 3 Mbit/s", (Phase(BROAD), Phase(NARROW), Phase(BROAD))),
    Scenario("lossy", "10 % loss", (Phase(replace(BROAD, loss=0.1)),)),
    Scenario("outage", "an outage of 1 s", (Phase(BROAD, 2.0), Phase(replace(BROAD, loss=1.0), 1.0), Phase(BROAD))),
]

UNHARMED = Expectation(max_frozen=0.25, max_concealed=0.03, min_frames_per_s=8)
REPAIRED = Expectation(max_frozen=0.6, max_concealed=0.15, min_frames_per_s=3)
HEARD = Expectation(max_concealed=0.2, max_gap=2.0)
AUDIBLE = Expectation(max_concealed=0.3)

EXPECTED = {
    "free": Expected(weak=UNHARMED, good=UNHARMED),
    "broad": Expected(weak=UNHARMED, good=UNHARMED),
    "narrow": Expected(weak=HEARD, good=AUDIBLE),
    "dip": Expected(weak=HEARD, good=AUDIBLE),
    "lossy": Expected(weak=REPAIRED, good=REPAIRED),
    "outage": Expected(weak=Expectation(max_gap=2.5), good=Expectation()),
}
"""What must hold within some seconds, with room for two Chromiums and a server on two cores that others use too: while
they are busy, browsers miss frames, and the weak side's was seen to send no sound for two seconds over a link on which
nothing waited. Without loss recovery, 0.2 of 10 frames a second came over the lossy link. What is asked of each link in
the end, in ``demands.py``, is told by ``scripts/weak-links``, which takes more time."""
