"""How times and words are kept, the same way in every database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, String, TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A time that knows its zone, kept in UTC: SQLite would drop the zone and give naive times back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Into the database. ValueError for a time without a zone: nobody knows when that is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Out of the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text that somebody wrote, of whatever length unless one is given.

    NUL, which PostgreSQL can't hold, and lone surrogates, which are no UTF-8, become U+FFFD: hostile text is kept like
    any other and fails nobody's write.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Into the database."""
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
