"""What a stretch of a record comes to, in the words in which it is asked of a weak link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.network.link_record import DirectionRecord, Waits
from tests.network.sampling import Sample, total

SETTLING = 10.0
"""Seconds after a change in which an estimate, and the queue that it makes, may still be on the move."""
STEADY_FRAMES = 5
"""So many frames within a second are a picture that flows."""
STEADY = 3.0
"""For so many seconds it has to, to be believed."""

Estimates = Sequence[tuple[float, float]]
"""When, in s, and what, in bit/s."""


@dataclass(frozen=True)
class Judgement:
    """One direction of a link in one stretch, and what was received through it."""

    estimate: float | None
    """Mean, in bit/s, once it had time to settle: the server's for what goes down, the weak browser's for what goes
    up. None where nobody said, or there was no such time."""
    estimate_share: float | None
    """The same, as a share of the link's rate; None for a link without a limit."""
    carried: float
    """Bit/s that went through the link, with all headers."""
    waits: Waits
    """In the link's queue, in ms, once it had time to settle; of the whole stretch where it was too short for that."""
    waits_from_the_beginning: Waits
    queue_drops: int
    lost: int
    longest_gap: float
    """In a voice, in s: see :mod:`tests.network.voices`."""
    gaps_over_200_ms: int
    seconds_to_flow: float | None
    """From the beginning until the picture flows in the size that fits; None where it never did."""


def seconds_to_flow(samples: Sequence[Sample], begins: float, ends: float, fitting: int) -> float | None:
    """How many seconds after ``begins`` the picture begins to flow: for ``STEADY`` s, in each second some frames of at
    least the fitting width. 0 if nothing ever disturbed it; frames that were under way when the link changed make no
    such flow.
    """
    here = [each for each in samples if begins <= each["at"] <= ends]
    since: float | None = None
    for number, first in enumerate(here):
        later = next((each for each in here[number + 1 :] if each["at"] >= first["at"] + 0.95), None)
        if later is None:
            return None
        frames = total(later, "video", "framesDecoded") - total(first, "video", "framesDecoded")
        if frames < STEADY_FRAMES or widest(later) < fitting:
            since = None
            continue
        since = first["at"] if since is None else since
        if later["at"] - since >= STEADY - 0.1:
            return float(since - begins)
    return None


def widest(sample: Sample) -> int:
    """The width of the largest picture, in px."""
    return max((int(stream.get("frameWidth", 0)) for stream in sample["video"].values()), default=0)


def judge(
    link: DirectionRecord,
    samples: Sequence[Sample],
    estimates: Estimates,
    begins: float,
    ends: float,
    rate: float | None,
    fitting: int,
) -> Judgement:
    """One direction from ``begins`` to ``ends``.

    ``samples``: of the page that receives through it; ``rate``: the link's, in bit/s; ``fitting``: the width, in px,
    of the largest layer that it carries.
    """
    settled = begins + SETTLING if ends - begins >= SETTLING + 5 else begins
    values = [value for at, value in estimates if settled <= at < ends]
    mean = sum(values) / len(values) if values else None
    slices = link.between(begins, ends)
    return Judgement(
        estimate=mean,
        estimate_share=mean / rate if mean is not None and rate is not None else None,
        carried=link.carried(begins, ends),
        waits=link.waits(settled, ends),
        waits_from_the_beginning=link.waits(begins, ends),
        queue_drops=sum(each.queue_drops for each in slices),
        lost=sum(each.lost for each in slices),
        longest_gap=link.longest_gap(begins, ends),
        gaps_over_200_ms=sum(gap.seconds > 0.2 and begins <= gap.begins + gap.seconds < ends for gap in link.gaps),
        seconds_to_flow=seconds_to_flow(samples, begins, ends, fitting),
    )
