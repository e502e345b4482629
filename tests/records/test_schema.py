"""The schema: the migrations make what the models say, and keep what was there."""

from __future__ import annotations

from datetime import UTC, datetime

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from server.records import Records, migrate
from server.records.database import make_engine
from server.records.models import Base


async def alembic(url: str, direction: str, revision: str) -> None:
    """Bring a database to an older revision."""

    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(migrate.MIGRATIONS))
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)

    engine = make_engine(url, migrating=True)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


async def test_the_migrations_make_what_the_models_say(empty_database_url: str) -> None:
    await migrate.migrate(empty_database_url)
    engine = make_engine(empty_database_url)
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), Base.metadata)
        )
    await engine.dispose()
    assert differences == []


async def test_a_database_of_the_first_version_keeps_its_meetings(empty_database_url: str) -> None:
    await alembic(empty_database_url, "upgrade", "0001")
    engine = make_engine(empty_database_url)
    async with engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO meetings (code, created_at) VALUES ('abc-defg-hjk', '2026-03-05 01:30:00+00:00')")
        )
    await engine.dispose()
    records = await Records.connect(empty_database_url)
    try:
        meeting = await records.meetings.find("abc-defg-hjk")
    finally:
        await records.close()
    assert meeting is not None
    assert meeting.created_at == datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
    assert (meeting.title, meeting.settings, meeting.state, meeting.host_key_sha256) == ("", {}, None, None)
    await alembic(empty_database_url, "downgrade", "0001")
    await alembic(empty_database_url, "upgrade", "head")
