"""The plane, and whose each of its transports, slots and tracks is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from aiortc import RTCCertificate

from server._plane import Plane
from server.media.seat_media import SeatMedia
from server.media.transport import MediaTransport

Owner = TypeVar("Owner")


class Switchboard(Generic[Owner]):
    """What every connection shares; the plane's ids lead back to their owners here."""

    def __init__(self, plane: Plane, video_slots: int) -> None:
        self.plane = plane
        self.certificate = RTCCertificate.generateCertificate()
        self.video_slots = video_slots
        """How many video slots each subscriber is offered."""
        self._endpoints = 0
        self._transports: dict[int, tuple[Owner, MediaTransport]] = {}
        self._slots: dict[int, tuple[Owner, str]] = {}
        self._tracks: dict[int, SeatMedia] = {}
        self._finishing: set[asyncio.Future[None]] = set()

    def new_endpoint(self) -> int:
        """A number that the two transports of one participant share."""
        self._endpoints += 1
        return self._endpoints

    def add(self, owner: Owner, transports: Iterable[MediaTransport], slots: Mapping[str, int]) -> None:
        """These transports, and video slots by mid, are this owner's."""
        self._transports.update((transport.id, (owner, transport)) for transport in transports)
        self._slots.update((slot, (owner, mid)) for mid, slot in slots.items())

    def add_tracks(self, owner: SeatMedia, tracks: Iterable[int | None]) -> None:
        """These tracks are this owner's, who may be on the telephone."""
        self._tracks.update((track, owner) for track in tracks if track is not None)

    def remove(self, owner: Owner, transports: Iterable[MediaTransport]) -> None:
        """Nothing is this owner's any more. The transports end at once."""
        self._slots = {slot: owned for slot, owned in self._slots.items() if owned[0] is not owner}
        self._tracks = {track: owned for track, owned in self._tracks.items() if owned is not owner}
        for transport in transports:
            self._transports.pop(transport.id, None)
            finishing = asyncio.ensure_future(transport.close())
            self._finishing.add(finishing)
            finishing.add_done_callback(self._finishing.discard)

    def remove_tracks(self, owner: SeatMedia) -> None:
        """No track is this owner's any more."""
        self._tracks = {track: owned for track, owned in self._tracks.items() if owned is not owner}

    def transport(self, transport: int) -> MediaTransport | None:
        """A transport by its id, while it lasts."""
        owned = self._transports.get(transport)
        return owned[1] if owned else None

    def transport_owner(self, transport: int) -> Owner | None:
        """Whose transport it is, while it lasts."""
        owned = self._transports.get(transport)
        return owned[0] if owned else None

    def slot(self, slot: int) -> tuple[Owner, str] | None:
        """Whose slot it is, and its mid."""
        return self._slots.get(slot)

    def owner(self, track: int | None) -> SeatMedia | None:
        """Whose track it is."""
        return None if track is None else self._tracks.get(track)

    async def close(self) -> None:
        """Wait for the transports that are ending, and stop the plane."""
        await asyncio.gather(*self._finishing, return_exceptions=True)
        self.plane.close()
