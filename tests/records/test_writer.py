"""The writer: order, merging, what a fault costs, and what happens while the database stalls."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from server.records import ChatRecord, MeetingRecord, Records, writer
from server.records.database import Database, make_engine
from tests.records.conftest import NOW


def message(meeting: MeetingRecord, number: int, name: str = "Ni Luh Secret") -> ChatRecord:
    return ChatRecord(meeting=meeting.id, id=number, at=NOW, person="p", participant="q", name=name, text="hidden text")


async def ids(records: Records, meeting: MeetingRecord) -> list[int]:
    return [row.id for row in await records.chat.page(meeting.id, "p", limit=100_000)]


@pytest.fixture
async def counted(database_url: str) -> AsyncIterator[tuple[Records, dict[str, int]]]:
    """Records, and how many statements and transactions they take."""
    engine = make_engine(database_url)
    counts = {"statements": 0, "commits": 0}

    def count(what: str) -> None:
        counts[what] += 1

    event.listen(engine.sync_engine, "before_cursor_execute", lambda *_: count("statements"))
    event.listen(engine.sync_engine, "commit", lambda *_: count("commits"))
    records = Records(Database(engine))
    yield records, counts
    await records.close()


async def test_many_small_writes_are_one_transaction_and_states_that_wait_are_one_write(
    counted: tuple[Records, dict[str, int]],
) -> None:
    records, counts = counted
    meeting = await records.meetings.add("abc-defg-hjk", NOW)
    counts |= {"statements": 0, "commits": 0}
    for number in range(1, 301):
        records.meetings.set_state(meeting.id, {"change": number})
        records.chat.said(message(meeting, number))
    assert records.writer.waiting == 301
    assert counts["statements"] == 0, "nobody waited"
    assert await records.settle(10)
    assert counts == {"statements": 2, "commits": 1}
    found = await records.meetings.find(meeting.code)
    assert found is not None
    assert found.state == {"change": 300}
    assert await ids(records, meeting) == list(range(1, 301))


async def test_a_write_that_can_not_be_done_costs_the_others_nothing_and_its_words_are_not_logged(
    records: Records, meeting: MeetingRecord
) -> None:
    with capture_logs() as logs:
        for number in range(1, 10):
            bad = message(meeting, number)
            bad.file = "no such file" if number == 5 else None
            records.chat.said(bad)
            records.meetings.started(meeting.code, NOW + timedelta(minutes=number))
        assert await ids(records, meeting) == [1, 2, 3, 4, 6, 7, 8, 9]
    assert records.writer.lost == 1
    found = await records.meetings.find(meeting.code)
    assert found is not None
    assert found.started_at == NOW + timedelta(minutes=9), "in order"
    (entry,) = logs
    assert entry["event"] == "a record was not kept"
    assert "Secret" not in str(entry)
    assert "hidden" not in str(entry)


async def test_a_lane_that_is_full_loses_its_own_and_states_are_never_lost(
    records: Records, meeting: MeetingRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_OF_ONE", 10)
    monkeypatch.setattr(writer, "MOST_WAITING", 15)
    other, third = await records.meetings.add("other", NOW), await records.meetings.add("third", NOW)
    with capture_logs() as logs:
        for number in range(1, 31):
            records.chat.said(message(meeting, number))
        for number in range(1, 4):
            records.chat.said(message(other, number))
        for number in range(1, 4):
            records.chat.said(message(third, number))
        records.meetings.set_state(third.id, {"locked": True})
        assert (records.writer.waiting, records.writer.lost) == (16, 21)
    assert [entry["event"] for entry in logs] == ["records are lost: too many wait for the database"], "once"
    assert await ids(records, meeting) == list(range(1, 11))
    assert await ids(records, other) == [1, 2, 3]
    assert await ids(records, third) == [1, 2]
    found = await records.meetings.find("third")
    assert found is not None
    assert found.state == {"locked": True}


async def test_while_the_disk_stalls_writes_wait_and_then_all_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.records.database.BUSY", 0.01)
    monkeypatch.setattr("server.records.topic.PATIENCE", 0.05)
    records = await Records.open(tmp_path)
    meeting = await records.meetings.add("abc-defg-hjk", NOW)
    with capture_logs() as logs, sqlite3.connect(tmp_path / "balai.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(1, 21):
            records.chat.said(message(meeting, number))
            records.meetings.set_state(meeting.id, {"change": number})
            await asyncio.sleep(0.01)
        assert not await records.settle(0.2)
        assert await ids(records, meeting) == [], "questions are answered with what there is"
        other.execute("ROLLBACK")
        assert await records.settle(10)
    assert await ids(records, meeting) == list(range(1, 21))
    found = await records.meetings.find(meeting.code)
    assert found is not None
    assert found.state == {"change": 20}
    events = [entry["event"] for entry in logs]
    assert events == ["records wait for the database", "records are kept again"]
    assert logs[0]["fault"] == "OperationalError SQLITE_BUSY"
    assert records.writer.lost == 0
    await records.close()


async def test_a_server_that_stops_does_not_wait_for_a_stalled_disk_and_says_what_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.records.database.BUSY", 0.01)
    monkeypatch.setattr(writer, "LAST_WRITES", 0.1)
    records = await Records.open(tmp_path)
    meeting = await records.meetings.add("abc-defg-hjk", NOW)
    with capture_logs() as logs, sqlite3.connect(tmp_path / "balai.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(1, 4):
            records.chat.said(message(meeting, number))
        await records.close()
        other.execute("ROLLBACK")
    assert [entry.get("lost") for entry in logs if "not kept" in entry["event"]] == [3]


async def test_connections_that_are_cut_lose_nothing_and_keep_nothing_twice(postgres_url: str) -> None:
    records = await Records.connect(postgres_url)
    meeting = await records.meetings.add("abc-defg-hjk", NOW)
    cutter = await asyncpg.connect(postgres_url)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1"
    own: Any = await cutter.fetchval("SELECT pg_backend_pid()")
    for number in range(1, 201):
        records.chat.said(message(meeting, number))
        if number % 20 == 0:
            await cutter.execute(cut, own)
            await asyncio.sleep(0.01)
    assert await records.settle(20)
    await cutter.close()
    assert await ids(records, meeting) == list(range(1, 201))
    assert records.writer.lost == 0
    assert await records.is_ready()
    await records.close()


async def test_a_row_that_somebody_else_holds_delays_its_own_meeting_alone(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.records.database.BLOCKED", 0.05)
    records = await Records.connect(postgres_url)
    held, free = await records.meetings.add("held", NOW), await records.meetings.add("free", NOW)
    somebody = await asyncpg.connect(postgres_url)
    await somebody.execute("BEGIN")
    await somebody.execute("UPDATE meetings SET title = title WHERE code = 'held'")
    for number in range(1, 4):
        records.meetings.set_state(held.id, {"change": number})
        records.meetings.set_state(free.id, {"change": number})
    async with asyncio.timeout(10):
        while (found := await records.meetings.find("free")) is None or found.state is None:
            await asyncio.sleep(0.01)
    await somebody.execute("ROLLBACK")
    await somebody.close()
    assert await records.settle(10)
    found = await records.meetings.find("held")
    assert found is not None
    assert found.state == {"change": 3}
    assert records.writer.lost == 0
    await records.close()
