"""What was done by whom: written once, never changed."""

from __future__ import annotations

from sqlalchemy import select

from server.records.database import Database
from server.records.models import AuditRecord
from server.records.topic import Topic
from server.records.writer import RecordWriter


class Audit(Topic):
    """The acts in all meetings. There is no way to change or delete one."""

    def __init__(self, database: Database, writer: RecordWriter) -> None:
        super().__init__(database, writer)
        self._did = database.insert_once(AuditRecord)

    def did(self, act: AuditRecord) -> None:
        """Somebody did something."""
        self._writer.put(act.meeting, (self._did, act.values()))

    async def of(self, meeting: int, *, after: int = 0, limit: int = 1000) -> list[AuditRecord]:
        """The next ``limit`` acts in a meeting after the one with that id, in order."""
        query = select(AuditRecord).where(AuditRecord.meeting == meeting, AuditRecord.id > after)
        return await self._all(query.order_by(AuditRecord.id).limit(limit))
