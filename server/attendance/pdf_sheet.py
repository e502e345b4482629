"""The sheet as offices print, sign and file it: A4, upright."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, TableCellFillMode, VAlign, XPos, YPos
from fpdf.fonts import FontFace, TTFFont
from fpdf.util import Padding

from server.attendance.local import Local
from server.attendance.merge import Line
from server.attendance.sheet import Sheet
from server.attendance.text import clean

# Lengths are in mm, sizes of letters in points.
_FONTS = Path(__file__).parent / "fonts"
_MARGIN = 14.0
_WIDTHS = (9.0, 41.0, 32.0, 26.0, 25.0, 17.0, 32.0)
"""Of the columns; together what the margins leave of 210."""
_LETTERHEAD = (("B", 12.0), ("B", 14.0), ("", 9.0), ("", 9.0), ("", 9.0))
"""Of each line at most: the government, the office, its addresses."""
_ROW = 11.0
"""The least height of a row: a signature's."""
_LONGEST = 160
"""Code points of a cell: a row must fit on a page, whatever people write."""
_LONGEST_NAME = 64
"""Code points of who signs, who has half of a page's width."""
_BOX = "□"
_PAGES = "\ue000"
"""Stands for the number of pages until it is known. Nobody can write it: no font has it."""


def to_pdf(sheet: Sheet, lines: Sequence[Line]) -> bytes:
    """Heading, table, and where the chair and the secretary sign. What no font has is a box."""
    local = Local(sheet)
    pdf = _Pdf(local)
    pdf.set_title(f"{local.words.heading.title()} · {clean(sheet.title)}")
    pdf.set_creation_date(sheet.now.astimezone(UTC))
    pdf.set_lang(sheet.language)
    pdf.add_page()
    _letterhead(pdf, sheet)
    _heading(pdf, local)
    _table(pdf, local, lines)
    _signatures(pdf, local, sheet, len(lines))
    return bytes(pdf.output())


class _Pdf(FPDF):
    """A4 with the fonts, and the page's number at the foot of each page."""

    def __init__(self, local: Local) -> None:
        super().__init__(format="A4")
        self._words = local.words
        self.set_margins(_MARGIN, 12, _MARGIN)
        self.set_auto_page_break(True, 16)
        self.alias_nb_pages(_PAGES)
        self.add_font("sans", "", _FONTS / "NotoSans-Regular.ttf")
        self.add_font("sans", "B", _FONTS / "NotoSans-Bold.ttf")
        self.add_font("arabic", "", _FONTS / "NotoSansArabic-Regular.ttf")
        self.add_font("balinese", "", _FONTS / "NotoSansBalinese-Regular.ttf")
        self.add_font("box", "", _FONTS / "NotoSansSymbols2-Regular.ttf")
        self.set_fallback_fonts(["arabic", "balinese", "box"], exact_match=False)
        self.set_text_shaping(True)
        self._drawn = frozenset().union(*(font.cmap for font in self.fonts.values() if isinstance(font, TTFFont)))

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("sans", "", 8)
        self.cell(0, 5, self._words.page.format(page=self.page_no(), pages=_PAGES), align=Align.R)

    def drawable(self, text: str, longest: int = _LONGEST) -> str:
        """As much of a text as there is room for; what no font has is a box."""
        cut = text if len(text) <= longest else f"{text[:longest]}…"
        return "".join(c if ord(c) in self._drawn else _BOX for c in cut)

    def paragraph(self, text: str, width: float = 0, height: float = 5, align: Align = Align.L) -> None:
        """A text from where the pen is; then on to the next line."""
        self.multi_cell(width, height, self.drawable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _letterhead(pdf: _Pdf, sheet: Sheet) -> None:
    """Who invites, over a double rule; the place for it, on paper that has one."""
    organiser = [text for line in sheet.organiser.splitlines() if (text := clean(line))]
    if not organiser:
        pdf.set_y(pdf.t_margin + 28)
        return
    for line, (style, size) in zip(organiser, _LETTERHEAD, strict=False):
        pdf.set_font("sans", style, size)
        pdf.paragraph(line, height=size / 2, align=Align.C)
    y = pdf.get_y() + 2
    for offset, width in ((0.0, 0.8), (0.9, 0.2)):
        pdf.set_line_width(width)
        pdf.line(_MARGIN, y + offset, pdf.w - _MARGIN, y + offset)
    pdf.set_y(y + 6)


def _heading(pdf: _Pdf, local: Local) -> None:
    pdf.set_font("sans", "B", 13)
    pdf.paragraph(local.words.heading, height=7, align=Align.C)
    pdf.ln(3)
    pdf.set_font("sans", "", 10)
    for label, value in local.heading():
        pdf.cell(28, 5.5, label)
        pdf.cell(4, 5.5, ":")
        pdf.paragraph(value or "\u2013", height=5.5)
    pdf.ln(4)


def _table(pdf: _Pdf, local: Local, lines: Sequence[Line]) -> None:
    words = local.words
    pdf.set_font("sans", "", 8.5)
    pdf.set_line_width(0.2)
    titles = (words.number, words.name, words.unit, words.position, words.attended, words.total, words.signature)
    with pdf.table(
        width=sum(_WIDTHS),
        col_widths=_WIDTHS,
        line_height=4.2,
        min_row_height=_ROW,
        padding=(0.8, 1.2),
        v_align=VAlign.M,
        text_align=(Align.R, Align.L, Align.L, Align.L, Align.C, Align.C, Align.L),
        headings_style=FontFace(emphasis="BOLD", fill_color=(231, 230, 230)),
        cell_fill_mode=TableCellFillMode.NONE,
    ) as table:
        heading = table.row(min_height=8)
        for title in titles:
            heading.cell(title, align=Align.C)
        for number, line in enumerate(lines, 1):
            row = table.row()
            row.cell(str(number))
            for text in (local.name(line), line.unit, line.position):
                row.cell(pdf.drawable(text))
            row.cell(local.attended(line))
            row.cell(local.duration(line.total))
            # By turns left and right, so that a signature may be twice as high as its row.
            side = Padding(0.8, 1.2, 0.8, 1.2 if number % 2 else _WIDTHS[-1] / 2)
            row.cell(f"{number}.", v_align=VAlign.T, padding=side)


def _signatures(pdf: _Pdf, local: Local, sheet: Sheet, present: int) -> None:
    """The end: how many, where and when, and who answers for it. It is never torn apart."""
    if pdf.will_page_break(70):
        pdf.add_page()
    words, half = local.words, pdf.epw / 2
    pdf.ln(3)
    pdf.set_font("sans", "", 10)
    pdf.paragraph(f"{words.present}: {present} {words.people}")
    pdf.ln(5)
    city = pdf.drawable(clean(sheet.city) or "." * 24, _LONGEST_NAME)
    pdf.set_x(_MARGIN + half)
    pdf.paragraph(f"{city}, {local.day(sheet.ends or sheet.now)}", half, align=Align.C)
    top = pdf.get_y()
    for x, office, name in (
        (_MARGIN, words.minutes_by, clean(sheet.minutes_by)),
        (_MARGIN + half, words.chair, clean(sheet.chair)),
    ):
        pdf.set_font("sans", "", 10)
        pdf.set_xy(x, top)
        pdf.paragraph(office, half, align=Align.C)
        pdf.set_xy(x, top + 26)
        pdf.set_font("sans", "BU" if name else "", 10)
        pdf.paragraph(pdf.drawable(name, _LONGEST_NAME) or "." * 40, half, align=Align.C)
