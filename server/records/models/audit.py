"""The table of what was done by whom."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.records.models.base import Base
from server.records.models.columns import Words


class AuditRecord(Base, kw_only=True):
    """One act of somebody who had the power to. It is never changed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, init=False, info={"given": True})
    mark: Mapped[str] = mapped_column(Words(16), unique=True, init=False, default_factory=partial(secrets.token_hex, 8))
    """Kept once, also when a write is done again because the answer to the first was lost."""
    at: Mapped[datetime]
    meeting: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    actor: Mapped[str]
    """The person's key."""
    actor_name: Mapped[str]
    action: Mapped[str] = mapped_column(Words(32))
    """A stable word, such as ``mute``."""
    target: Mapped[str | None] = mapped_column(default=None)
    """Whom or what it was done to."""
    details: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
