"""Both databases: what is tested here is tested on each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.records import MeetingRecord, Records

NOW = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


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
