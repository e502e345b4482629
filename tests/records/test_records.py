"""The database: its schema, its mode, and what is kept."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from server.records import CodeTakenError, Records, RecordWriter
from server.records.models import Base


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    records = await Records.open(tmp_path / "made" / "on the way")
    yield records
    await records.close()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "made" / "on the way" / "balai.sqlite3"


def row(database: Path, code: str) -> tuple[str | None, ...]:
    with sqlite3.connect(database) as connection:
        found: tuple[str | None, ...] = connection.execute(
            "SELECT created_at, started_at, ended_at FROM meetings WHERE code = ?", (code,)
        ).fetchone()
    return found


async def test_the_migrations_make_what_the_models_say(records: Records, database: Path) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


async def test_readers_and_the_writer_do_not_wait_for_each_other(records: Records, database: Path) -> None:
    await records.add_meeting("abc-defg-hjk")
    with sqlite3.connect(database, isolation_level=None) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(2):  # while somebody writes, meetings are still found
            assert await records.has_meeting("abc-defg-hjk")
        other.execute("ROLLBACK")


async def test_a_database_is_opened_again_with_what_it_holds(records: Records, database: Path) -> None:
    await records.add_meeting("abc-defg-hjk")
    again = await Records.open(database.parent)
    try:
        assert await again.has_meeting("abc-defg-hjk")
        assert not await again.has_meeting("zzz-zzzz-zzz")
    finally:
        await again.close()


async def test_beginning_and_last_end_are_kept(records: Records, database: Path) -> None:
    await records.add_meeting("abc-defg-hjk")
    created, started, ended = row(database, "abc-defg-hjk")
    assert created is not None
    assert (started, ended) == (None, None)
    await records.started("abc-defg-hjk")
    assert row(database, "abc-defg-hjk")[2] is None
    await records.ended("abc-defg-hjk")
    _, started, ended = row(database, "abc-defg-hjk")
    assert started is not None
    assert ended is not None
    assert created <= started <= ended
    await records.started("abc-defg-hjk")
    assert row(database, "abc-defg-hjk")[2] is None, "it is live again"


async def test_a_code_is_given_once(records: Records) -> None:
    await records.add_meeting("abc-defg-hjk")
    with pytest.raises(CodeTakenError):
        await records.add_meeting("abc-defg-hjk")


async def test_many_write_at_once(records: Records, database: Path) -> None:
    codes = [f"abc-defg-{chr(97 + n // 10)}{chr(97 + n % 10)}x" for n in range(60)]
    await asyncio.gather(*(records.add_meeting(code) for code in codes))
    await asyncio.gather(*(records.started(code) for code in codes), *(records.has_meeting(code) for code in codes))
    assert all(row(database, code)[1] is not None for code in codes)


async def test_the_writer_keeps_the_order_never_makes_anybody_wait_and_survives_a_fault() -> None:
    writer = RecordWriter()
    done: list[int] = []
    release = asyncio.Event()

    async def write(number: int) -> None:
        if number == 0:
            await release.wait()
        if number == 1:
            raise OSError("the disk is full")
        done.append(number)

    for number in range(5):
        writer.put(lambda number=number: write(number))
    assert done == []
    release.set()
    await writer.close()
    assert done == [0, 2, 3, 4]
