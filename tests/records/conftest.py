"""Both databases: what is tested here is tested on each."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from server.records import MeetingRecord, Records
from tests.records.postgres import postgres, url

NOW = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    with postgres() as folder:
        yield folder


@pytest.fixture
async def postgres_url(postgres_socket: Path) -> AsyncIterator[str]:
    """An empty PostgreSQL database."""
    name = f"balai_{secrets.token_hex(4)}"
    server = await asyncpg.connect(url(postgres_socket))
    await server.execute(f"CREATE DATABASE {name}")
    yield url(postgres_socket, name)
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'balai.sqlite3'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
async def records(database_url: str) -> AsyncIterator[Records]:
    records = await Records.connect(database_url)
    yield records
    await records.close()


@pytest.fixture
async def meeting(records: Records) -> MeetingRecord:
    return await records.meetings.add("abc-defg-hjk", NOW)
