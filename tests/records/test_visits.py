"""The visits: who was here from when to when, after a crash too."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.records import MeetingRecord, Records, VisitRecord
from tests.records.conftest import NOW


def visit(meeting: MeetingRecord, person: str = "p1", minute: int = 0, **more: str) -> VisitRecord:
    at = NOW + timedelta(minutes=minute)
    values = {"participant": "q1", "name": "Ni Luh", "role": "participant"} | more
    return VisitRecord(meeting=meeting.id, person=person, arrived_at=at, seen_at=at, **values)  # type: ignore[arg-type]


async def test_a_visit_is_kept_as_it_was(records: Records, meeting: MeetingRecord) -> None:
    browser = visit(meeting, unit="Dinas Kominfo", position="Kepala Bidang")
    phone = visit(meeting, "+628123456789", 1, phone="+628123456789", device="phone", participant="q2", name="")
    records.visits.arrived(phone)
    records.visits.arrived(browser)
    assert [kept.values() for kept in await records.visits.of(meeting.id)] == [browser.values(), phone.values()]
    browser.role, browser.name = "host", "Ni Luh Putu"
    records.visits.changed(browser)
    records.visits.left(browser, NOW + timedelta(minutes=9))
    records.visits.left(browser, NOW + timedelta(minutes=12))
    first, second = await records.visits.of(meeting.id)
    assert (first.role, first.name, first.left_at) == ("host", "Ni Luh Putu", NOW + timedelta(minutes=9))
    assert second.left_at is None


async def test_what_a_row_shows_of_itself_names_nobody(records: Records, meeting: MeetingRecord) -> None:
    records.visits.arrived(visit(meeting, "+628123456789", phone="+628123456789"))
    shown = repr(await records.visits.of(meeting.id))
    assert "628" not in shown
    assert "Luh" not in shown


steps = st.lists(
    st.tuples(st.sampled_from(["arrive", "leave", "heartbeat"]), st.integers(0, 5), st.integers(1, 40)), max_size=25
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
async def test_after_a_crash_whoever_was_here_left_when_last_seen(
    records: Records, steps: list[tuple[str, int, int]]
) -> None:
    meeting = await records.meetings.add(secrets.token_hex(6), NOW)
    here: dict[int, VisitRecord] = {}
    expected: dict[str, tuple[int, int]] = {}
    """By visit: the minute of arrival, and of leaving or being seen last."""
    minute = 0
    for step, who, passing in steps:
        minute += passing
        if step == "arrive" and who not in here:
            here[who] = visit(meeting, f"p{who}", minute)
            records.visits.arrived(here[who])
            expected[here[who].id] = (minute, minute)
        elif step == "leave" and who in here:
            gone = here.pop(who)
            records.visits.left(gone, NOW + timedelta(minutes=minute))
            expected[gone.id] = (expected[gone.id][0], minute)
        elif step == "heartbeat":
            await records.settle(5)
            records.visits.still_here(NOW + timedelta(minutes=minute))
            expected |= {open_.id: (expected[open_.id][0], minute) for open_ in here.values()}
    await records.settle(5)
    assert {row.id for row in await records.visits.close_open()} == {row.id for row in here.values()}
    assert await records.visits.close_open() == []
    kept = {
        row.id: tuple((at - NOW) // timedelta(minutes=1) for at in (row.arrived_at, row.left_at or NOW))
        for row in await records.visits.of(meeting.id)
    }
    assert kept == expected


async def test_the_records_say_by_themselves_who_is_still_here(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.records.records.HEARTBEAT", 0.01)
    records = await Records.connect(database_url)
    meeting = await records.meetings.add("abc-defg-hjk", NOW)
    records.visits.arrived(visit(meeting))
    gone = visit(meeting, "p2", 1)
    records.visits.arrived(gone)
    records.visits.left(gone, NOW + timedelta(minutes=2))
    async with asyncio.timeout(10):
        while (await records.visits.of(meeting.id))[0].seen_at == NOW:
            await asyncio.sleep(0.01)
    here, left = await records.visits.of(meeting.id)
    assert (here.left_at, left.seen_at) == (None, NOW + timedelta(minutes=2))
    await records.close()
