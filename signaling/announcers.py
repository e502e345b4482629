"""One announcer for each live meeting."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from server.meeting import Meeting
from signaling.announcer import Announcer


class Announcers:
    """Finds a meeting's announcer; it lives as long as the meeting."""

    def __init__(self, merge: float) -> None:
        """``merge``: seconds over which changes are merged into one message."""
        self._merge = merge
        self._announcers: WeakKeyDictionary[Meeting, Announcer] = WeakKeyDictionary()

    def of(self, meeting: Meeting) -> Announcer:
        """The announcer of a meeting, made at the first call."""
        announcer = self._announcers.get(meeting)
        if announcer is None:
            announcer = self._announcers[meeting] = Announcer(meeting, self._merge)
        return announcer
