"""The meetings: made once, found again, how they are set up, what holds in them."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from server.records import CodeTakenError, MeetingRecord, Records, holds_host_key
from tests.records.conftest import NOW

LATER = NOW + timedelta(hours=2)


async def test_a_meeting_is_found_as_it_was_made(records: Records) -> None:
    made = await records.meetings.add(
        "abc-defg-hjk",
        NOW,
        title="Rapat Koordinasi 🏛",
        language="id",
        time_zone="Asia/Makassar",
        settings={"lobby": True, "who": {"chat": "all"}},
        host_key="a secret",
    )
    found = await records.meetings.find("abc-defg-hjk")
    assert found is not None
    assert found.values() == made.values()
    assert found.id == made.id
    assert await records.meetings.find("zzz-zzzz-zzz") is None


@pytest.mark.parametrize("code", ["", "\0", "\ud800", "x" * 10_000, "'; DROP TABLE meetings"])
async def test_whatever_is_asked_for_is_at_most_not_found(records: Records, code: str) -> None:
    assert await records.meetings.find(code) is None


async def test_a_code_is_given_once(records: Records, meeting: MeetingRecord) -> None:
    with pytest.raises(CodeTakenError):
        await records.meetings.add(meeting.code, NOW)


async def test_the_host_key_opens_and_nothing_else_does_and_the_database_does_not_know_it(records: Records) -> None:
    meeting = await records.meetings.add("abc-defg-hjk", NOW, host_key="a secret")
    without = await records.meetings.add("abc-defg-hjm", NOW)
    assert holds_host_key(meeting, "a secret")
    for key in (None, "", "A secret", "\ud800", (meeting.host_key_sha256 or b"").hex()):
        assert not holds_host_key(meeting, key)
        assert not holds_host_key(without, key)
    assert "a secret" not in str(meeting.values())


async def test_times_come_back_in_utc_from_whatever_zone_and_never_without_one(records: Records) -> None:
    wita = timezone(timedelta(hours=8))
    await records.meetings.add("abc-defg-hjk", NOW.astimezone(wita))
    found = await records.meetings.find("abc-defg-hjk")
    assert found is not None
    assert found.created_at.isoformat() == "2026-03-05T01:30:00+00:00"
    with pytest.raises(Exception, match="without a zone"):
        await records.meetings.add("abc-defg-hjm", datetime(2026, 3, 5))


async def test_beginning_and_last_end_are_kept(records: Records, meeting: MeetingRecord) -> None:
    await records.meetings.add("never-began", NOW)
    assert await records.meetings.live() == []
    records.meetings.started(meeting.code, NOW)
    assert [live.code for live in await records.meetings.live()] == [meeting.code]
    records.meetings.ended(meeting.code, LATER)
    assert await records.meetings.live() == []
    found = await records.meetings.find(meeting.code)
    assert found is not None
    assert (found.started_at, found.ended_at) == (NOW, LATER)
    records.meetings.started(meeting.code, LATER)
    (again,) = await records.meetings.live()
    assert (again.started_at, again.ended_at) == (LATER, None)


async def test_details_settings_and_state_are_changed_apart(records: Records, meeting: MeetingRecord) -> None:
    records.meetings.set_details(meeting.id, title="Musrenbang", language="id", time_zone="Asia/Jakarta")
    records.meetings.set_settings(meeting.id, {"lobby": True})
    for number in range(100):
        records.meetings.set_state(meeting.id, {"locked": False, "hands": ["p1", "\0\ud800"], "change": number})
    await records.settle(5)
    found = await records.meetings.find(meeting.code)
    assert found is not None
    assert (found.title, found.language, found.time_zone) == ("Musrenbang", "id", "Asia/Jakarta")
    assert found.settings == {"lobby": True}
    assert found.state == {"locked": False, "hands": ["p1", "\0\ud800"], "change": 99}


async def test_many_write_at_once(records: Records) -> None:
    codes = [f"abc-defg-{n}" for n in range(60)]
    await asyncio.gather(*(records.meetings.add(code, NOW) for code in codes))
    for code in codes:
        records.meetings.started(code, NOW)
    assert {live.code for live in await records.meetings.live()} == set(codes)


async def test_a_file_of_our_own_is_made_on_the_way_and_opened_again_with_what_it_holds(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "on the way"
    records = await Records.open(folder)
    await records.meetings.add("abc-defg-hjk", NOW)
    again = await Records.open(folder)
    try:
        assert await again.meetings.find("abc-defg-hjk")
    finally:
        await again.close()
        await records.close()
    assert folder.stat().st_mode & 0o077 == 0


async def test_in_a_file_readers_and_the_writer_do_not_wait_for_each_other(tmp_path: Path) -> None:
    records = await Records.open(tmp_path)
    await records.meetings.add("abc-defg-hjk", NOW)
    with sqlite3.connect(tmp_path / "balai.sqlite3", isolation_level=None) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(2):  # while somebody writes, meetings are still found
            assert await records.meetings.find("abc-defg-hjk")
        other.execute("ROLLBACK")
    await records.close()
