"""A meeting acted out as it was scripted, hour by hour: its attendance sheets say what was scripted, in all forms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from server.attendance import Visit
from server.meeting import Meeting
from server.participant import Participant
from server.records import VisitRecord
from signaling.http.keys import DIRECTORY, RECORDS
from signaling.limits import Limits
from tests.attendance.reading import csv_rows, pdf_pages, xlsx_page, xlsx_table
from tests.attendance.scripted import EXPECTED, NOW, PRINTED, SHEET, TITLES, VISITS, as_csv, at
from tests.signaling.client import PATIENCE, Message, ProtocolClient, make_chaired_meeting
from tests.signaling.conftest import Connect, MakeServer

RESUMED_AFTER = timedelta(minutes=7)


class HandClock:
    """A clock that stands where it was put."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Stage:
    """The people of a script, and what they come with: browsers, and a telephone."""

    def __init__(self, server: TestServer, connect: Connect, clock: HandClock, code: str, host_key: str) -> None:
        self._server, self._connect, self._clock, self._code, self._host_key = server, connect, clock, code, host_key
        self._clients: dict[Visit, ProtocolClient] = {}
        self._calls: dict[Visit, VisitRecord] = {}
        self._secrets: dict[str, str] = {}
        """By which the server knows somebody's browser again."""
        self.joined: dict[str, Message] = {}
        """What each browser was told when it came last."""

    async def arrive(self, visit: Visit) -> None:
        """Somebody comes."""
        if visit.device == "phone":
            self._call(visit)
            return
        client = self._clients[visit] = await self._connect(self._server)
        key = {"host_key": self._host_key} if visit.role == "host" else {}
        known = {"person": self._secrets[visit.person]} if visit.person in self._secrets else {}
        joined = await client.join(self._code, visit.name, unit=visit.unit, position=visit.position, **key, **known)
        self._secrets[visit.person], self.joined[visit.person] = joined["person"], joined

    async def leave(self, visit: Visit) -> None:
        """Somebody goes: as they please, or, where they come back as another visit, by a link that breaks."""
        if visit.device == "phone":
            self._records.visits.left(self._calls[visit], self._clock())
        elif any(other.person == visit.person and other.arrived > visit.arrived for other in VISITS):
            await self._vanish(visit)
        else:
            await self._clients[visit].ask("leave")

    async def resume(self, visit: Visit) -> None:
        """Somebody's link breaks, and another connection takes the seat again before it is given up: no visit ends."""
        await self._clients[visit].vanish()
        client = self._clients[visit] = await self._connect(self._server)
        resumed = await client.join(self._code, visit.name, resume=self.joined[visit.person]["resume"])
        assert resumed["resumed"]
        self.joined[visit.person] = resumed

    @property
    def _records(self) -> Any:
        return self._server.app[RECORDS]

    @property
    def _meeting(self) -> Meeting:
        live = self._server.app[DIRECTORY].live(self._code)
        assert live is not None
        return live.meeting

    async def _vanish(self, visit: Visit) -> None:
        """Break a link, and wait until the seat is given up."""
        gone = asyncio.Event()
        leaving = self.joined[visit.person]["you"]

        def left(participant: Participant) -> None:
            if participant.id == leaving:
                gone.set()

        self._meeting.room.on("left", left)
        await self._clients[visit].vanish()
        async with asyncio.timeout(PATIENCE):
            await gone.wait()

    def _call(self, visit: Visit) -> None:
        """A call comes in: kept as whatever takes calls keeps it."""
        live = self._server.app[DIRECTORY].live(self._code)
        assert live is not None
        record = self._calls[visit] = VisitRecord(
            meeting=live.record.id,
            person=visit.person,
            participant=f"call-{visit.person[-4:]}",
            name=visit.name,
            unit=visit.unit,
            position=visit.position,
            phone=visit.phone,
            role=visit.role,
            device="phone",
            arrived_at=self._clock(),
            seen_at=self._clock(),
        )
        self._records.visits.arrived(record)

    async def fetch(self, http: ClientSession, form: str) -> bytes:
        """The sheet, as whoever has the chair now takes it home."""
        [chair] = [visit for visit in VISITS if visit.role == "host" and not visit.left]
        seat = {"Authorization": f"Seat {self.joined[chair.person]['resume']}"}
        address = self._server.make_url(f"/api/meetings/{self._code}/attendance.{form}")
        async with http.get(address, headers=seat) as response:
            assert response.status == 200
            return await response.read()

    async def act(self) -> None:
        """Play all of it, up to ``NOW``; every browser's link breaks once, too briefly to matter."""
        moves: list[tuple[datetime, Callable[[Visit], Any], Visit]] = [
            *((visit.arrived, self.arrive, visit) for visit in VISITS),
            *((visit.left, self.leave, visit) for visit in VISITS if visit.left),
            *((visit.arrived + RESUMED_AFTER, self.resume, visit) for visit in VISITS if visit.device == "browser"),
        ]
        for time, move, visit in sorted(moves, key=lambda moved: moved[0]):
            self._clock.now = time
            await move(visit)
        self._clock.now = NOW


@pytest.fixture
def clock() -> HandClock:
    return HandClock(at(-60))


@pytest.fixture
async def stage(make_server: MakeServer, http: ClientSession, connect: Connect, clock: HandClock) -> Stage:
    server = await make_server(Limits(grace=0.3, merge=0.02), clock, time_zone=SHEET.zone)
    code, host_key = await make_chaired_meeting(http, server, title=SHEET.title)
    return Stage(server, connect, clock, code, host_key)


async def test_the_sheets_of_a_meeting_over_midnight_say_line_by_line_what_was_scripted(
    stage: Stage, http: ClientSession
) -> None:
    await stage.act()
    sheets = {form: await stage.fetch(http, form) for form in ("csv", "xlsx", "pdf")}

    assert csv_rows(sheets["csv"]) == [TITLES, *map(as_csv, EXPECTED)]

    page = xlsx_page(sheets["xlsx"])
    titles, *rows = xlsx_table(page)
    assert titles == TITLES
    assert [tuple(cell or "" for cell in row) for row in rows] == EXPECTED
    heading = {row[0].value: row[2].value for row in page.iter_rows(max_row=6)}
    assert heading["Hari/Tanggal"] == ": Rabu, 25 November 2026"
    assert heading["Waktu"] == ": 21.50 WITA s.d. selesai"
    assert heading["Acara"] == f": {SHEET.title}"
    assert heading["Jumlah hadir"] == ": 5 orang"

    [text] = pdf_pages(sheets["pdf"])
    table = text[text.index("Tanda Tangan") : text.index("Jumlah hadir")]
    assert table == f"Tanda Tangan {' '.join(PRINTED)} "
    assert "26 November 2026 Notulis" in text
