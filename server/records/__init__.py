"""What outlives a meeting: SQLAlchemy models, their Alembic migrations, and the questions asked of them."""

from server.records.store import CodeTakenError, Records
from server.records.writer import RecordWriter

__all__ = ["CodeTakenError", "RecordWriter", "Records"]
