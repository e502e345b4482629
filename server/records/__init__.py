"""What outlives a meeting, kept as it happens: SQLAlchemy models, their Alembic migrations, and a class a topic."""

from server.records.feedback import Answered, feedback_since
from server.records.meetings import CodeTakenError, holds_host_key
from server.records.models import (
    AuditRecord,
    CallRecord,
    ChatRecord,
    FeedbackRecord,
    FileRecord,
    MeetingRecord,
    PollRecord,
    VisitRecord,
    VoteRecord,
)
from server.records.polls import PollLine, Results
from server.records.reading import reading
from server.records.records import DatabaseError, Records

__all__ = [
    "Answered",
    "AuditRecord",
    "CallRecord",
    "ChatRecord",
    "CodeTakenError",
    "DatabaseError",
    "FeedbackRecord",
    "FileRecord",
    "MeetingRecord",
    "PollLine",
    "PollRecord",
    "Records",
    "Results",
    "VisitRecord",
    "VoteRecord",
    "feedback_since",
    "holds_host_key",
    "reading",
]
