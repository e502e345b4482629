"""Whose turn it is to speak, and for how long. Times are monotonic, in s."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Floor:
    """The floor of one meeting: nobody's, offered to somebody who is to unmute first, or somebody's."""

    offered: str | None = None
    """Who was asked to take it, and has not unmuted yet."""
    holder: str | None = None
    ends_at: float | None = None
    """When their time is up; None without a limit. Nobody is cut off: everybody sees it."""
    seconds: float | None = None
    """For how long it was offered; None without a limit."""

    def offer(self, participant: str, seconds: float | None) -> None:
        """Ask somebody to take it. Whoever has it keeps it until they do."""
        self.offered, self.seconds = participant, seconds

    def decline(self, participant: str) -> bool:
        """Somebody does not want it. Whether it was offered to them."""
        if self.offered != participant:
            return False
        self.offered = None
        return True

    def take(self, participant: str, now: float) -> bool:
        """Somebody to whom it was offered speaks now. Whether it is theirs by that."""
        if self.offered != participant:
            return False
        self.offered, self.holder = None, participant
        self.ends_at = None if self.seconds is None else now + self.seconds
        return True

    def set_time(self, seconds: float | None, now: float) -> bool:
        """Give whoever has it so much time from now on. Whether anybody has it."""
        if self.holder is None:
            return False
        self.ends_at = None if seconds is None else now + seconds
        return True

    def end(self) -> str | None:
        """It is nobody's now; returns whose it was, or to whom it was offered."""
        whose = self.holder or self.offered
        self.offered = self.holder = self.ends_at = self.seconds = None
        return whose

    def leave(self, participant: str) -> bool:
        """Somebody is gone. Whether that changes anything."""
        if participant not in (self.holder, self.offered):
            return False
        if participant == self.offered:
            self.offered = None
        if participant == self.holder:
            self.holder = self.ends_at = None
        return True

    def left(self, now: float) -> float | None:
        """How many seconds are left, negative when time is up; None without a limit."""
        return None if self.ends_at is None else self.ends_at - now
