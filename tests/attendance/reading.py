"""Reads sheets back from the bytes that they were written as."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader


def csv_rows(written: bytes, separator: str = ";") -> list[list[str]]:
    """The rows of a CSV sheet, its titles first. Indonesian sheets are separated by semicolons."""
    assert written.startswith(b"\xef\xbb\xbf"), "Excel takes it for another encoding"
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=separator))


def xlsx_page(written: bytes) -> Worksheet:
    """The only page of a workbook."""
    [page] = load_workbook(io.BytesIO(written)).worksheets
    return page


def xlsx_table(page: Worksheet) -> list[list[Any]]:
    """The rows of the table in a workbook's page, its titles first."""
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    first = next(number for number, row in enumerate(rows) if row[0] == "No.")
    return rows[first:]


def pdf_pages(written: bytes) -> list[str]:
    """The words of each page, with one space between them, and every dash a hyphen."""
    reader = PdfReader(io.BytesIO(written))
    return [" ".join(page.extract_text().split()).replace("\u2013", "-") for page in reader.pages]
