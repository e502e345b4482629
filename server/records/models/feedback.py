"""The table of what people said of a meeting's sound and pictures afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.records.models.base import Base
from server.records.models.columns import Words


class FeedbackRecord(Base, kw_only=True):
    """What somebody said of one visit."""

    __tablename__ = "feedback"

    visit: Mapped[str] = mapped_column(Words(16), ForeignKey("visits.id"), primary_key=True)
    meeting: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    at: Mapped[datetime]
    rating: Mapped[int]
    """How sound and pictures were: 1 (bad) to 5 (good)."""
    words: Mapped[str] = mapped_column(default="")
    """What they wrote besides."""
    figures: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """What their browser measured meanwhile: ``SessionFigures``."""
