"""The records of a server that may be running, for whoever only reads them: nothing is changed, nor made."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError

from server.records.database import Database, make_engine
from server.records.faults import reason
from server.records.records import DATABASE, DatabaseError


@contextlib.asynccontextmanager
async def reading(data_dir: Path, url: str | None) -> AsyncIterator[Database]:
    """The PostgreSQL database at ``url``, or else the SQLite one in ``data_dir``.

    DatabaseError where there is none, or a question within fails: its schema may be older than this version.
    """
    file = data_dir / DATABASE
    if url is None and not file.is_file():
        raise DatabaseError(f"there is no {DATABASE} in it")
    database = Database(make_engine(url or f"sqlite+aiosqlite:///{file}"))
    try:
        yield database
    except (OSError, SQLAlchemyError, PostgresError, InterfaceError) as error:
        raise DatabaseError(reason(error)) from error
    finally:
        await database.close()
