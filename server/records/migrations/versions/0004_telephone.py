"""The PIN by which telephones come into a meeting, and the calls.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Meetings that are there already get their PIN when it is first asked for."""
    op.add_column("meetings", sa.Column("phone_pin", sa.String(12)))
    op.create_index("ix_meetings_phone_pin", "meetings", ["phone_pin"], unique=True)
    op.create_table(
        "calls",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("meeting", sa.Integer(), sa.ForeignKey("meetings.id"), nullable=True, index=True),
        sa.Column("participant", sa.String(32), nullable=True),
        sa.Column("direction", sa.String(4), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("trunk", sa.String(), nullable=False),
        sa.Column("transport", sa.String(4), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(16), nullable=True),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("calls")
    op.drop_index("ix_meetings_phone_pin", "meetings")
    op.drop_column("meetings", "phone_pin")
