"""Both databases: what is tested here is tested on each."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.records import MeetingRecord, Records
from server.records.migrate import migrate
from tests.postgres import postgres_database, url

NOW = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
KINDS = ("sqlite", "postgresql")


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, once of each kind."""
    if request.param == "sqlite":
        return _sqlite(tmp_path / "empty.sqlite3")
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with empty tables, once of each kind."""
    address: str = request.getfixturevalue(f"{request.param}_copy")
    return address


@pytest.fixture
async def records(database_url: str) -> AsyncIterator[Records]:
    records = await Records.connect(database_url)
    yield records
    await records.close()


@pytest.fixture
async def meeting(records: Records) -> MeetingRecord:
    return await records.meetings.add("abc-defg-hjk", NOW)


# Migrated once, and copied for each test: that takes a tenth of the time.


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "balai.sqlite3"
    asyncio.run(migrate(_sqlite(path)))
    return path


@pytest.fixture
def sqlite_copy(sqlite_template: Path, tmp_path: Path) -> str:
    return _sqlite(Path(shutil.copy(sqlite_template, tmp_path)))


@pytest.fixture(scope="session")
def postgres_template(postgres_socket: Path) -> str:
    asyncio.run(migrate(url(postgres_socket, "postgres")))
    return "postgres"


@pytest.fixture
async def postgresql_copy(postgres_socket: Path, postgres_template: str) -> AsyncIterator[str]:
    async with postgres_database(postgres_socket, postgres_template) as name:
        yield url(postgres_socket, name)


def _sqlite(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"
