"""Brings a database to the schema of this version."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from server.records.database import make_engine

MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(url: str) -> None:
    """Run every migration that has not been run, in a thread with a loop of its own: Alembic blocks."""
    await asyncio.to_thread(lambda: asyncio.run(_migrate(url)))


async def _migrate(url: str) -> None:
    engine = make_engine(url, migrating=True)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
