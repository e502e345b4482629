"""A room: who is here, in order of arrival. Pure rules; no media, no network, no clock."""

from __future__ import annotations

from collections.abc import Iterator

from pyee import EventEmitter

from server.participant import Participant, clean_name
from server.roles import Power, Role, may

MAX_PARTICIPANTS = 500
"""More than one small server carries; a bound on memory, not a promise."""


class RoomFullError(Exception):
    """Nobody else fits."""


class ScreenTakenError(Exception):
    """Somebody else shares a screen."""


class BadNameError(ValueError):
    """Nothing visible is left of the name when it is cleaned."""


class Room(EventEmitter):
    """Who is in one meeting. Events:

    - ``joined`` (Participant), ``changed`` (Participant), ``left`` (Participant);
    - ``dominant`` (Participant | None): who speaks now;
    - ``emptied`` (): the last one left.
    """

    def __init__(self, capacity: int = MAX_PARTICIPANTS) -> None:
        super().__init__()
        self.capacity = capacity
        self.dominant: Participant | None = None
        self.recent_speakers: list[str] = []
        """Ids of those who were dominant, latest first."""
        self._participants: dict[str, Participant] = {}

    def __iter__(self) -> Iterator[Participant]:
        return iter(self._participants.values())

    def __len__(self) -> int:
        return len(self._participants)

    def __contains__(self, participant_id: object) -> bool:
        return participant_id in self._participants

    def get(self, participant_id: str) -> Participant | None:
        """Somebody by id."""
        return self._participants.get(participant_id)

    def join(self, participant_id: str, name: str, *, microphone: bool = False, camera: bool = False) -> Participant:
        """Let somebody in. The first to arrive is the host. Raises BadNameError or RoomFullError."""
        name = clean_name(name)
        if not name:
            raise BadNameError("a name needs at least one visible character")
        if len(self) >= self.capacity:
            raise RoomFullError(f"{self.capacity} participants are here already")
        role = Role.PARTICIPANT if self._participants else Role.HOST
        participant = Participant(participant_id, name, role)
        self._participants[participant_id] = participant
        participant.microphone = microphone and may(role, Power.SPEAK)
        participant.camera = camera and may(role, Power.SHOW)
        self.emit("joined", participant)
        return participant

    @property
    def sharer(self) -> Participant | None:
        """Who shares a screen."""
        return next((participant for participant in self if participant.screen), None)

    def set_media(self, participant: Participant, *, microphone: bool, camera: bool, screen: bool = False) -> None:
        """Switch somebody's microphone, camera and shared screen, as far as their role allows.

        Raises ScreenTakenError, which leaves everything as it was, while somebody else shares.
        """
        role = participant.role
        screen = screen and may(role, Power.SHARE)
        if screen and self.sharer not in (None, participant):
            raise ScreenTakenError
        wanted = (microphone and may(role, Power.SPEAK), camera and may(role, Power.SHOW), screen)
        if wanted != (participant.microphone, participant.camera, participant.screen):
            participant.microphone, participant.camera, participant.screen = wanted
            self.emit("changed", participant)

    def speaks(self, participant: Participant | None) -> None:
        """Somebody is the dominant speaker now, or nobody."""
        if participant is self.dominant:
            return
        self.dominant = participant
        if participant is not None:
            self.recent_speakers = [participant.id, *(s for s in self.recent_speakers if s != participant.id)]
        self.emit("dominant", participant)

    def leave(self, participant: Participant) -> None:
        """Somebody is gone. The host's role passes to whoever is here longest."""
        if self._participants.pop(participant.id, None) is None:
            return
        self.recent_speakers = [speaker for speaker in self.recent_speakers if speaker != participant.id]
        if self.dominant is participant:
            self.speaks(None)
        self.emit("left", participant)
        heir = next(iter(self), None)
        if heir is None:
            self.emit("emptied")
        elif not any(other.role is Role.HOST for other in self):
            heir.role = Role.HOST
            self.emit("changed", heir)
