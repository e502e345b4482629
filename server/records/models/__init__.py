"""The tables, one file a topic. Times are in UTC, and know it."""

from server.records.models.audit import AuditRecord
from server.records.models.base import Base
from server.records.models.calls import CallDirection, CallRecord, CallTransport
from server.records.models.chat import ChatRecord
from server.records.models.feedback import FeedbackRecord
from server.records.models.files import FileRecord
from server.records.models.meetings import MeetingRecord
from server.records.models.polls import PollAudience, PollKind, PollRecord, PollState, VoteRecord
from server.records.models.visits import Device, VisitRecord

__all__ = [
    "AuditRecord",
    "Base",
    "CallDirection",
    "CallRecord",
    "CallTransport",
    "ChatRecord",
    "Device",
    "FeedbackRecord",
    "FileRecord",
    "MeetingRecord",
    "PollAudience",
    "PollKind",
    "PollRecord",
    "PollState",
    "VisitRecord",
    "VoteRecord",
]
