"""What the state machines know of time. An asyncio loop is one; tests have one in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Handle(Protocol):
    """A call that is to come."""

    def cancel(self) -> None:
        """It does not come any more."""


class Scheduler(Protocol):
    """A clock, and calls at times of it. Seconds."""

    def time(self) -> float:
        """Now; monotonic."""
        ...

    def call_later(self, delay: float, callback: Callable[..., Any], *args: Any) -> Handle:
        """Call ``callback`` once in ``delay`` seconds."""
        ...


class Timers:
    """Named timers of one machine, each running once at most; none outlives ``clear``."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._running: dict[str, Handle] = {}

    def start(self, name: str, delay: float, callback: Callable[[], object]) -> None:
        """Start a timer, anew if it runs."""
        self.stop(name)

        def fire() -> None:
            self._running.pop(name, None)
            callback()

        self._running[name] = self._scheduler.call_later(delay, fire)

    def stop(self, name: str) -> None:
        """Stop a timer; nothing if it does not run."""
        if handle := self._running.pop(name, None):
            handle.cancel()

    def clear(self) -> None:
        """Stop all."""
        for name in list(self._running):
            self.stop(name)
