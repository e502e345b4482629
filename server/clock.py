"""What time it is: one clock for all that a server keeps, so that a test can move it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Tells the time, aware."""


def utc_now() -> datetime:
    """The time, as the machine has it."""
    return datetime.now(UTC)
