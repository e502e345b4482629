"""The records of a server: every topic over one database, with one writer."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError

from server.clock import Clock, utc_now
from server.records.audit import Audit
from server.records.calls import Calls
from server.records.chat import Chat
from server.records.database import Database, make_engine
from server.records.faults import reason
from server.records.feedback import Feedback
from server.records.files import Files
from server.records.meetings import Meetings
from server.records.migrate import migrate
from server.records.polls import Polls
from server.records.visits import Visits
from server.records.writer import RecordWriter

DATABASE = "balai.sqlite3"
"""The embedded database's file in the data folder."""
HEARTBEAT = 10.0
"""Seconds between two notes of who is still here."""


class DatabaseError(Exception):
    """The database can't be opened; one line says why, without a password."""


class Records:
    """What outlives a meeting. To be made within a running loop; every method may be called from any task of it."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self.now = clock
        """What time it is for all that is kept."""
        self.writer = RecordWriter(database)
        self.meetings = Meetings(database, self.writer)
        self.visits = Visits(database, self.writer)
        self.calls = Calls(database, self.writer)
        self.chat = Chat(database, self.writer)
        self.files = Files(database, self.writer)
        self.polls = Polls(database, self.writer)
        self.feedback = Feedback(database, self.writer)
        self.audit = Audit(database, self.writer)
        self._heart = asyncio.create_task(self._keep_beating())

    @classmethod
    async def open(cls, data_dir: Path, clock: Clock = utc_now) -> Records:
        """Open the embedded SQLite database in ``data_dir``, which is made as needed.

        DatabaseError when it can't be.
        """
        try:
            await asyncio.to_thread(data_dir.mkdir, mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(reason(error)) from error
        return await cls.connect(f"sqlite+aiosqlite:///{data_dir / DATABASE}", clock)

    @classmethod
    async def connect(cls, url: str, clock: Clock = utc_now) -> Records:
        """Open the database at a URL that ``make_engine`` knows, and bring its schema up to date.

        DatabaseError when it can't be.
        """
        database = Database(make_engine(url))
        try:
            await migrate(url)
            await database.prepare()
        except (OSError, SQLAlchemyError, PostgresError, InterfaceError) as error:
            await database.close()
            raise DatabaseError(reason(error)) from error
        return cls(database, clock)

    async def is_ready(self) -> bool:
        """Whether the database answers."""
        return await self._database.is_ready()

    async def settle(self, within: float) -> bool:
        """Wait until everything that was put is kept, for so many seconds at most; whether it is."""
        return await self.writer.settle(within)

    async def close(self) -> None:
        """Finish what has been put, and close every connection."""
        self._heart.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._heart
        await self.writer.close()
        await self._database.close()

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            self.visits.still_here(self.now())
