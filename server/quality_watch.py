"""Looks again and again how good everybody's connection is, and tells the room of what has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from server.connection_quality import ConnectionSigns, Quality, SteadyQuality, judge
from server.participant import Participant
from server.room import Room

LOOK_EVERY = 2.0
"""Seconds between two looks, and so between two announcements: one message for all whose quality has changed."""


class QualityWatch:
    """The connections of one room. It looks while somebody is there."""

    def __init__(self, room: Room, signs: Callable[[Participant], ConnectionSigns]) -> None:
        """``signs``: what somebody's connection is to be judged by now."""
        self._room, self._signs = room, signs
        self._steady: dict[str, SteadyQuality] = {}
        self._timer: asyncio.TimerHandle | None = None
        room.on("joined", lambda _: self._look_later())
        room.on("left", lambda participant: self._steady.pop(participant.id, None))

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def look(self, now: float) -> None:
        """Look at everybody's connection. ``now`` is monotonic, in s."""
        changed: dict[str, Quality] = {}
        for participant in self._room:
            steady = self._steady.setdefault(participant.id, SteadyQuality(now))
            if steady.look(judge(self._signs(participant)), now):
                changed[participant.id] = steady.told
        self._room.set_qualities(changed)

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        self._timer = None
        self.look(asyncio.get_running_loop().time())
        if len(self._room):
            self._look_later()
