"""Alembic's entry: runs the migrations over the connection that ``server.records.migrate`` opened."""

from alembic import context

from server.records.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite can't alter most of a table in place
)
with context.begin_transaction():
    context.run_migrations()
