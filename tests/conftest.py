"""What tests of several parts stand on."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.postgres import postgres, url


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """The folder of the socket of a PostgreSQL server."""
    with postgres() as folder:
        yield folder


@pytest.fixture
async def postgres_url(postgres_socket: Path) -> AsyncIterator[str]:
    """An empty PostgreSQL database."""
    name = f"balai_{secrets.token_hex(4)}"
    server = await asyncpg.connect(url(postgres_socket))
    await server.execute(f"CREATE DATABASE {name}")
    yield url(postgres_socket, name)
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()
