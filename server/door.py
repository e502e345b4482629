"""The door of one meeting: who comes in at once, who waits, and who is turned away."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Literal

from pyee import EventEmitter

from server.chairing.bans import Entry
from server.chairing.chair import Chair
from server.chairing.lobby import Waiting
from server.participant import Person
from server.phone import Leg
from server.room import Room, named


class LockedError(Exception):
    """Nobody comes in any more."""


class BannedError(Exception):
    """They were sent away for good."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody at the door."""

    name: str = field(repr=False)
    person: Person
    microphone: bool = False
    camera: bool = False
    is_host: bool = False
    """They have shown the meeting's host key."""
    local_address: str | None = None
    """The address of the server at which they arrived."""
    leg: Leg | None = None
    """The sound of the call by which they come; None for whoever comes by browser."""


class Place(EventEmitter):
    """Somebody's place in the lobby. Events:

    - ``admitted`` (): they may come in now;
    - ``refused`` (str): they may not: ``refused``, ``meeting_ended`` or ``server_stopping``;
    - ``replaced`` (): another session waits in this place now.
    """

    def __init__(self, door: Door, waiting: Waiting) -> None:
        super().__init__()
        self.title = door.title
        self.waiting = waiting
        self._door = door
        self.vanishing: asyncio.TimerHandle | None = None

    def vanish(self) -> None:
        """The session that waited here broke: the place is kept for the grace time."""
        self._door.vanish(self)

    def give_up(self) -> None:
        """They do not want to wait any more."""
        self._door.give_up(self)


class Door:
    """Lets people in as the chair wants it."""

    def __init__(self, title: str, room: Room, chair: Chair, grace: float) -> None:
        """``grace``: for how many seconds the place of somebody whose session broke is kept."""
        self.title = title
        self._room, self._chair, self._grace = room, chair, grace
        self._places: dict[str, Place] = {}
        chair.on("admitted", lambda admitted: self._tell(admitted, "admitted"))
        chair.on("refused", lambda refused: self._tell(refused, "refused", "refused"))

    def __len__(self) -> int:
        return len(self._places)

    def wait(self, newcomer: Newcomer) -> Place | None:
        """A place in the lobby, or None for whoever may come in at once.

        Raises BannedError, LockedError, BadNameError or LobbyFullError.
        """
        if newcomer.is_host:
            return None
        key = newcomer.person.key
        entry = self._chair.bans.entry(key, newcomer.person.address)
        if entry is Entry.REFUSED:
            raise BannedError
        if self._chair.lobby.knows(key):
            return None
        if self._room.policy.locked:
            raise LockedError
        if not self._room.policy.lobby and entry is not Entry.WAIT:
            return None
        return self._again(key) or self._place(newcomer)

    def vanish(self, place: Place) -> None:
        """The session of somebody who waits broke: the place is kept for the grace time."""
        if place.waiting.id in self._places:
            self._keep(place)
            place.vanishing = asyncio.get_running_loop().call_later(self._grace, self.give_up, place)

    def give_up(self, place: Place) -> None:
        """Somebody does not wait any more."""
        if self._places.pop(place.waiting.id, None) is not None:
            self._keep(place)
            self._chair.give_up(place.waiting.id)

    def close(self, reason: Literal["meeting_ended", "server_stopping"]) -> None:
        """The meeting is over, or cut off: nobody waits any more."""
        for place in list(self._places.values()):
            self.give_up(place)
            place.emit("refused", reason)

    def _again(self, key: str) -> Place | None:
        waiting = self._chair.lobby.of(key)
        place = self._places.get(waiting.id) if waiting else None
        if place is not None:
            self._keep(place)
            place.emit("replaced")
        return place

    def _place(self, newcomer: Newcomer) -> Place:
        since = asyncio.get_running_loop().time()
        waiting = Waiting(secrets.token_hex(8), named(newcomer.name), newcomer.person, since)
        self._chair.wait(waiting)
        place = self._places[waiting.id] = Place(self, waiting)
        return place

    def _tell(self, waiting: list[Waiting], event: str, *arguments: str) -> None:
        for one in waiting:
            if (place := self._places.pop(one.id, None)) is not None:
                self._keep(place)
                place.emit(event, *arguments)

    def _keep(self, place: Place) -> None:
        if place.vanishing is not None:
            place.vanishing.cancel()
            place.vanishing = None
