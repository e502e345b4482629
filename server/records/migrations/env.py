"""Alembic's entry: runs the migrations on the database that ``migrate`` names."""

from alembic import context
from sqlalchemy import create_engine, text

from server.records.models import Base

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    if engine.dialect.name == "sqlite":
        # Readers and the one writer don't wait for each other; the setting stays with the file.
        connection.execute(text("PRAGMA journal_mode=WAL"))
        connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
