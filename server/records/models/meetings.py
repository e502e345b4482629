"""The table of meetings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from server.records.models.base import Base
from server.records.models.columns import Words


class MeetingRecord(Base, kw_only=True):
    """A meeting that somebody made."""

    __tablename__ = "meetings"

    id: Mapped[int] = mapped_column(primary_key=True, init=False, info={"given": True})
    code: Mapped[str] = mapped_column(Words(16), unique=True)
    title: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    """BCP 47, such as ``id``; empty: whatever each browser says."""
    time_zone: Mapped[str] = mapped_column(default="UTC")
    """An IANA name, such as ``Asia/Makassar``."""
    settings: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """What was chosen for this meeting; the rules of the meeting know its keys."""
    host_key_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32), default=None)
    """Of the key whose holder is host; None: nobody is by a key."""
    phone_pin: Mapped[str | None] = mapped_column(Words(12), default=None)
    """The digits that a telephone enters to come in; None until the server has telephone numbers.

    As it is and not hashed, since whoever may invite is shown it; all of them could be tried against a hash anyway.
    """
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the first participant last came to an empty meeting."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the last participant last left; None while it is live or never was."""
    state: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    """What holds in the live meeting as of its last change; None while it never was live."""


Index("ix_meetings_phone_pin", MeetingRecord.phone_pin, unique=True)
