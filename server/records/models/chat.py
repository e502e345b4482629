"""The table of chat messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.records.models.base import Base
from server.records.models.columns import Words


class ChatRecord(Base, kw_only=True):
    """One message."""

    __tablename__ = "chat_messages"

    meeting: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counts up in each meeting. Its chat gives it: everybody reads a message before it is kept."""
    at: Mapped[datetime]
    person: Mapped[str]
    """The key of whoever wrote it."""
    participant: Mapped[str] = mapped_column(Words(32))
    name: Mapped[str]
    """The sender's name then."""
    recipient: Mapped[str | None] = mapped_column(default=None)
    """The key of the only person whom it is for; None for everybody."""
    recipient_participant: Mapped[str | None] = mapped_column(Words(32), default=None)
    recipient_name: Mapped[str | None] = mapped_column(default=None)
    text: Mapped[str]
    file: Mapped[str | None] = mapped_column(ForeignKey("files.id"), default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_by: Mapped[str | None] = mapped_column(default=None)
    """The key of whoever took it away."""
