"""The media of one room: whose microphones compete for being heard, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pyee import EventEmitter

from server._plane import SEATS
from server.media.connection import Connection
from server.media.phone_connection import PhoneConnection
from server.media.seat_media import SeatMedia
from server.media.switchboard import Switchboard

if TYPE_CHECKING:
    from server.phone import Leg


class RoomMedia(EventEmitter):
    """One room's connections. Nothing passes between two rooms: the plane routes by what is asked here alone.

    Event ``dominant`` (SeatMedia | None): another participant is the dominant speaker now.
    """

    def __init__(self, switchboard: Switchboard[Connection], addresses: Callable[[str | None], list[str]]) -> None:
        """``addresses``: where a client that came by some local address reaches the media port."""
        super().__init__()
        self._switchboard, self._addresses = switchboard, addresses
        self.group = switchboard.plane.add_group()
        self._connections: list[SeatMedia] = []
        self._seats: list[SeatMedia | None] = [None] * SEATS
        self._over = False

    def add_connection(self, *, local_address: str | None = None) -> Connection:
        """A participant's media. ``local_address``: the IP address at which this client reached the server."""
        connection = Connection(self._switchboard, self.group, self._addresses(local_address))
        connection.on("published", lambda: self._published(connection))
        self._add(connection)
        return connection

    def add_phone(self, leg: Leg) -> PhoneConnection:
        """The media of a participant who is on the telephone."""
        connection = PhoneConnection(self._switchboard, self.group, leg)
        self._add(connection)
        return connection

    def close(self) -> None:
        """End every connection, and the room. Event ``closed`` ()."""
        for connection in list(self._connections):
            connection.close()
        if not self._over:
            self._over = True
            self._switchboard.plane.remove_group(self.group)
            self.emit("closed")

    def _add(self, connection: SeatMedia) -> None:
        connection.on("closed", lambda: self._closed(connection))
        self._connections.append(connection)
        self._seat_for(connection)

    def _published(self, source: SeatMedia) -> None:
        """A connection has tracks now."""
        for connection in self._connections:
            connection.source_published(source)

    def _closed(self, source: SeatMedia) -> None:
        """A connection is gone."""
        self._connections.remove(source)
        self._seats = [None if seat is source else seat for seat in self._seats]
        for connection in self._connections:
            connection.source_closed(source)
            for mid, occupant in list(connection.occupants.items()):
                if occupant is source:
                    connection.occupy(mid, None)

    def seats_changed(self, seats: Sequence[SeatMedia | None]) -> None:
        """The plane gave the seats of being heard to others."""
        self._seats = list(seats)
        for connection in self._connections:
            self._seat_for(connection)

    def _seat_for(self, connection: SeatMedia) -> None:
        for seat, speaker in enumerate(self._seats):
            connection.occupy(f"a{seat}", None if speaker is connection else speaker)
