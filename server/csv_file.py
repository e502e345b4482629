"""CSV for Excel, LibreOffice and programs (RFC 4180, but for the separator), in which no text is a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

SEPARATORS = {"id": ";", "en": ","}
"""What Excel splits at where people have set that language: the comma is Indonesia's decimal point."""

_FORMULA = re.compile(
    r"""
    (?: ^                    # What begins a cell,
      | [;,|\t] [\s"']* )    # or would where a program splits at another separator than ours:
    (?= [-=+@\t\r\n\uff1d\uff0b\uff0d\uff20] )  # a formula in one spreadsheet or another, also in full width.
    """,
    re.VERBOSE,
)


def to_csv_file(rows: Iterable[Sequence[str]], language: str) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes it for the system's code page.

    No cell is a formula: what would begin one has an apostrophe before it, telephone numbers too, which so remain text.
    """
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=SEPARATORS[language]).writerows(map(defused, row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def defused(text: str) -> str:
    """Text that is no formula to any spreadsheet, and has none in it whatever it is split at."""
    return _FORMULA.sub(lambda found: f"{found[0]}'", text)
