"""The table of visits."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import partial
from typing import Literal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.records.models.base import Base
from server.records.models.columns import Words

Device = Literal["browser", "phone"]


class VisitRecord(Base, kw_only=True):
    """One stay of one connection."""

    __tablename__ = "visits"

    id: Mapped[str] = mapped_column(Words(16), primary_key=True, default_factory=partial(secrets.token_hex, 8))
    meeting: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    person: Mapped[str]
    """The opaque key of a person at one browser, or a phone number; the same on each of their visits."""
    participant: Mapped[str] = mapped_column(Words(32))
    """The participant's id in the live meeting."""
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")
    position: Mapped[str] = mapped_column(default="")
    phone: Mapped[str | None] = mapped_column(default=None)
    role: Mapped[str] = mapped_column(Words(16))
    """The last one that they had."""
    device: Mapped[Device] = mapped_column(Words(8), default="browser")
    arrived_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """The last time known to be here."""
    left_at: Mapped[datetime | None] = mapped_column(default=None)
    """None while they are here, and after a crash until ``Visits.close_open``."""


Index(
    "ix_visits_open",
    VisitRecord.id,
    sqlite_where=VisitRecord.left_at.is_(None),
    postgresql_where=VisitRecord.left_at.is_(None),
)
