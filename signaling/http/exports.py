"""What a chair takes home: the attendance sheet and the polls; and a host what people said of sound and pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from aiohttp import web

from server.attendance import Line, Sheet, Visit, merge
from server.attendance.csv_sheet import to_csv
from server.attendance.pdf_sheet import to_pdf
from server.attendance.sheet import Language
from server.attendance.xlsx_sheet import to_xlsx
from server.csv_file import to_csv_file
from server.directory import Live
from server.records import VisitRecord
from server.roles import Role
from server.seat import Seat
from signaling.http.feedback import SessionFigures
from signaling.http.guards import problem
from signaling.http.keys import RECORDS, TIME_ZONE
from signaling.http.members import for_members

_FORMS: dict[str, tuple[Callable[[Sheet, Sequence[Line]], bytes], str]] = {
    "csv": (to_csv, "text/csv"),
    "xlsx": (to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (to_pdf, "application/pdf"),
}


@for_members("GET", "/api/meetings/{code}/attendance.{form}")
async def _attendance(request: web.Request, live: Live, seat: Seat) -> web.StreamResponse:
    """``GET``: who was here, as CSV, XLSX or PDF; ``?language=id`` or ``en``."""
    if (form := _FORMS.get(request.match_info["form"])) is None:
        return problem(404, "not_found", "attendance comes as csv, xlsx or pdf")
    write, media_type = form
    records = request.app[RECORDS]
    visits, now = await records.visits.of(live.record.id), records.now()
    lines = merge([_visit(visit) for visit in visits], now)
    sheet = Sheet(
        title=live.record.title or live.record.code,
        starts=min((visit.arrived_at for visit in visits), default=now),
        ends=None,
        place="Balai",
        organiser="",
        zone=request.app[TIME_ZONE],
        language=_language(request),
        now=now,
        chair=seat.participant.name if seat.participant.role is Role.HOST else "",
    )
    body = await asyncio.to_thread(write, sheet, lines)
    return _attached(body, media_type, f"attendance-{live.record.code}.{request.match_info['form']}")


@for_members("GET", "/api/meetings/{code}/polls.csv")
async def _polls(request: web.Request, live: Live, _: Seat) -> web.StreamResponse:
    """``GET``: every poll's options with their votes, and, where it was not anonymous, whose they are.

    ``?language=id`` or ``en``: for whose spreadsheets.
    """
    rows = [["poll", "question", "option", "votes", "names"]]
    for line in await request.app[RECORDS].polls.export(live.record.id):
        rows.append([str(line.poll), line.question, line.option, str(line.votes), "; ".join(line.names)])
    return _attached(to_csv_file(rows, _language(request)), "text/csv", f"polls-{live.record.code}.csv")


@for_members("GET", "/api/meetings/{code}/feedback.csv")
async def _feedback(request: web.Request, live: Live, _: Seat) -> web.StreamResponse:
    """``GET``: each answer with what the browser measured, and without whose it is. Ratings are 1 (bad) to 5 (good).

    ``?language=id`` or ``en``: for whose spreadsheets.
    """
    names = SessionFigures.__struct_fields__
    zone = ZoneInfo(request.app[TIME_ZONE])
    rows = [["at", "rating", "words", *names]]
    for said in await request.app[RECORDS].feedback.of(live.record.id):
        figures = [str(round(said.figures[name], 4)) if name in said.figures else "" for name in names]
        at = said.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        rows.append([at, str(said.rating), said.words, *figures])
    return _attached(to_csv_file(rows, _language(request)), "text/csv", f"feedback-{live.record.code}.csv")


def _language(request: web.Request) -> Language:
    return "en" if request.query.get("language") == "en" else "id"


def _visit(visit: VisitRecord) -> Visit:
    return Visit(
        person=visit.person,
        name=visit.name,
        unit=visit.unit,
        position=visit.position,
        phone=visit.phone,
        device=visit.device,
        role=visit.role,
        arrived=visit.arrived_at,
        left=visit.left_at,
    )


def _attached(body: bytes, media_type: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return web.Response(body=body, content_type=media_type, headers=headers)


ROUTES = [_attendance, _polls, _feedback]
