"""The telephone calls: who called whom, from when to when, and what came of it."""

from __future__ import annotations

from sqlalchemy import func, select, update

from server.records.database import Database
from server.records.models import CallRecord
from server.records.topic import Topic
from server.records.writer import RecordWriter

_CUT_OFF = (
    update(CallRecord)
    .where(CallRecord.ended_at.is_(None))
    .values(ended_at=func.coalesce(CallRecord.answered_at, CallRecord.began_at), reason="cut_off")
)
_CHANGING = ("meeting", "participant", "answered_at", "ended_at", "reason")


class Calls(Topic):
    """All calls of one server."""

    def __init__(self, database: Database, writer: RecordWriter) -> None:
        super().__init__(database, writer)
        put = database.insert(CallRecord)
        new = {name: put.excluded[name] for name in _CHANGING}
        self._put = put.on_conflict_do_update(index_elements=["id"], set_=new)

    def put(self, call: CallRecord) -> None:
        """A call has begun, or something of it is another now."""
        self._writer.put("calls", (self._put, call.values()))

    async def close_open(self) -> None:
        """After a crash: no call outlives the server."""
        async with self._database.write() as connection:
            await connection.execute(_CUT_OFF)

    async def of(self, meeting: int) -> list[CallRecord]:
        """The calls of a meeting, oldest first."""
        query = select(CallRecord).where(CallRecord.meeting == meeting)
        return await self._all(query.order_by(CallRecord.began_at, CallRecord.id))

    async def latest(self, limit: int = 100) -> list[CallRecord]:
        """The latest calls, those that came into no meeting among them, newest first."""
        return await self._all(select(CallRecord).order_by(CallRecord.began_at.desc(), CallRecord.id).limit(limit))
