"""The sheet as an Excel workbook (ECMA-376)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import xlsxwriter

from server.attendance.columns import Cell, rows, titles
from server.attendance.local import Local
from server.attendance.merge import Line
from server.attendance.sheet import Sheet
from server.attendance.text import clean

_WIDTHS = (5, 32, 32, 24, 20, 13, 16, 20, 20, 9, 12)
"""Of the columns, in digits."""

_LONGEST = 32_767
"""UTF-16 units in a cell."""


def to_xlsx(sheet: Sheet, lines: Sequence[Line]) -> bytes:
    """A workbook of one page's width on A4, in which times are times, durations durations and all else is text."""
    local = Local(sheet)
    file = io.BytesIO()
    # What people wrote is never taken for a formula or a link, since it goes through write_string alone.
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": clean(sheet.title), "created": sheet.now.astimezone(UTC).replace(tzinfo=None)})
    page = book.add_worksheet(local.words.heading.title())

    plain = {"font_size": 10, "valign": "top", "border": 1, "text_wrap": True}
    text = book.add_format(plain)
    time = book.add_format({**plain, "num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
    length = book.add_format({**plain, "num_format": "[h]:mm:ss"})
    title = book.add_format({**plain, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#E7E6E6"})

    page.set_row(0, 22)
    page.write_string(0, 0, local.words.heading, book.add_format({"bold": True, "font_size": 14}))
    heading = [*local.heading(), (local.words.present, f"{len(lines)} {local.words.people}")]
    label = book.add_format({"bold": True})
    for row, (name, value) in enumerate(heading, 1):
        page.write_string(row, 0, name, label)
        page.write_string(row, 2, f": {_cut(value)}")
    top = len(heading) + 2
    page.set_row(top, 30)
    for column, (name, width) in enumerate(zip(titles(local), _WIDTHS, strict=True)):
        page.set_column(column, column, width)
        page.write_string(top, column, name, title)

    def write(row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, datetime):
            page.write_datetime(row, column, cell, time)
        elif isinstance(cell, timedelta):
            page.write_datetime(row, column, cell, length)
        elif isinstance(cell, int):
            page.write_number(row, column, cell, text)
        else:
            page.write_string(row, column, _cut(cell), text)

    for row, cells in enumerate(rows(local, lines), top + 1):
        for column, cell in enumerate(cells):
            write(row, column, cell)

    page.freeze_panes(top + 1, 0)
    page.autofilter(top, 0, top + len(lines), len(_WIDTHS) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)
    page.set_footer(f"&R{local.words.page.format(page='&P', pages='&N')}")
    book.close()
    return file.getvalue()


def _cut(text: str) -> str:
    """What a cell takes of a text; half of a character at the end is left out."""
    return text.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", "ignore")
