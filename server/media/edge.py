"""The media edge: the plane with its one UDP port, and the rooms that it serves."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence

import ifaddr
import structlog

from server._plane import Event, Plane
from server.media.connection import Connection
from server.media.link_measurements import LinkMeasurements
from server.media.room import RoomMedia
from server.media.switchboard import Switchboard

log = structlog.get_logger()


class MediaEdge:
    """Everything between the meeting core and the network's media."""

    def __init__(self, plane: Plane, host: str, public_ips: Sequence[str], video_slots: int) -> None:
        self._plane = plane
        self._switchboard: Switchboard[Connection] = Switchboard(plane, video_slots)
        self._host, self._public_ips = host, list(public_ips)
        self._interfaces = _interface_addresses()
        self._rooms: dict[int, RoomMedia] = {}
        asyncio.get_running_loop().add_reader(plane.events_fd(), self._take_events)

    @classmethod
    async def start(
        cls, *, host: str, port: int, public_ips: Sequence[str] = (), video_slots: int = 10, workers: int = 1
    ) -> MediaEdge:
        """Bind the media port. ``host`` is an IP address, ``::`` takes IPv4 too. OSError when it can't be bound."""
        return cls(Plane(host, port, workers), host, public_ips, video_slots)

    @property
    def plane(self) -> Plane:
        """For who brings in sound that is no browser's."""
        return self._plane

    @property
    def port(self) -> int:
        """The UDP port."""
        return self._plane.port

    def is_running(self) -> bool:
        """False once the plane's socket has failed for good."""
        return self._plane.is_running()

    def counters(self) -> dict[str, int]:
        """What the plane did, and dropped by reason."""
        return self._plane.counters()

    def add_room(self) -> RoomMedia:
        """Media for one more room."""
        room = RoomMedia(self._switchboard, self.addresses)
        self._rooms[room.group] = room
        room.on("closed", lambda: self._rooms.pop(room.group, None))
        return room

    async def close(self) -> None:
        """End every room, and free the port."""
        for room in list(self._rooms.values()):
            room.close()
        asyncio.get_running_loop().remove_reader(self._plane.events_fd())
        await self._switchboard.close()

    def addresses(self, local_address: str | None) -> list[str]:
        """Where this server's media port is reached, best first.

        What the operator set, else the address that was bound, else the one at which the client reached us already,
        followed by those of the machine's interfaces.
        """
        if self._public_ips:
            return self._public_ips
        if not ipaddress.ip_address(self._host).is_unspecified:
            return [self._host]
        found = [local_address] if local_address else []
        if local_address and ipaddress.ip_address(local_address).is_loopback:
            # Browsers have no IPv6 loopback candidates, but reach 127.0.0.1 from any of their addresses.
            found.insert(0, "127.0.0.1")
        return list(dict.fromkeys([*found, *self._interfaces])) or ["127.0.0.1"]

    def _take_events(self) -> None:
        for event in self._plane.take_events():
            self._handle(event)

    def _handle(self, event: Event) -> None:
        board = self._switchboard
        match event:
            case Event.Dtls(transport=id_, datagram=datagram):
                if transport := board.transport(id_):
                    transport.feed(datagram)
            case Event.Dead(transport=id_):
                if transport := board.transport(id_):
                    log.info("transport is silent", transport=id_)
                    transport.dead()
            case Event.SlotOccupied(slot=slot, track=track):
                if owned := board.slot(slot):
                    connection, mid = owned
                    connection.occupy(mid, board.owner(track))
            case Event.SlotPaused(slot=slot, paused=paused):
                if owned := board.slot(slot):
                    connection, mid = owned
                    connection.pause(mid, paused)
            case Event.LayerLimit(track=track, layers=layers):
                if publisher := board.owner(track):
                    publisher.limit_layers(track, layers)
            case Event.LinkEstimated(transport=id_, rate=rate, granted=granted):
                if subscriber := board.transport_owner(id_):
                    subscriber.link_estimated(rate, granted)
            case Event.LinkMeasured(transport=id_, fraction_lost=lost, round_trip=millis, silence=silence):
                if measured := board.transport_owner(id_):
                    fraction_lost = None if lost is None else lost / 256
                    round_trip = None if millis is None else millis / 1_000
                    measured.link_measured(id_, LinkMeasurements(fraction_lost, round_trip, silence))
            case Event.Seats(group=group, tracks=tracks):
                if room := self._rooms.get(group):
                    room.seats_changed([board.owner(track) for track in tracks])
            case Event.Dominant(group=group, track=track):
                if room := self._rooms.get(group):
                    room.emit("dominant", board.owner(track))


def _interface_addresses() -> list[str]:
    found = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            address = ipaddress.ip_address(text)
            if not (address.is_loopback or address.is_link_local):
                found.append(text)
    # IPv4 first: it is what a municipal network surely carries.
    return sorted(found, key=lambda text: ":" in text)
