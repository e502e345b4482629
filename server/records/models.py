"""The tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Every table."""


class MeetingRecord(Base):
    """A meeting that somebody made. Times are in UTC."""

    __tablename__ = "meetings"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the first participant last came to an empty meeting."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the last participant last left; None while it is live or never was."""
