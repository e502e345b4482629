"""The rows of files: the bytes lie in the data folder, and are others' to write and delete."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update

from server.records.models import FileRecord
from server.records.topic import Topic

_DELETED = (
    update(FileRecord)
    .where(FileRecord.id == bindparam("the_file"), FileRecord.deleted_at.is_(None))
    .values(deleted_at=bindparam("now"))
)


class Files(Topic):
    """The files of all meetings."""

    async def add(self, file: FileRecord) -> None:
        """Keep the row of a file, when this returns: messages will point to it."""
        async with self._database.write() as connection:
            await connection.execute(self._database.insert_once(FileRecord), file.values())

    def deleted(self, file: FileRecord, now: datetime) -> None:
        """Its bytes are gone."""
        self._writer.put(file.meeting, (_DELETED, {"the_file": file.id, "now": now}))

    async def find(self, file: str) -> FileRecord | None:
        """The file with this id; None when it was deleted or never was."""
        return await self._first(select(FileRecord).where(FileRecord.id == file, FileRecord.deleted_at.is_(None)))

    async def of(self, meeting: int) -> list[FileRecord]:
        """The files of a meeting that have not been deleted, oldest first."""
        query = select(FileRecord).where(FileRecord.meeting == meeting, FileRecord.deleted_at.is_(None))
        return await self._all(query.order_by(FileRecord.created_at, FileRecord.id))

    async def expired(self, now: datetime, limit: int = 100) -> list[FileRecord]:
        """Files whose time is over and whose bytes are still there, those that wait longest first."""
        query = select(FileRecord).where(FileRecord.expires_at <= now, FileRecord.deleted_at.is_(None))
        return await self._all(query.order_by(FileRecord.expires_at, FileRecord.id).limit(limit))
