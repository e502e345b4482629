"""A meeting that was scripted by hand: who came, how often, on what, and what its sheet must say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from server.attendance import Line, Sheet, Visit, merge
from server.attendance.sheet import Device

ZERO = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
"""22.00 WITA: two hours before midnight."""


def at(minutes: float) -> datetime:
    """So many minutes after the meeting began."""
    return ZERO + timedelta(minutes=minutes)


def visit(key: str, arrived: float, left: float | None, **more: Any) -> Visit:
    """A visit of whoever has that key. Times are in minutes."""
    device: Device = "phone" if key.startswith("+") else "browser"
    given = {
        "name": key,
        "unit": "",
        "position": "",
        "phone": key if device == "phone" else None,
        "role": "participant",
    }
    return Visit(
        person=key,
        device=device,
        arrived=at(arrived),
        left=None if left is None else at(left),
        **{**given, **more},
    )


WAYAN = {"name": "I Wayan Suarta, S.Kom.", "unit": "Dinas Kominfo", "position": "Kepala Dinas"}
MADE = {"name": "Ni Made Sukerti", "unit": "Desa Batubulan", "position": "Perbekel"}
KETUT = {"name": "I Ketut Darma", "unit": "Desa Mas", "position": "Sekretaris Desa"}

VISITS = [
    # The chair: a link that broke for five minutes, then a tablet and soon the computer again, over midnight.
    visit("w1", -10, 60, role="host", **WAYAN),
    visit("w2", 65, 160, **{**WAYAN, "name": "  i wayan  SUARTA, s.kom. "}),
    visit("w1", 70, 150, role="host", **WAYAN),
    # A village head whose browser was closed and opened anew under another key, and who then called.
    visit("m1", 0, 30, **MADE),
    visit("m2", 40, 90, **MADE),
    visit("+6281234567890", 85, 120, **MADE),
    # Two callers whom nobody gave a name, one written as it is dialled at home.
    visit("+6281111111111", 5, 65, name="0811-1111-1111", phone="0811-1111-1111"),
    visit("+6282222222222", 6, 7.5, name=""),
    # Who came on the next day to chair the rest, and is here.
    visit("k1", 130, None, role="host", **KETUT),
]
NOW = at(165)

SHEET = Sheet(
    title="Rapat Koordinasi SPBE",
    starts=ZERO,
    ends=at(150),
    place="Telekonferensi Balai",
    organiser="PEMERINTAH KABUPATEN GIANYAR\nDINAS KOMUNIKASI DAN INFORMATIKA\nJalan Ngurah Rai 5, Gianyar",
    zone="Asia/Makassar",
    language="id",
    now=NOW,
    city="Gianyar",
    chair="I Wayan Suarta, S.Kom.",
)

TITLES = ["No.", "Nama", "Unit Kerja", "Jabatan", "Telepon", "Peran", "Perangkat"]
TITLES += ["Masuk (WITA)", "Keluar (WITA)", "Durasi", "Kali masuk"]
DAY, NEXT = (2026, 11, 25), (2026, 11, 26)
EXPECTED: list[tuple[Any, ...]] = [
    (
        *(1, "I Wayan Suarta, S.Kom.", "Dinas Kominfo", "Kepala Dinas", "", "Pimpinan", "Peramban"),
        *(datetime(*DAY, 21, 50), datetime(*NEXT, 0, 40), timedelta(minutes=165), 2),
    ),
    (
        *(2, "Ni Made Sukerti", "Desa Batubulan", "Perbekel", "+62 812 3456 7890", "Peserta", "Peramban, Telepon"),
        *(datetime(*DAY, 22, 0), datetime(*NEXT, 0, 0), timedelta(minutes=110), 2),
    ),
    (
        *(3, "+62 811 1111 1111", "", "", "+62 811 1111 1111", "Peserta", "Telepon"),
        *(datetime(*DAY, 22, 5), datetime(*DAY, 23, 5), timedelta(hours=1), 1),
    ),
    (
        *(4, "+62 822 2222 2222", "", "", "+62 822 2222 2222", "Peserta", "Telepon"),
        *(datetime(*DAY, 22, 6), datetime(*DAY, 22, 7, 30), timedelta(seconds=90), 1),
    ),
    (
        *(5, "I Ketut Darma", "Desa Mas", "Sekretaris Desa", "", "Pimpinan", "Peramban"),
        *(datetime(*NEXT, 0, 10), "masih hadir", timedelta(minutes=35), 1),
    ),
]
"""The rows in Indonesian: number, name, unit, position, telephone, role, devices, arrived, left, total, visits."""

PRINTED = [
    "1 I Wayan Suarta, S.Kom. Dinas Kominfo Kepala Dinas 25 Nov 21.50 - 26 Nov 00.40 2 kali masuk 2 jam 45 mnt 1.",
    "2 Ni Made Sukerti Desa Batubulan Perbekel 25 Nov 22.00 - 26 Nov 00.00 2 kali masuk 1 jam 50 mnt 2.",
    "3 +62 811 1111 1111 25 Nov 22.05 - 25 Nov 23.05 1 jam 3.",
    "4 +62 822 2222 2222 25 Nov 22.06 - 25 Nov 22.07 1 mnt 4.",
    "5 I Ketut Darma Desa Mas Sekretaris Desa 26 Nov 00.10 - masih hadir 35 mnt 5.",
]
"""The same on paper, which has a place to sign instead of telephone, role and devices."""


def as_csv(row: tuple[Any, ...]) -> list[str]:
    """A row as CSV has it: text alone, and none of it a formula."""
    return [f"'{cell}" if str(cell).startswith("+") else str(cell) for cell in row]


def lines() -> list[Line]:
    """Its lines."""
    return merge(VISITS, NOW)
