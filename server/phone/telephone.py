"""What a server's meetings know of its telephone: the numbers to call, and how to call somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.phone.budget import Budget
from server.phone.numbers import DialRules

if TYPE_CHECKING:
    from server.meeting import Meeting
    from server.phone.calls import PhoneCall


MOST_CALLS, CALL_REFILL = 60, 60.0
"""Calls that all meetings together may make: at once, and seconds for one more. Anybody can make a meeting."""


@dataclass
class Telephone:
    """The telephone of one server."""

    numbers: tuple[str, ...] = ()
    """To be called, as they are shown and dialled: E.164."""
    rules: DialRules = field(default_factory=DialRules)
    place: Callable[[Meeting, PhoneCall], None] | None = None
    """Calls somebody; the gateway sets it. What comes of the call it tells the meeting's ``PhoneCalls``."""

    budget: Budget = field(default_factory=lambda: Budget(MOST_CALLS, CALL_REFILL))
    """What is left of the calls that may be made."""

    @property
    def can_dial(self) -> bool:
        """Whether anybody may be called at all."""
        return bool(self.rules.prefixes)
