"""The media edge: the plane with its one UDP port, the DTLS certificate, and the way from ids back to connections."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable, Mapping, Sequence

import ifaddr
import structlog
from aiortc import RTCCertificate

from server._plane import Event, Plane
from server.media.connection import Connection
from server.media.room import RoomMedia
from server.media.transport import MediaTransport

log = structlog.get_logger()


class MediaEdge:
    """Everything between the meeting core and the network's media."""

    def __init__(self, plane: Plane, host: str, public_ips: Sequence[str], video_slots: int) -> None:
        self.plane = plane
        self.certificate = RTCCertificate.generateCertificate()
        self.video_slots = video_slots
        self._host, self._public_ips = host, list(public_ips)
        self._interfaces = _interface_addresses()
        self._endpoints = 0
        self._rooms: dict[int, RoomMedia] = {}
        self._transports: dict[int, MediaTransport] = {}
        self._slots: dict[int, tuple[Connection, str]] = {}
        self._tracks: dict[int, Connection] = {}
        self._finishing: set[asyncio.Future[None]] = set()
        asyncio.get_running_loop().add_reader(plane.events_fd(), self._take_events)

    @classmethod
    async def start(cls, *, host: str, port: int, public_ips: Sequence[str] = (), video_slots: int = 9) -> MediaEdge:
        """Bind the media port. ``host`` is an IP address, ``::`` takes IPv4 too. OSError when it can't be bound."""
        return cls(Plane(host, port), host, public_ips, video_slots)

    @property
    def port(self) -> int:
        """The UDP port."""
        return self.plane.port

    def is_running(self) -> bool:
        """False once the plane's socket has failed for good."""
        return self.plane.is_running()

    def counters(self) -> dict[str, int]:
        """What the plane did, and dropped by reason."""
        return self.plane.counters()

    def add_room(self) -> RoomMedia:
        """Media for one more room."""
        room = RoomMedia(self)
        self._rooms[room.group] = room
        return room

    async def close(self) -> None:
        """End every room, and free the port."""
        for room in list(self._rooms.values()):
            room.close()
        await asyncio.gather(*self._finishing, return_exceptions=True)
        asyncio.get_running_loop().remove_reader(self.plane.events_fd())
        self.plane.close()

    # For rooms and connections

    def new_endpoint(self) -> int:
        """A number that the two transports of one participant share."""
        self._endpoints += 1
        return self._endpoints

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

    def register(self, connection: Connection, transports: Iterable[MediaTransport], slots: Mapping[str, int]) -> None:
        """Events about these transports and slots are this connection's."""
        self._transports.update((transport.id, transport) for transport in transports)
        self._slots.update((slot, (connection, mid)) for mid, slot in slots.items())

    def published(self, connection: Connection, tracks: Iterable[int | None]) -> None:
        """These tracks are this connection's."""
        self._tracks.update((track, connection) for track in tracks if track is not None)

    def unregister(self, connection: Connection) -> None:
        """Nothing is this connection's any more."""
        for transport in (connection.publisher, connection.subscriber):
            self._transports.pop(transport.id, None)
        self._slots = {slot: owner for slot, owner in self._slots.items() if owner[0] is not connection}
        self._tracks = {track: owner for track, owner in self._tracks.items() if owner is not connection}

    def remove_room(self, room: RoomMedia) -> None:
        """The room is over."""
        if self._rooms.pop(room.group, None) is not None:
            self.plane.remove_group(room.group)

    def finish(self, work: asyncio.Future[None]) -> None:
        """Keep hold of something that ends by itself."""
        self._finishing.add(work)
        work.add_done_callback(self._finishing.discard)

    def _take_events(self) -> None:
        for event in self.plane.take_events():
            self._handle(event)

    def _handle(self, event: Event) -> None:
        match event:
            case Event.Dtls(transport=id_, datagram=datagram):
                if transport := self._transports.get(id_):
                    transport.feed(datagram)
            case Event.Dead(transport=id_):
                if transport := self._transports.get(id_):
                    log.info("transport is silent", transport=id_)
                    transport.dead()
            case Event.SlotOccupied(slot=slot, track=track):
                if owner := self._slots.get(slot):
                    connection, mid = owner
                    connection.occupy(mid, self._owner(track))
            case Event.Seats(group=group, tracks=tracks):
                if room := self._rooms.get(group):
                    room.seats_changed([self._owner(track) for track in tracks])
            case Event.Dominant(group=group, track=track):
                if room := self._rooms.get(group):
                    room.emit("dominant", self._owner(track))

    def _owner(self, track: int | None) -> Connection | None:
        return None if track is None else self._tracks.get(track)


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
