"""What is asked of a meeting over each weak link, and whether a record of it holds that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.network.judgement import Judgement
from tests.network.recording import Record
from tests.network.sampling import Received

Verdict = tuple[bool, str]
"""Whether it holds, and the figure."""


@dataclass(frozen=True)
class Demand:
    """Something asked of one stretch of a scenario, for each direction."""

    scenario: str
    stretch: int
    """Its number; negative from the end."""
    words: str
    judge: Callable[[Judgement, Received], Verdict]


def estimate_fits(judged: Judgement, _: Received) -> Verdict:
    """Between 70 and 100 % of the link."""
    share = judged.estimate_share
    return share is not None and 0.7 <= share <= 1.0, "none" if share is None else f"{share:.0%}"


def queue_is_short(judged: Judgement, _: Received) -> Verdict:
    """Below 150 ms at the 95th percentile."""
    return judged.waits.p95 < 150, f"{judged.waits.p95} ms"


def voice_goes_on(judged: Judgement, _: Received) -> Verdict:
    """No more than 200 ms without a packet."""
    return judged.longest_gap <= 0.2, f"{judged.longest_gap * 1000:.0f} ms"


def little_is_missing(_: Judgement, got: Received) -> Verdict:
    """Less than 2 % of the sound made up."""
    return got.concealed < 0.02, f"{got.concealed:.1%}"


def pictures_move(_: Judgement, got: Received) -> Verdict:
    """Frozen for less than 5 % of the time."""
    return got.frozen < 0.05, f"{got.frozen:.1%}"


def flows_within(seconds: float) -> Callable[[Judgement, Received], Verdict]:
    """The picture comes steadily, in the size that fits, so many seconds after the link changed."""

    def judge(judged: Judgement, _: Received) -> Verdict:
        after = judged.seconds_to_flow
        return after is not None and after <= seconds, "never" if after is None else f"{after:.2f} s"

    return judge


DEMANDS = [
    Demand("narrow", 0, "the estimate settles at 70 to 100 % of the link", estimate_fits),
    Demand("narrow", 0, "packets wait less than 150 ms (p95)", queue_is_short),
    Demand("narrow", 0, "no gap over 200 ms in the voice", voice_goes_on),
    Demand("dip", 1, "down: no gap over 200 ms in the voice", voice_goes_on),
    Demand("dip", 1, "down: a picture that fits within 3 s", flows_within(3)),
    Demand("dip", 2, "up again: no gap over 200 ms in the voice", voice_goes_on),
    Demand("dip", 2, "up again: a picture that fits within 15 s", flows_within(15)),
    Demand("lossy", 0, "less than 2 % of the sound missing", little_is_missing),
    Demand("lossy", 0, "pictures frozen for less than 5 % of the time", pictures_move),
    Demand("outage", -1, "less than 2 % of the sound missing afterwards", little_is_missing),
    Demand("outage", -1, "pictures are back within 3 s", flows_within(3)),
]


def verdicts(record: Record) -> Iterator[str]:
    """For each demand on a record a line of a table in Markdown."""
    for demand in DEMANDS:
        if demand.scenario != record.scenario.partition("-")[0]:
            continue
        stretch = record.stretches[demand.stretch]
        cells = [record.title, demand.words]
        for side in ("weak", "good"):
            if side in stretch.received:
                holds, figure = demand.judge(stretch.judged[side], stretch.received[side])
                cells.append(f"{figure}" if holds else f"**{figure}**")
            else:
                cells.append("too short to tell")
        yield f"| {' | '.join(cells)} |"
