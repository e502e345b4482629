"""The table as spreadsheets have it: real values, for CSV and XLSX alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from server.attendance.local import Local
from server.attendance.merge import Line

Cell: TypeAlias = str | int | datetime | timedelta


def titles(local: Local) -> list[str]:
    """What stands over each column."""
    words, zone = local.words, local.zone_name
    who = [words.number, words.name, words.unit, words.position, words.phone, words.role, words.device]
    return [*who, f"{words.arrived} ({zone})", f"{words.left} ({zone})", words.total, words.visits]


def rows(local: Local, lines: Sequence[Line]) -> Iterator[list[Cell]]:
    """One row a person. Times are wall clocks at the meeting's place; whoever is here has words for a departure."""
    words = local.words
    for number, line in enumerate(lines, 1):
        yield [
            number,
            local.name(line),
            line.unit,
            line.position,
            local.phone(line),
            words.roles.get(line.role, line.role),
            ", ".join(words.devices[device] for device in line.devices),
            local.wall_clock(line.arrived),
            local.wall_clock(line.left) if line.left else words.still_here,
            timedelta(seconds=int(line.total.total_seconds())),
            line.visits,
        ]
