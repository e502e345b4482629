"""Tells everybody in one meeting what has changed: once, merged, encoded once for all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from server.participant import Participant as RoomParticipant
from signaling.messages import DominantChanged, Event, Participant, ParticipantsChanged
from signaling.wire import encode

if TYPE_CHECKING:
    from server.meeting import Meeting

MERGE = 0.1
"""Seconds over which changes are merged into one message."""


class Listener(Protocol):
    """Where announcements go."""

    def send_text(self, text: str) -> None:
        """Queue a text frame."""


def describe(participant: RoomParticipant) -> Participant:
    """What everybody may know of a participant."""
    return Participant(
        id=participant.id,
        name=participant.name,
        role=participant.role.value,
        microphone=participant.microphone,
        camera=participant.camera,
    )


class Announcer:
    """The announcements of one meeting."""

    def __init__(self, meeting: Meeting) -> None:
        self.listeners: dict[str, Listener] = {}
        """By participant id."""
        self._changed: dict[str, RoomParticipant] = {}
        self._left: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        meeting.room.on("joined", self._on_changed)
        meeting.room.on("changed", self._on_changed)
        meeting.room.on("left", self._on_left)
        meeting.room.on("dominant", self._on_dominant)

    def _on_changed(self, participant: RoomParticipant) -> None:
        self._changed[participant.id] = participant
        self._announce_soon()

    def _on_left(self, participant: RoomParticipant) -> None:
        self._changed.pop(participant.id, None)
        self._left.append(participant.id)
        self._announce_soon()

    def _on_dominant(self, participant: RoomParticipant | None) -> None:
        self._send(DominantChanged(participant=participant.id if participant else None))

    def _announce_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(MERGE, self._announce)

    def _announce(self) -> None:
        self._timer = None
        changed = [describe(participant) for participant in self._changed.values()]
        message = ParticipantsChanged(changed=changed, left=self._left)
        self._changed, self._left = {}, []
        self._send(message)

    def _send(self, event: Event) -> None:
        if self.listeners:
            text = encode(event)
            for listener in list(self.listeners.values()):
                listener.send_text(text)
