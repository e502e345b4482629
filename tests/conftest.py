"""What tests of several parts stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

from tests.postgres import postgres, postgres_database, url


def pytest_configure() -> None:
    """Nothing here is timed, so properties have no deadline. Faults are logged as the server logs them: structlog's own
    tracebacks take seconds to draw.
    """
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """The folder of the socket of a PostgreSQL server."""
    with postgres() as folder:
        yield folder


@pytest.fixture
async def postgres_url(postgres_socket: Path) -> AsyncIterator[str]:
    """An empty PostgreSQL database."""
    async with postgres_database(postgres_socket) as name:
        yield url(postgres_socket, name)
