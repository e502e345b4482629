"""The records, by the questions that the rest of the server asks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event, insert, select, text, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.records.migrate import migrate
from server.records.models import MeetingRecord

DATABASE = "balai.sqlite3"
"""The embedded database's file in the data folder."""


class CodeTakenError(Exception):
    """There is a meeting with this code already."""


class Records:
    """The database. Every method may be awaited from any task."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, data_dir: Path) -> Records:
        """Open the embedded SQLite database in ``data_dir``, which is made as needed.

        OSError or SQLAlchemyError when it can't be.
        """
        await asyncio.to_thread(data_dir.mkdir, mode=0o700, parents=True, exist_ok=True)
        return await cls.connect(f"sqlite+aiosqlite:///{data_dir / DATABASE}")

    @classmethod
    async def connect(cls, url: str) -> Records:
        """Open the database at a SQLAlchemy URL with an async driver, and bring its schema up to date."""
        await migrate(url)
        engine = create_async_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _configure_sqlite)
            async with engine.connect() as connection:
                # Readers and the one writer don't wait for each other; the setting stays with the file.
                await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        return cls(engine)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    async def is_ready(self) -> bool:
        """Whether the database answers."""
        async with self._engine.connect() as connection:
            return bool((await connection.execute(text("SELECT 1"))).scalar())

    async def add_meeting(self, code: str) -> None:
        """Keep a new meeting. Raises CodeTakenError."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(MeetingRecord).values(code=code, created_at=datetime.now(UTC)))
        except IntegrityError:
            raise CodeTakenError from None

    async def has_meeting(self, code: str) -> bool:
        """Whether somebody made this meeting."""
        async with self._engine.connect() as connection:
            found = await connection.execute(select(MeetingRecord.code).where(MeetingRecord.code == code))
            return found.first() is not None

    async def started(self, code: str) -> None:
        """The first participant is here."""
        await self._update(code, started_at=datetime.now(UTC), ended_at=None)

    async def ended(self, code: str) -> None:
        """The last participant is gone."""
        await self._update(code, ended_at=datetime.now(UTC))

    async def _update(self, code: str, **values: datetime | None) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(MeetingRecord).where(MeetingRecord.code == code).values(**values))


def _configure_sqlite(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
