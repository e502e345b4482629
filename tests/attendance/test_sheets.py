"""The scripted meeting, read back from each kind of sheet."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from server.attendance import Line, Sheet, merge
from server.attendance.csv_sheet import to_csv
from server.attendance.pdf_sheet import to_pdf
from server.attendance.xlsx_sheet import to_xlsx
from tests.attendance.reading import csv_rows, pdf_pages, xlsx_page, xlsx_table
from tests.attendance.scripted import EXPECTED, NOW, PRINTED, SHEET, TITLES, as_csv, at, lines, visit


def _csv(sheet: Sheet, people: list[Line]) -> list[list[str]]:
    return csv_rows(to_csv(sheet, people), ";" if sheet.language == "id" else ",")


def _xlsx(sheet: Sheet, people: list[Line]) -> Worksheet:
    return xlsx_page(to_xlsx(sheet, people))


def _pdf(sheet: Sheet, people: list[Line]) -> list[str]:
    return pdf_pages(to_pdf(sheet, people))


def test_csv_says_what_was_scripted() -> None:
    assert _csv(SHEET, lines()) == [TITLES, *map(as_csv, EXPECTED)]


def test_xlsx_says_what_was_scripted_in_times_and_durations() -> None:
    page = _xlsx(SHEET, lines())
    titles, *rows = xlsx_table(page)
    assert titles == TITLES
    assert [tuple(cell or "" for cell in row) for row in rows] == EXPECTED
    heading = {row[0].value: row[2].value for row in page.iter_rows(max_row=6)}
    assert heading["Hari/Tanggal"] == ": Rabu, 25 November 2026 s.d. Kamis, 26 November 2026"
    assert heading["Waktu"] == ": 22.00 s.d. 00.30 WITA"
    assert heading["Jumlah hadir"] == ": 5 orang"


def test_xlsx_prints_on_a4_landscape_with_its_titles_on_each_page() -> None:
    page = _xlsx(SHEET, lines())
    assert (page.page_setup.orientation, str(page.page_setup.paperSize)) == ("landscape", page.PAPERSIZE_A4)
    assert page.sheet_properties.pageSetUpPr is not None
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight == 0, "as many pages as there are people for"
    titles = 8
    assert page.print_title_rows == f"${titles}:${titles}"
    assert page.freeze_panes == f"A{titles + 1}"
    assert page.cell(titles, 1).value == "No."


def test_pdf_says_what_was_scripted() -> None:
    [text] = _pdf(SHEET, lines())
    for said in (
        "PEMERINTAH KABUPATEN GIANYAR DINAS KOMUNIKASI DAN INFORMATIKA Jalan Ngurah Rai 5, Gianyar DAFTAR HADIR",
        "Hari/Tanggal : Rabu, 25 November 2026 s.d. Kamis, 26 November 2026",
        "Waktu : 22.00 s.d. 00.30 WITA",
        "Tempat : Telekonferensi Balai",
        "Acara : Rapat Koordinasi SPBE",
        "No. Nama Unit Kerja Jabatan Waktu Hadir Durasi Tanda Tangan",
        *PRINTED,
        "Jumlah hadir: 5 orang",
        "Gianyar, 26 November 2026",
        "Halaman 1 dari 1",
    ):
        assert said in text
    assert re.search(r"Notulis \.{10,} Pimpinan Rapat I Wayan Suarta, S\.Kom\.", text)


def test_english_sheets_have_english_words_and_times() -> None:
    [text] = _pdf(replace(SHEET, language="en", zone="Asia/Singapore", ends=None, organiser=""), lines())
    assert "ATTENDANCE LIST" in text
    assert "Date : Wednesday, 25 November 2026 Time : 22:00 UTC+08 to open end" in text
    assert "26 Nov 00:10 - still here 35 min" in text
    assert "Page 1 of 1" in text
    titles, *_ = _csv(replace(SHEET, language="en"), lines())
    assert titles[7:9] == ["Arrived (WITA)", "Left (WITA)"]


@pytest.mark.parametrize(
    ("zone", "name"), [("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT")]
)
def test_indonesias_zones_have_their_names(zone: str, name: str) -> None:
    assert f"Masuk ({name})" in _csv(replace(SHEET, zone=zone), lines())[0]


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "../etc/passwd", "Asia", ""])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="no such time zone"):
        replace(SHEET, zone=zone)


def test_numbers_are_masked_everywhere_where_asked_also_as_names() -> None:
    guests = replace(SHEET, mask_phones=True)
    shown = [str(_csv(guests, lines())), str(xlsx_table(_xlsx(guests, lines()))), *_pdf(guests, lines())]
    for text in shown:
        assert "+62 811 •••• 111" in text
        assert "1111 1111" not in text
        assert "3456" not in text


def test_122_people_are_several_pages_each_with_titles_and_a_number_and_each_name_once() -> None:
    people = merge([visit(f"k{n}", n / 10, 60, name=f"Peserta ke-{n:03}", unit=f"Desa {n}") for n in range(122)], NOW)
    pages = _pdf(SHEET, people)
    assert len(pages) > 4
    for number, text in enumerate(pages, 1):
        assert f"Halaman {number} dari {len(pages)}" in text
        assert ("Tanda Tangan" in text) == ("Peserta ke-" in text)
    names = [int(number) for text in pages for number in re.findall(r"Peserta ke-(\d+)", text)]
    assert names == list(range(122))
    assert sum("Pimpinan Rapat" in text for text in pages) == 1


@pytest.mark.parametrize("people", range(9, 18))
def test_whoever_signs_for_the_sheet_does_so_on_one_page(people: int) -> None:
    *_, last = _pdf(SHEET, merge([visit(f"k{n}", n, 60, name=f"Orang {n}") for n in range(people)], NOW))
    assert "Jumlah hadir" in last
    assert "Pimpinan Rapat" in last
    assert "Notulis" in last


def test_a_day_or_more_is_said_in_hours() -> None:
    people = merge([visit("a", 0, 60 * 30 + 1)], at(60 * 31))
    assert _csv(SHEET, people)[1][9] == "30:01:00"
    assert xlsx_table(_xlsx(SHEET, people))[1][9] == timedelta(hours=30, minutes=1)
    assert "30 jam 1 mnt" in _pdf(SHEET, people)[0]


def test_days_stand_beside_times_only_where_there_is_more_than_one() -> None:
    evening = replace(SHEET, ends=at(60), now=at(60))
    people = merge([visit("a", 0, 60, name="Wayan"), visit("b", 1, 150, name="Made")], NOW)
    [text] = _pdf(evening, people)
    assert "Hari/Tanggal : Rabu, 25 November 2026 Waktu : 22.00 s.d. 23.00 WITA" in text
    assert "1 Wayan 22.00 - 23.00 1 jam" in text
    assert "2 Made 25 Nov 22.01 - 26 Nov 00.30 2 jam" in text


def test_the_same_meeting_is_the_same_file() -> None:
    for write in (to_csv, to_xlsx, to_pdf):
        assert write(SHEET, lines()) == write(SHEET, lines())


def test_a_sheet_of_nobody_is_a_sheet() -> None:
    assert len(_csv(SHEET, [])) == 1
    assert len(xlsx_table(_xlsx(SHEET, []))) == 1
    assert "Jumlah hadir: 0 orang" in _pdf(SHEET, [])[0]


def test_seconds_are_kept_in_spreadsheets() -> None:
    [_, row] = xlsx_table(_xlsx(SHEET, merge([visit("a", 0.5, 1.25)], NOW)))
    assert row[7:10] == [datetime(2026, 11, 25, 22, 0, 30), datetime(2026, 11, 25, 22, 1, 15), timedelta(seconds=45)]
