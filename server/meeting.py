"""A live meeting: a room's rules joined to its media."""

from __future__ import annotations

import asyncio
import secrets
from typing import Literal

import structlog
from pyee import EventEmitter

from server.media import Connection, MediaEdge
from server.participant import Participant, Tile
from server.room import Room
from server.subscriptions import DEFAULT_HEIGHT, assign_slots

log = structlog.get_logger()

DepartureReason = Literal["left", "vanished", "media_timeout", "meeting_ended", "server_stopping"]


class Seat(EventEmitter):
    """One participant's place in a live meeting: their entry in the room and their media. Events:

    - ``slots`` (list[tuple[str, Participant | None]]): slots with another occupant now;
    - ``gone`` (DepartureReason): this seat is given up, for whatever reason.
    """

    def __init__(self, participant: Participant, connection: Connection) -> None:
        super().__init__()
        self.participant = participant
        self.connection = connection
        self.token = secrets.token_urlsafe(24)
        """Whoever has it may take this seat again; a secret of its client."""
        self.wishes: list[str | None] = [None] * sum(slot.kind == "video" for slot in connection.slots)
        """Whom each video slot is to show."""
        self.vanishing: asyncio.TimerHandle | None = None


class Meeting:
    """One live meeting. ``room`` tells who comes, changes, speaks and goes."""

    def __init__(self, code: str, edge: MediaEdge, grace: float) -> None:
        """``grace``: for how many seconds the seat of somebody whose session broke is kept."""
        self.room = Room(code)
        self._media = edge.add_room()
        self._grace = grace
        self._seats: dict[str, Seat] = {}
        self._by_connection: dict[Connection, Seat] = {}
        self._assigning: asyncio.Handle | None = None
        self._media.on("dominant", self._dominant)
        for event in ("joined", "changed", "left", "dominant"):
            self.room.on(event, self._assign_soon)

    @property
    def code(self) -> str:
        """The meeting's code."""
        return self.room.code

    def join(self, name: str, *, microphone: bool, camera: bool, local_address: str | None) -> Seat:
        """Give somebody a seat. Raises BadNameError or RoomFullError."""
        participant = self.room.join(secrets.token_hex(8), name, microphone=microphone, camera=camera)
        connection = self._media.add_connection(local_address=local_address)
        connection.set_media(microphone=participant.microphone, camera=participant.camera)
        seat = Seat(participant, connection)
        self._seats[participant.id] = seat
        self._by_connection[connection] = seat
        connection.on("slot", lambda mid, occupant: seat.emit("slots", [(mid, self._participant(occupant))]))
        connection.on("dead", lambda: self.depart(seat, "media_timeout"))
        return seat

    def resume(self, token: str) -> Seat | None:
        """The seat behind a token, kept if it was about to be given up."""
        for seat in self._seats.values():
            if secrets.compare_digest(seat.token.encode(), token.encode()):
                self._keep(seat)
                return seat
        return None

    def vanish(self, seat: Seat) -> None:
        """The session of a seat broke: the seat is kept for the grace time, then given up."""
        self._keep(seat)
        seat.vanishing = asyncio.get_running_loop().call_later(self._grace, self.depart, seat, "vanished")

    def depart(self, seat: Seat, reason: DepartureReason) -> None:
        """Give a seat up at once."""
        if self._seats.pop(seat.participant.id, None) is None:
            return
        self._keep(seat)
        del self._by_connection[seat.connection]
        seat.connection.close()
        log.info("participant gone", meeting=self.code, participant=seat.participant.id, reason=reason)
        seat.emit("gone", reason)
        self.room.leave(seat.participant)

    def set_media(self, seat: Seat, *, microphone: bool, camera: bool) -> None:
        """Switch a participant's microphone and camera, as far as their role allows."""
        self.room.set_media(seat.participant, microphone=microphone, camera=camera)
        seat.connection.set_media(microphone=seat.participant.microphone, camera=seat.participant.camera)

    def set_view(self, seat: Seat, view: list[Tile]) -> None:
        """What a participant's screen shows, most wanted first."""
        self.room.set_view(seat.participant, view)
        self._assign(seat)

    def occupants(self, seat: Seat) -> list[tuple[str, Participant | None]]:
        """Who is in each of a seat's slots now, by mid."""
        return [(mid, self._participant(occupant)) for mid, occupant in seat.connection.occupants.items()]

    def close(self, reason: DepartureReason) -> None:
        """Everybody goes; the media ends."""
        for seat in list(self._seats.values()):
            self.depart(seat, reason)
        if self._assigning is not None:
            self._assigning.cancel()
        self._media.close()

    def _participant(self, connection: Connection | None) -> Participant | None:
        seat = self._by_connection.get(connection) if connection is not None else None
        return seat.participant if seat is not None else None

    def _keep(self, seat: Seat) -> None:
        if seat.vanishing is not None:
            seat.vanishing.cancel()
            seat.vanishing = None

    def _dominant(self, connection: Connection | None) -> None:
        self.room.speaks(self._participant(connection))

    def _assign_soon(self, *_: object) -> None:
        """Everybody's slots are looked at once a turn of the loop, however much happens in it."""
        if self._assigning is None:
            self._assigning = asyncio.get_running_loop().call_soon(self._assign_all)

    def _assign_all(self) -> None:
        self._assigning = None
        for seat in self._seats.values():
            self._assign(seat)

    def _assign(self, seat: Seat) -> None:
        view = seat.participant.view
        if view is None:
            view = [Tile(participant.id, DEFAULT_HEIGHT) for participant in self.room]
        others = [tile for tile in view if tile.participant != seat.participant.id]
        cameras = {other.participant.id for other in self._seats.values() if other.participant.camera}
        assignments = assign_slots(seat.wishes, others, cameras, self.room.recent_speakers)
        video = [slot.mid for slot in seat.connection.slots if slot.kind == "video"]
        for mid, assignment in zip(video, assignments, strict=True):
            if assignment is None:
                seat.connection.show(mid, None, 0)
            else:
                source = self._seats[assignment.participant].connection
                seat.connection.show(mid, source, assignment.max_layer)
        seat.wishes = [assignment.participant if assignment else None for assignment in assignments]
