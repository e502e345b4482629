"""The database: SQLite in a file of our own, or a PostgreSQL server. What differs between the two stands here alone."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import NullPool, Select, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from server.records.models import Base

T = TypeVar("T")

BUSY = 5.0
"""Seconds that SQLite waits for another's write."""
CONNECTING = 10.0
"""Seconds that a PostgreSQL server has to let us in."""
ANSWERING = 10.0
"""Seconds that it has for one statement."""
BLOCKED = 2.0
"""Seconds that a statement waits there for a row that somebody else holds."""


def make_engine(url: str, *, migrating: bool = False) -> AsyncEngine:
    """An engine for ``sqlite+aiosqlite:///…``, or ``postgresql://…`` as libpq knows it, with all that may stand in it.

    ``migrating``: one connection at a time, whose statements take as long as they take. Errors never carry the values
    of a statement: names and texts are among them.
    """
    options: dict[str, Any] = {"hide_parameters": True}
    if migrating:
        options["poolclass"] = NullPool
    if not url.startswith("postgres"):
        engine = create_async_engine(url, **options)
        event.listen(engine.sync_engine, "connect", _configure_sqlite)
        return engine

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            url,
            timeout=CONNECTING,
            command_timeout=None if migrating else ANSWERING,
            server_settings={
                "application_name": "balai",
                "lock_timeout": "0" if migrating else str(int(BLOCKED * 1000)),
            },
        )

    if not migrating:
        options["pool_pre_ping"] = True  # after the server was restarted, nobody's question fails for it
    return create_async_engine("postgresql+asyncpg://", async_creator=connect, **options)


class Database:
    """Connections to a database whose schema is up to date."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of our own."""
        return self._engine.dialect.name == "sqlite"

    async def prepare(self) -> None:
        """Set what stays with the database."""
        if self.is_sqlite:
            async with self._engine.connect() as connection:
                # Readers and the one writer don't wait for each other; the setting stays with the file.
                await connection.exec_driver_sql("PRAGMA journal_mode=WAL")

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    async def is_ready(self) -> bool:
        """Whether it answers."""
        async with self._engine.connect() as connection:
            return bool((await connection.execute(text("SELECT 1"))).scalar())

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction."""
        async with self._engine.begin() as connection:
            yield connection

    async def all(self, query: Select[T]) -> Sequence[T]:
        """Every row that a question finds, belonging to no session any more."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            return (await session.scalars(query)).all()

    async def rows(self, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """The same for a question that asks for several columns."""
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).all()

    def insert(self, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
        """An insert that can say what is to be done when the row is there already."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def insert_once(self, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
        """An insert that may be done again, as after a connection that was lost before the answer came."""
        return self.insert(table).on_conflict_do_nothing()


def _configure_sqlite(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(BUSY * 1000)}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
