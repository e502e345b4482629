"""What tests of several parts stand on."""

from __future__ import annotations

import structlog


def pytest_configure() -> None:
    """Faults are logged as the server logs them: structlog's own tracebacks take seconds to draw."""
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])
