"""What outlives a meeting: SQLAlchemy models, their Alembic migrations, and the questions asked of them."""

from server.records.store import Records

__all__ = ["Records"]
