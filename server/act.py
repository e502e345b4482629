"""What somebody did by a power of theirs, for the records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from server.participant import Participant


@dataclass(frozen=True)
class Act:
    """Who did what, to whom."""

    actor: Participant
    action: str
    """A stable word, such as ``mute``."""
    target: Participant | None = None
    details: dict[str, Any] = field(default_factory=dict)
