"""The chat: who wrote what to whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, update

from server.records.database import Database
from server.records.models import ChatRecord
from server.records.topic import Topic
from server.records.writer import RecordWriter

_DELETED = (
    update(ChatRecord)
    .where(
        ChatRecord.meeting == bindparam("the_meeting"),
        ChatRecord.id == bindparam("the_message"),
        ChatRecord.deleted_at.is_(None),
    )
    .values(text="", file=None, deleted_at=bindparam("now"), deleted_by=bindparam("by"))
)


class Chat(Topic):
    """The messages of all meetings."""

    def __init__(self, database: Database, writer: RecordWriter) -> None:
        super().__init__(database, writer)
        self._said = database.insert_once(ChatRecord)

    def said(self, message: ChatRecord) -> None:
        """Somebody wrote. The row of the file that goes along must be there: ``Files.add`` was awaited."""
        self._writer.put(message.meeting, (self._said, message.values()))

    def deleted(self, meeting: int, message: int, by: str, now: datetime) -> None:
        """Somebody, by the person's key, took a message away: that there was one stays, what it said does not."""
        values = {"the_meeting": meeting, "the_message": message, "by": by, "now": now}
        self._writer.put(meeting, (_DELETED, values))

    async def page(self, meeting: int, reader: str, *, before: int | None = None, limit: int = 50) -> list[ChatRecord]:
        """The latest ``limit`` messages (before one with that id), oldest first, that a person may read.

        Those are the ones for everybody, and the ones from or to them; nobody else reads private ones, hosts included.
        """
        mine = or_(ChatRecord.recipient.is_(None), ChatRecord.recipient == reader, ChatRecord.person == reader)
        query = select(ChatRecord).where(ChatRecord.meeting == meeting, mine)
        if before is not None:
            query = query.where(ChatRecord.id < before)
        return (await self._all(query.order_by(ChatRecord.id.desc()).limit(limit)))[::-1]

    async def latest(self, meeting: int, limit: int) -> list[ChatRecord]:
        """The latest ``limit`` messages, oldest first, private ones too: for the meeting when it begins again."""
        query = select(ChatRecord).where(ChatRecord.meeting == meeting, ChatRecord.deleted_at.is_(None))
        return (await self._all(query.order_by(ChatRecord.id.desc()).limit(limit)))[::-1]

    async def last_id(self, meeting: int) -> int:
        """The id of the latest message, from which a meeting that begins again counts on; 0 when there is none."""
        ((last,),) = await self._rows(select(func.max(ChatRecord.id)).where(ChatRecord.meeting == meeting))
        return last or 0
