"""What people said of sound and pictures, once for each visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.records.database import Database
from server.records.models import FeedbackRecord, MeetingRecord
from server.records.topic import Topic
from server.records.writer import RecordWriter


@dataclass(frozen=True)
class Answered:
    """What somebody said of a meeting."""

    meeting: str
    """Its title, or its code where it has none."""
    at: datetime
    rating: int
    words: str
    figures: dict[str, Any]


async def feedback_since(database: Database, since: datetime) -> list[Answered]:
    """What was said of all meetings since then, oldest first."""
    said = FeedbackRecord
    query = (
        select(MeetingRecord.title, MeetingRecord.code, said.at, said.rating, said.words, said.figures)
        .join(MeetingRecord, MeetingRecord.id == said.meeting)
        .where(said.at >= since)
        .order_by(said.at, said.visit)
    )
    rows = await database.rows(query)
    return [Answered(title or code, at, rating, words, figures) for title, code, at, rating, words, figures in rows]


class Feedback(Topic):
    """The feedback on all meetings."""

    def __init__(self, database: Database, writer: RecordWriter) -> None:
        super().__init__(database, writer)
        put = database.insert(FeedbackRecord)
        new = {name: put.excluded[name] for name in ("at", "rating", "words", "figures")}
        self._put = put.on_conflict_do_update(index_elements=["visit"], set_=new)

    def given(self, feedback: FeedbackRecord) -> None:
        """Somebody said how it was; what they said of the same visit before is void."""
        self._writer.put(feedback.meeting, (self._put, feedback.values()))

    async def of(self, meeting: int) -> list[FeedbackRecord]:
        """What was said of a meeting, oldest first."""
        query = select(FeedbackRecord).where(FeedbackRecord.meeting == meeting)
        return await self._all(query.order_by(FeedbackRecord.at, FeedbackRecord.visit))
