"""The tables of polls and of what was chosen in them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.records.models.base import Base
from server.records.models.columns import Words

PollKind = Literal["single", "multiple"]
PollAudience = Literal["all", "hosts"]
PollState = Literal["draft", "open", "closed"]


class PollRecord(Base, kw_only=True):
    """A question with its options."""

    __tablename__ = "polls"

    meeting: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counts up in each meeting; its polls give it."""
    question: Mapped[str]
    options: Mapped[list[str]]
    kind: Mapped[PollKind] = mapped_column(Words(8), default="single")
    anonymous: Mapped[bool] = mapped_column(default=True)
    """No name is kept with a vote, and no result or export says whose it is."""
    visible_to: Mapped[PollAudience] = mapped_column(Words(8), default="all")
    """Who sees the results while it is open."""
    state: Mapped[PollState] = mapped_column(Words(8), default="draft")
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class VoteRecord(Base, kw_only=True):
    """One option that one person chose."""

    __tablename__ = "votes"
    __table_args__ = (ForeignKeyConstraint(["meeting", "poll"], ["polls.meeting", "polls.id"], ondelete="CASCADE"),)

    meeting: Mapped[int] = mapped_column(primary_key=True)
    poll: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    """Their key, in anonymous polls too: without it nobody could change their vote, or would have just one."""
    option: Mapped[int] = mapped_column(primary_key=True)
    """Its place among the options, from 0."""
    name: Mapped[str | None]
    """Whose it is; None in anonymous polls."""
    at: Mapped[datetime]
