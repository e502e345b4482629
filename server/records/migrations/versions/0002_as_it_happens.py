"""What happens in a meeting: visits, chat, files, polls, acts; how it is set up, and what holds in it.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def upgrade() -> None:
    """Make the tables."""
    op.add_column("meetings", sa.Column("title", sa.String(), nullable=False, server_default=""))
    op.add_column("meetings", sa.Column("language", sa.String(), nullable=False, server_default=""))
    op.add_column("meetings", sa.Column("time_zone", sa.String(), nullable=False, server_default="UTC"))
    op.add_column("meetings", sa.Column("settings", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("meetings", sa.Column("host_key_sha256", sa.LargeBinary(32)))
    op.add_column("meetings", sa.Column("state", sa.JSON()))
    op.create_table(
        "visits",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("meeting", sa.Integer(), sa.ForeignKey("meetings.id"), nullable=False, index=True),
        _text("person"),
        _text("participant", 32),
        _text("name"),
        _text("unit"),
        _text("position"),
        _text("phone", nullable=True),
        _text("role", 16),
        _text("device", 8),
        _time("arrived_at"),
        _time("seen_at"),
        _time("left_at", nullable=True),
    )
    still_here = sa.text("left_at IS NULL")
    op.create_index("ix_visits_open", "visits", ["id"], sqlite_where=still_here, postgresql_where=still_here)
    op.create_table(
        "files",
        sa.Column("id", sa.String(22), primary_key=True),
        sa.Column("meeting", sa.Integer(), sa.ForeignKey("meetings.id"), nullable=False, index=True),
        _text("uploader"),
        _text("name"),
        _text("media_type"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        _text("sha256", 64),
        _text("stored_name", 64),
        _time("created_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), index=True),
        _time("deleted_at", nullable=True),
    )
    op.create_table(
        "chat_messages",
        sa.Column("meeting", sa.Integer(), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        _time("at"),
        _text("person"),
        _text("participant", 32),
        _text("name"),
        _text("recipient", nullable=True),
        _text("recipient_participant", 32, nullable=True),
        _text("recipient_name", nullable=True),
        _text("text"),
        sa.Column("file", sa.String(22), sa.ForeignKey("files.id")),
        _time("deleted_at", nullable=True),
        _text("deleted_by", nullable=True),
    )
    op.create_table(
        "polls",
        sa.Column("meeting", sa.Integer(), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        _text("question"),
        sa.Column("options", sa.JSON(), nullable=False),
        _text("kind", 8),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        _text("visible_to", 8),
        _text("state", 8),
        _time("created_at"),
        _time("opened_at", nullable=True),
        _time("closed_at", nullable=True),
    )
    op.create_table(
        "votes",
        sa.Column("meeting", sa.Integer(), primary_key=True),
        sa.Column("poll", sa.Integer(), primary_key=True),
        sa.Column("person", sa.String(), primary_key=True),
        sa.Column("option", sa.Integer(), primary_key=True),
        _text("name", nullable=True),
        _time("at"),
        sa.ForeignKeyConstraint(["meeting", "poll"], ["polls.meeting", "polls.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("mark", sa.String(16), nullable=False, unique=True),
        _time("at"),
        sa.Column("meeting", sa.Integer(), sa.ForeignKey("meetings.id"), nullable=False, index=True),
        _text("actor"),
        _text("actor_name"),
        _text("action", 32),
        _text("target", nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables, and the new columns."""
    for table in ("audit", "votes", "polls", "chat_messages", "files", "visits"):
        op.drop_table(table)
    with op.batch_alter_table("meetings") as meetings:
        for column in ("state", "host_key_sha256", "settings", "time_zone", "language", "title"):
            meetings.drop_column(column)
