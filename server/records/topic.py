"""What the topics of the records have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Select

from server.records.database import Database
from server.records.writer import RecordWriter

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds for which a question waits for what was put before it."""


class Topic:
    """What is kept of one topic.

    Whatever is ``def`` is put, returns at once, and is kept soon after, in the order of its meeting. Whatever is
    ``async def`` asks the database, and sees all that was put before, unless the database takes longer than
    ``PATIENCE`` for it; then the answer is what there is. These raise SQLAlchemyError, OSError or the driver's own
    error when the database does not answer.
    """

    def __init__(self, database: Database, writer: RecordWriter) -> None:
        self._database, self._writer = database, writer

    async def _all(self, query: Select[T]) -> list[T]:
        await self._writer.settle(PATIENCE)
        return list(await self._database.all(query))

    async def _first(self, query: Select[T]) -> T | None:
        found = await self._all(query.limit(1))
        return found[0] if found else None

    async def _rows(self, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        await self._writer.settle(PATIENCE)
        return await self._database.rows(query)
