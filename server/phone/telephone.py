"""What a server's meetings know of its telephone: the numbers to call, and how to call somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.phone.numbers import DialRules

if TYPE_CHECKING:
    from server.meeting import Meeting
    from server.phone.calls import PhoneCall


@dataclass
class Telephone:
    """The telephone of one server."""

    numbers: tuple[str, ...] = ()
    """To be called, as they are shown and dialled: E.164."""
    rules: DialRules = field(default_factory=DialRules)
    place: Callable[[Meeting, PhoneCall], None] | None = None
    """Calls somebody; the gateway sets it. What comes of the call it tells the meeting's ``PhoneCalls``."""

    @property
    def can_dial(self) -> bool:
        """Whether anybody may be called at all."""
        return bool(self.rules.prefixes)
