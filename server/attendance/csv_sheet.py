"""The sheet as CSV, for Excel, LibreOffice and programs (RFC 4180, but for the separator)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta

from server.attendance.columns import Cell, rows, titles
from server.attendance.local import Local
from server.attendance.merge import Line
from server.attendance.sheet import Language, Sheet

_SEPARATORS: dict[Language, str] = {"id": ";", "en": ","}
"""What Excel splits at where people have set that language: the comma is Indonesia's decimal point."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula in one spreadsheet or another; the last four are the first four, in full width."""


def to_csv(sheet: Sheet, lines: Sequence[Line]) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes it for the system's code page.

    No cell is a formula: what would begin one has an apostrophe before it, telephone numbers too, which so remain text.
    """
    local = Local(sheet)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=_SEPARATORS[sheet.language])
    writer.writerow(titles(local))
    writer.writerows([_written(cell) for cell in row] for row in rows(local, lines))
    return text.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return defused(str(cell))


def defused(text: str) -> str:
    """Text that is no formula to any spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULA) else text
