"""The sheet as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from server.attendance.columns import Cell, rows, titles
from server.attendance.local import Local
from server.attendance.merge import Line
from server.attendance.sheet import Sheet
from server.csv_file import to_csv_file


def to_csv(sheet: Sheet, lines: Sequence[Line]) -> bytes:
    """The table alone, without the heading: programs read it."""
    local = Local(sheet)
    people = ([_written(cell) for cell in row] for row in rows(local, lines))
    return to_csv_file([titles(local), *people], sheet.language)


def _written(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(cell)
