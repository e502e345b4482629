"""What people said of their meetings, meeting by meeting: a line for each day of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from statistics import median

from server.records import Answered

GOOD = 4
"""From this rating on, of 1 to 5, somebody was content."""


@dataclass(frozen=True)
class Summary:
    """What was said of one meeting on one day."""

    day: date
    meeting: str
    answers: int
    good: float
    """The share of those who were content, 0 to 1."""
    figures: Mapping[str, float]
    """The median of each figure of ``SessionFigures`` that somebody's browser measured."""
    words: tuple[str, ...]
    """What was written besides, in order."""


def summarise(answers: Iterable[Answered], zone: tzinfo) -> list[Summary]:
    """The lines, in order of days and of the first answer; days are those of ``zone``."""
    groups: dict[tuple[date, str], list[Answered]] = {}
    for answer in answers:
        groups.setdefault((answer.at.astimezone(zone).date(), answer.meeting), []).append(answer)
    return [_line(day, meeting, group) for (day, meeting), group in sorted(groups.items(), key=lambda item: item[0][0])]


def _line(day: date, meeting: str, group: list[Answered]) -> Summary:
    measured: dict[str, list[float]] = {}
    for answer in group:
        for name, value in answer.figures.items():
            measured.setdefault(name, []).append(float(value))
    return Summary(
        day,
        meeting,
        len(group),
        sum(answer.rating >= GOOD for answer in group) / len(group),
        {name: median(values) for name, values in measured.items()},
        tuple(answer.words for answer in group if answer.words),
    )
