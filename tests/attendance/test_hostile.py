"""What people write into their names is text on every sheet: never a formula, and never the end of a sheet."""

from __future__ import annotations

import csv
import io
import logging
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from server.attendance import Line, merge
from server.attendance.csv_sheet import to_csv
from server.attendance.pdf_sheet import to_pdf
from server.attendance.xlsx_sheet import to_xlsx
from tests.attendance.scripted import NOW, SHEET, visit

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", '=HYPERLINK("http://a","b")']
SCRIPTS = {
    "emoji": "👩‍🏫 Guru 🏯",
    "Arabic": "محمد عبد الله",
    "Balinese": "ᬇ ᬕᬸᬲ᭄ᬢᬶ ᬦ᭄ᬕᬸᬭᬄ",
    "Chinese": "王小明",
    "wide": "\ufdfd",
    "stacked": "Z" + "\u0301" * 60,
    "turned": "\u202egnp.exe",
    "half a character": "a\ud800b",
    "control": "a\x00b\x1b[31m\x07",
    "page": "{nb} \ue000",
    "markup": "<b>x</b> **y** </table> ${z} %s",
    "long": "Raden Mas Panji " * 100,
    "long word": "W" * 5_000,
    "nothing": "\u200b\ufe0f",
}

_DRAWN = [
    *range(0x20, 0x180),
    *range(0x300, 0x370),
    *range(0x600, 0x700),
    *range(0x1B00, 0x1B80),
    *range(0x2000, 0x2070),
]
texts = st.text(max_size=200) | st.text(st.sampled_from([chr(code) for code in _DRAWN]), max_size=400)


def _people(name: str) -> list[Line]:
    return merge([visit("a", 0, 60, name=name, unit=name, position=name, phone=name)], NOW)


def _cells(written: bytes, separator: str = ";") -> list[str]:
    _, row = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=separator)
    return row


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula_whatever_a_program_splits_the_sheet_at(formula: str) -> None:
    for hidden in (formula, *(f"Made{separator}{formula}" for separator in (",", ";", ', "', "; '", "|", "\t"))):
        for separator in (";", ",", "\t", "|"):
            for cell in _cells(to_csv(SHEET, _people(hidden)), separator):
                assert cell.lstrip()[:1] not in {*"=+-@", "\uff1d"}
    book = load_workbook(io.BytesIO(to_xlsx(replace(SHEET, title=formula), _people(formula))))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert formula.strip() in {cell.value for cell in cells}
    assert not any(cell.hyperlink for cell in cells)


@pytest.mark.parametrize("name", SCRIPTS.values(), ids=SCRIPTS)
def test_a_sheet_is_made_of_any_name_and_nothing_of_it_is_logged(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    sheet = replace(SHEET, title=name, place=name, organiser=f"{name}\n" * 9, city=name, chair=name, minutes_by=name)
    pages = PdfReader(io.BytesIO(to_pdf(sheet, _people(name)))).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "Jumlah hadir: 1 orang" in text
    assert f"Halaman {len(pages)} dari {len(pages)}" in text
    load_workbook(io.BytesIO(to_xlsx(sheet, _people(name))))
    assert len(_cells(to_csv(sheet, _people(name)))) == 11
    assert not caplog.records


def test_letters_that_no_font_has_are_boxes() -> None:
    [page] = PdfReader(io.BytesIO(to_pdf(SHEET, _people("王 Made")))).pages
    assert "□ Made" in page.extract_text()


def test_balinese_letters_are_drawn() -> None:
    [page] = PdfReader(io.BytesIO(to_pdf(SHEET, _people("ᬩᬮᬶ")))).pages
    assert "□" not in page.extract_text()
    assert "ᬩ" in page.extract_text()


def test_texts_longer_than_a_cell_are_cut_and_not_left_out() -> None:
    page = load_workbook(io.BytesIO(to_xlsx(SHEET, _people("👍" * 20_000)))).worksheets[0]
    assert page.cell(9, 2).value == "👍" * 16_383


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(texts, min_size=1, max_size=3), texts)
def test_whatever_is_written_each_sheet_can_be_read(names: list[str], title: str) -> None:
    people = merge([visit(f"k{n}", n, 60, name=name, unit=name) for n, name in enumerate(names)], NOW)
    sheet = replace(SHEET, title=title, organiser=title)
    assert len(list(csv.reader(io.StringIO(to_csv(sheet, people).decode("utf-8-sig"), newline=""), delimiter=";"))) == (
        len(people) + 1
    )
    rows = load_workbook(io.BytesIO(to_xlsx(sheet, people))).worksheets[0].iter_rows(min_row=9, values_only=True)
    assert [row[1] or "" for row in rows] == [line.name for line in people]
    assert len(PdfReader(io.BytesIO(to_pdf(sheet, people))).pages) >= 1
