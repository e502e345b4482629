"""Telephones: each meeting's PIN, and the calls."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError

from server.records import CallRecord, MeetingRecord, Records
from server.records import meetings as meetings_module
from tests.records.conftest import NOW

LATER = NOW + timedelta(minutes=5)


def call(meeting: int | None = None, number: str = "+628123456789") -> CallRecord:
    return CallRecord(meeting=meeting, direction="in", number=number, trunk="kantor", transport="udp", began_at=NOW)


async def test_a_meeting_gets_one_pin_however_often_it_is_asked_for_at_once(
    records: Records, meeting: MeetingRecord
) -> None:
    again = await records.meetings.find(meeting.code)
    assert again is not None
    pins = await asyncio.gather(*(records.meetings.give_pin(record) for record in (meeting, again, meeting)))
    assert len(set(pins)) == 1
    assert len(pins[0]) >= 8
    assert pins[0].isdigit()
    found = await records.meetings.with_pin(pins[0])
    assert found is not None
    assert found.code == meeting.code


async def test_no_two_meetings_have_the_same_pin(
    records: Records, meeting: MeetingRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["111111111", "111111111", "111111111", "222222222"])
    monkeypatch.setattr(meetings_module, "new_pin", lambda: next(drawn))
    other = await records.meetings.add("abc-defg-hjm", NOW)
    assert await records.meetings.give_pin(meeting) == "111111111"
    assert await records.meetings.give_pin(other) == "222222222"


@pytest.mark.parametrize("pin", ["", "0", "123456789", "\0", "\ud800", "1" * 10_000, "' OR 1=1 --", "%"])
async def test_whatever_is_pressed_finds_at_most_nothing(records: Records, meeting: MeetingRecord, pin: str) -> None:
    other = await records.meetings.add("abc-defg-hjm", NOW)
    assert other.phone_pin is None
    assert await records.meetings.with_pin(pin) is None


async def test_a_call_is_kept_as_it_goes_on_and_its_number_is_in_no_log(
    records: Records, meeting: MeetingRecord
) -> None:
    kept = call()
    records.calls.put(kept)
    kept.answered_at, kept.meeting, kept.participant = LATER, meeting.id, "ab" * 8
    records.calls.put(kept)
    kept.ended_at, kept.reason = LATER, "hung_up"
    records.calls.put(kept)
    [found] = await records.calls.of(meeting.id)
    assert found.values() == kept.values()
    assert "+62" not in repr(found)


async def test_after_a_crash_no_call_goes_on(records: Records, meeting: MeetingRecord) -> None:
    ended, open_ = call(meeting.id), call(meeting.id, "")
    ended.ended_at, ended.reason = LATER, "hung_up"
    open_.answered_at = LATER
    for each in (ended, open_):
        records.calls.put(each)
    assert await records.settle(2)
    await records.calls.close_open()
    found = {each.number: each for each in await records.calls.latest()}
    assert (found[""].ended_at, found[""].reason) == (LATER, "cut_off")
    assert found["+628123456789"].reason == "hung_up"


async def test_a_meeting_that_is_not_kept_gets_no_pin(records: Records) -> None:
    nobody = MeetingRecord(code="zzz-zzzz-zzz", created_at=NOW)
    nobody.id = 12_345
    with pytest.raises((LookupError, SQLAlchemyError)):
        await records.meetings.give_pin(nobody)
