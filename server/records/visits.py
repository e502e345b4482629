"""The visits: who was in a meeting, from when to when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update

from server.records.database import Database
from server.records.models import VisitRecord
from server.records.topic import Topic
from server.records.writer import RecordWriter

_OPEN = update(VisitRecord).where(VisitRecord.left_at.is_(None))
_LEFT = _OPEN.where(VisitRecord.id == bindparam("the_visit")).values(left_at=bindparam("now"), seen_at=bindparam("now"))
_RETURNED = (
    update(VisitRecord).where(VisitRecord.id == bindparam("the_visit")).values(left_at=None, seen_at=bindparam("now"))
)
_SEEN = _OPEN.where(VisitRecord.seen_at < bindparam("now")).values(seen_at=bindparam("now"))
_CUT_OFF = _OPEN.values(left_at=VisitRecord.seen_at)
_CHANGED = (
    update(VisitRecord)
    .where(VisitRecord.id == bindparam("the_visit"))
    .values({name: bindparam(f"new_{name}") for name in ("name", "unit", "position", "role")})
)


class Visits(Topic):
    """All visits are those of one server: a database belongs to one."""

    def __init__(self, database: Database, writer: RecordWriter) -> None:
        super().__init__(database, writer)
        self._arrived = database.insert_once(VisitRecord)

    def arrived(self, visit: VisitRecord) -> None:
        """Somebody is here."""
        self._writer.put(visit.meeting, (self._arrived, visit.values()))

    def changed(self, visit: VisitRecord) -> None:
        """Their name, unit, position or role is another now."""
        values = {
            "new_name": visit.name,
            "new_unit": visit.unit,
            "new_position": visit.position,
            "new_role": visit.role,
        }
        self._writer.put(visit.meeting, (_CHANGED, {"the_visit": visit.id, **values}), key=f"visit {visit.id}")

    def left(self, visit: VisitRecord, now: datetime) -> None:
        """They are gone. Once they are, nothing happens."""
        self._writer.put(visit.meeting, (_LEFT, {"the_visit": visit.id, "now": now}))

    def still_here(self, now: datetime) -> None:
        """Whoever has not left is still here: one statement for all. ``Records`` says so by itself, now and then."""
        self._writer.put("visits", (_SEEN, {"now": now}), key="still here")

    def returned(self, visit: VisitRecord, now: datetime) -> None:
        """Whoever was cut off is here again, and takes the same visit up."""
        self._writer.put(visit.meeting, (_RETURNED, {"the_visit": visit.id, "now": now}))

    async def close_open(self) -> list[VisitRecord]:
        """After a crash: whoever had not left is taken to have left when they were last seen. Returns their visits."""
        cut_off = await self._all(select(VisitRecord).where(VisitRecord.left_at.is_(None)))
        async with self._database.write() as connection:
            await connection.execute(_CUT_OFF)
        return cut_off

    async def of(self, meeting: int) -> list[VisitRecord]:
        """Every visit to a meeting, by arrival."""
        query = select(VisitRecord).where(VisitRecord.meeting == meeting)
        return await self._all(query.order_by(VisitRecord.arrived_at, VisitRecord.id))

    async def latest(self, meeting: int, person: str) -> VisitRecord | None:
        """The last visit of a person, by their key, to a meeting; None where there was none."""
        query = select(VisitRecord).where(VisitRecord.meeting == meeting, VisitRecord.person == person)
        return await self._first(query.order_by(VisitRecord.arrived_at.desc(), VisitRecord.id))
