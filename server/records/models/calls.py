"""The table of telephone calls."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import partial
from typing import Literal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.records.models.base import Base
from server.records.models.columns import Words

CallDirection = Literal["in", "out"]
CallTransport = Literal["udp", "tcp", "tls"]


class CallRecord(Base, kw_only=True):
    """One telephone call, whether or not it came into a meeting."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(Words(16), primary_key=True, default_factory=partial(secrets.token_hex, 8))
    meeting: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"), index=True, default=None)
    """None while no PIN has been entered that opens one."""
    participant: Mapped[str | None] = mapped_column(Words(32), default=None)
    """The caller's id in the live meeting, as their visit has it; None for who never was in it."""
    direction: Mapped[CallDirection] = mapped_column(Words(4))
    number: Mapped[str]
    """Who called, or was called, in full; empty where they withheld it."""
    trunk: Mapped[str]
    transport: Mapped[CallTransport] = mapped_column(Words(4))
    began_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """None while it lasts, and after a crash until ``Calls.close_open``."""
    reason: Mapped[str | None] = mapped_column(Words(16), default=None)
    """Why it ended: a stable word, such as ``hung_up``, ``wrong_pin``, ``removed`` or ``busy``."""
