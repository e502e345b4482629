"""Tells everybody in one meeting what has changed: merged, and encoded once for all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from server.meeting import Meeting
from server.participant import Participant as RoomParticipant
from signaling.messages import DominantChanged, Event, Participant, ParticipantsChanged
from signaling.wire import encode


class Listener(Protocol):
    """Where announcements go."""

    def put_text(self, text: str) -> None:
        """Queue a text frame."""


def describe(participant: RoomParticipant) -> Participant:
    """What everybody may know of a participant."""
    return Participant(
        id=participant.id,
        name=participant.name,
        role=participant.role.value,
        microphone=participant.microphone,
        camera=participant.camera,
        screen=participant.screen,
    )


class Announcer:
    """The announcements of one meeting."""

    def __init__(self, meeting: Meeting, merge: float) -> None:
        """``merge``: seconds over which changes among the participants are merged into one message."""
        self._merge = merge
        self._listeners: set[Listener] = set()
        self._changed: dict[str, RoomParticipant] = {}
        self._unannounced: set[str] = set()
        self._left: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._dominant: RoomParticipant | None = None
        self._dominant_told: RoomParticipant | None = None
        self._telling_dominant: asyncio.Handle | None = None
        meeting.room.on("joined", self._on_joined)
        meeting.room.on("changed", self._on_changed)
        meeting.room.on("left", self._on_left)
        meeting.room.on("dominant", self._on_dominant)

    def listen(self, listener: Listener) -> None:
        """Announce to this listener too. It may be told again of what it was told when it joined."""
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """Announce to this listener no more."""
        self._listeners.discard(listener)

    def announce_before_use(self, participants: Iterable[str | None]) -> None:
        """Call before a message names these: nobody hears of a participant's slot before the participant."""
        if not self._unannounced.isdisjoint(participants):
            self._announce()

    def _on_joined(self, participant: RoomParticipant) -> None:
        self._unannounced.add(participant.id)
        self._on_changed(participant)

    def _on_changed(self, participant: RoomParticipant) -> None:
        self._changed[participant.id] = participant
        self._announce_soon()

    def _on_left(self, participant: RoomParticipant) -> None:
        self._changed.pop(participant.id, None)
        self._unannounced.discard(participant.id)
        # Also those not announced yet: whoever joined in between knows them from ``joined``.
        self._left.append(participant.id)
        self._announce_soon()

    def _announce_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._merge, self._announce)

    def _announce(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        changed = [describe(participant) for participant in self._changed.values()]
        message = ParticipantsChanged(changed=changed, left=self._left)
        self._changed, self._left = {}, []
        self._unannounced.clear()
        self._send(message)

    def _on_dominant(self, participant: RoomParticipant | None) -> None:
        self._dominant = participant
        if self._telling_dominant is None:
            self._telling_dominant = asyncio.get_running_loop().call_soon(self._tell_dominant)

    def _tell_dominant(self) -> None:
        self._telling_dominant = None
        if self._dominant is not self._dominant_told:
            self._dominant_told = self._dominant
            speaker = self._dominant.id if self._dominant else None
            self.announce_before_use([speaker])
            self._send(DominantChanged(participant=speaker))

    def _send(self, event: Event) -> None:
        if self._listeners:
            text = encode(event)
            for listener in list(self._listeners):
                listener.put_text(text)
