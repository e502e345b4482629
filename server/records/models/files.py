"""The table of files that people sent; the files themselves lie in the data folder."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import partial

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.records.models.base import Base
from server.records.models.columns import Words


class FileRecord(Base, kw_only=True):
    """A file."""

    __tablename__ = "files"

    id: Mapped[str] = mapped_column(Words(22), primary_key=True, default_factory=partial(secrets.token_urlsafe, 16))
    """128 random bits: nobody guesses it."""
    meeting: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    uploader: Mapped[str]
    """The person's key."""
    name: Mapped[str]
    """As its uploader called it; never a path."""
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    """In bytes."""
    sha256: Mapped[str] = mapped_column(Words(64))
    """In hexadecimal digits."""
    stored_name: Mapped[str] = mapped_column(Words(64))
    """What it is called in the folder of files."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True, default=None)
    """When it is to be deleted; None: never."""
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
