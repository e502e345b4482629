"""A live meeting: a room's rules joined to its media."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

import structlog

from server.chairing.chair import Chair
from server.codec_choice import MeetingCodecs
from server.conversation.conversation import Conversation
from server.door import BannedError, Door, Newcomer, Place
from server.media import Downlink, MediaEdge, SeatMedia
from server.participant import Participant, View
from server.phone.budget import Budget
from server.phone.calls import CallState, PhoneCall, PhoneCalls
from server.phone.numbers import DialRules
from server.phone.telephone import Telephone
from server.quality_watch import QualityWatch
from server.returning import BACK_WITHIN, Expected, KeptSeat
from server.roles import Power, Role
from server.room import Room
from server.seat import DepartureReason, Seat
from server.slot_filling import SlotFilling
from server.video_codec import VIDEO_CODECS, VideoCodec

log = structlog.get_logger()

_EXPECTED_AFTER: frozenset[DepartureReason] = frozenset({"away", "vanished", "media_timeout", "replaced"})


class Meeting:
    """One live meeting. Its ``room`` tells who comes, changes, speaks and goes; a ``Seat`` what concerns it alone."""

    def __init__(
        self,
        code: str,
        edge: MediaEdge,
        grace: float,
        video_codecs: Sequence[VideoCodec] = VIDEO_CODECS,
        *,
        title: str = "",
        inherits: bool = True,
        telephone: Telephone | None = None,
        pin: str | None = None,
    ) -> None:
        """``grace``: for how many seconds the seat of somebody whose session broke is kept.

        ``video_codecs``: those that may be chosen, most preferred first. ``inherits``: nobody has a key that makes them
        its host, so that the first to arrive is. ``telephone``: how telephones come in, with ``pin``.
        """
        self.code, self.title = code, title
        self.label = secrets.token_hex(4)
        """What logs call this meeting: its code lets people in, so it is not for logs."""
        self.room = Room(inherits=inherits)
        self.chair = Chair(self.room)
        self.conversation = Conversation(self.room)
        self.telephone, self.pin = telephone, pin
        self.calls = (
            PhoneCalls(telephone.rules, self._place, telephone.budget)
            if telephone
            else PhoneCalls(DialRules(), None, Budget(0, 1))
        )
        self.door = Door(title, self.room, self.chair, grace)
        self.codecs = MeetingCodecs(video_codecs)
        """Who sends and decodes what, and what is chosen. Who changes it calls ``choose_codecs_soon``."""
        self.expected = Expected()
        """Who is expected back, and gets their seat again. ``expect`` adds to it."""
        self._media = edge.add_room()
        self._grace = grace
        self._seats: dict[str, Seat] = {}
        self._by_connection: dict[SeatMedia, Seat] = {}
        self._filling = SlotFilling(self.room, self._seats)
        self._choosing: asyncio.Handle | None = None
        self._rising: asyncio.TimerHandle | None = None
        self._quality = QualityWatch(self.room, lambda participant: self._seats[participant.id].signs)
        self._media.on("dominant", self._dominant)
        self.room.on("changed", self._apply_media)
        self.chair.on("removed", self._remove)
        # Later in this turn, so that whoever ends it is answered first.
        self.chair.on("ended", lambda: asyncio.get_running_loop().call_soon(self.close, "meeting_ended"))

    def enter(self, newcomer: Newcomer) -> Seat | Place:
        """A seat, or a place in the lobby. Raises what ``Door.wait`` and ``join`` do."""
        return self.door.wait(newcomer) or self.join(newcomer)

    def join(self, newcomer: Newcomer) -> Seat:
        """Give somebody a seat. Raises BadNameError or RoomFullError."""
        participant = self.room.join(
            secrets.token_hex(8),
            newcomer.name,
            microphone=newcomer.microphone,
            camera=newcomer.camera,
            role=Role.HOST if newcomer.is_host else self.chair.roles.get(newcomer.person.key, Role.PARTICIPANT),
            person=newcomer.person,
        )
        return self._sit(participant, newcomer)

    def give_back(self, token: str, newcomer: Newcomer) -> Seat | None:
        """The seat behind the token of somebody who is expected back, with new media; None without one.

        Neither lobby nor lock is in their way: they were in. Raises BannedError or RoomFullError.
        """
        kept = self.expected.take(token)
        if kept is None:
            return None
        if kept.person in self.chair.bans.people:
            raise BannedError
        participant = self.room.join(
            kept.participant,
            kept.name,
            microphone=newcomer.microphone,
            camera=newcomer.camera,
            role=kept.role,
            person=replace(newcomer.person, key=kept.person, unit=kept.unit, position=kept.position),
            hand=kept.hand,
            invited=kept.invited,
        )
        return self._sit(participant, newcomer, token)

    def _sit(self, participant: Participant, newcomer: Newcomer, token: str | None = None) -> Seat:
        try:
            connection = self._add_media(newcomer)
        except Exception:
            self.room.leave(participant)
            raise
        self.chair.lobby.remember(newcomer.person.key)
        connection.set_media(microphone=participant.microphone, camera=participant.camera)
        seat = Seat(self, participant, connection, token)
        self._seats[participant.id] = seat
        self._by_connection[connection] = seat
        connection.on("slot", lambda mid, occupant: self._slot_taken(seat, mid, occupant))
        connection.on("paused", lambda mid, paused: seat.emit("paused", mid, paused))
        connection.on("layer_limit", lambda: self._filling.fill_soon(()))
        connection.on("dead", lambda: self.depart(seat, "media_timeout"))
        log.info("participant came", meeting=self.label, participant=participant.id, here=len(self.room))
        return seat

    def _add_media(self, newcomer: Newcomer) -> SeatMedia:
        if newcomer.leg is not None:
            return self._media.add_phone(newcomer.leg)
        return self._media.add_connection(local_address=newcomer.local_address)

    def seat(self, token: str) -> Seat | None:
        """The seat behind a token; None when there is none (any more)."""
        wanted = token.encode(errors="surrogatepass")  # it is whatever a client sent
        found = [seat for seat in self._seats.values() if secrets.compare_digest(seat.token.encode(), wanted)]
        return found[0] if found else None

    def resume(self, token: str) -> Seat | None:
        """The seat behind a token, taken from whichever session holds it; None when there is none (any more)."""
        seat = self.seat(token)
        if seat is None:
            return None
        self._keep(seat)
        seat.emit("replaced")
        return seat

    def expect(self, kept: KeptSeat) -> None:
        """Somebody is expected back, for a while."""
        self.expected.add(kept)
        asyncio.get_running_loop().call_later(BACK_WITHIN, self._expect_no_more, kept)

    def vanish(self, seat: Seat) -> None:
        """The session of a seat broke: the seat is kept for the grace time, then given up."""
        if self._seats.get(seat.participant.id) is seat:
            self._keep(seat)
            seat.vanishing = asyncio.get_running_loop().call_later(self._grace, self.depart, seat, "vanished")

    def depart(self, seat: Seat, reason: DepartureReason) -> None:
        """Give a seat up at once. Once it is given up, nothing happens."""
        if self._seats.get(seat.participant.id) is not seat:
            return
        del self._seats[seat.participant.id]
        self._keep(seat)
        del self._by_connection[seat.connection]
        seat.connection.close()
        log.info("participant gone", meeting=self.label, participant=seat.participant.id, reason=reason)
        seat.emit("gone", reason)
        if reason in _EXPECTED_AFTER and not seat.participant.person.by_telephone:
            self.expect(seat.kept)
        self.codecs.leaves(seat.participant.id)
        self.room.leave(seat.participant)
        self.choose_codecs_soon()

    def set_media(self, seat: Seat, *, microphone: bool, camera: bool, screen: bool = False) -> None:
        """Switch a participant's microphone, camera and shared screen, as they wish it.

        Raises NotPermittedError, or ScreenTakenError while somebody else shares; both leave everything as it was.
        """
        self.room.set_media(seat.participant, microphone=microphone, camera=camera, screen=screen)
        if microphone:
            self.chair.unmuted(seat.participant, asyncio.get_running_loop().time())

    def resume_media(self, seat: Seat, *, microphone: bool, camera: bool) -> None:
        """What somebody wishes who comes back: as far as it is allowed by now."""
        participant = seat.participant
        microphone = microphone and (participant.microphone or self.room.permits(participant, Power.SPEAK))
        camera = camera and (participant.camera or self.room.permits(participant, Power.SHOW))
        self.set_media(seat, microphone=microphone, camera=camera, screen=participant.screen)

    def set_view(self, seat: Seat, view: View) -> None:
        """What a participant's screen shows."""
        seat.participant.view = view
        self._filling.fill_soon([seat])

    def choose_codecs_soon(self) -> None:
        """Choose codecs anew, once a turn of the loop: who sends or decodes them has changed."""
        if self._choosing is None:
            self._choosing = asyncio.get_running_loop().call_soon(self._choose_codecs)

    def downlinks(self) -> dict[str, Downlink]:
        """What is known of the link to each participant, by their id; nothing of those whom nothing is known of."""
        known = ((id_, seat.connection.downlink) for id_, seat in self._seats.items())
        return {id_: downlink for id_, downlink in known if downlink is not None}

    def owner(self, connection: SeatMedia | None) -> Participant | None:
        """Whose media it is."""
        seat = self._by_connection.get(connection) if connection is not None else None
        return seat.participant if seat is not None else None

    @property
    def is_empty(self) -> bool:
        """Whether nobody is here, waits to be, or is expected back."""
        return not len(self.room) and not len(self.door) and not len(self.expected)

    @property
    def seats(self) -> Iterable[Seat]:
        """Every seat that is taken."""
        return self._seats.values()

    def close(self, reason: Literal["meeting_ended", "server_stopping"]) -> None:
        """Everybody goes; the media ends."""
        self.door.close(reason)
        self.calls.close()
        for seat in list(self._seats.values()):
            self.depart(seat, reason)
        for waiting in (self._choosing, self._rising):
            if waiting is not None:
                waiting.cancel()
        self._filling.stop()
        self._quality.stop()
        self.expected.clear()
        self._media.close()

    def _place(self, call: PhoneCall) -> None:
        """Have somebody called."""
        if self.telephone is None or self.telephone.place is None:
            self.calls.set_state(call.id, CallState.FAILED)
        else:
            self.telephone.place(self, call)

    def _expect_no_more(self, kept: KeptSeat) -> None:
        self.expected.discard(kept)
        if kept.participant not in self.room and kept.participant not in self.expected:
            self.chair.forget(kept.participant)
        if self.is_empty:
            self.room.emit("emptied")

    def _keep(self, seat: Seat) -> None:
        if seat.vanishing is not None:
            seat.vanishing.cancel()
            seat.vanishing = None

    def _remove(self, participant: Participant) -> None:
        if (seat := self._seats.get(participant.id)) is not None:
            is_banned = participant.person.key in self.chair.bans.people
            self.depart(seat, "banned" if is_banned else "removed")

    def _apply_media(self, participant: Participant) -> None:
        """What is off in the room is dropped in the plane, whoever switched it off."""
        if (seat := self._seats.get(participant.id)) is not None:
            seat.connection.set_media(
                microphone=participant.microphone, camera=participant.camera, screen=participant.screen
            )

    def _slot_taken(self, seat: Seat, mid: str, occupant: SeatMedia | None) -> None:
        if seat.outgoing.pop(mid, None) is not None:
            self._filling.fill_soon(())
        seat.emit("slot", mid, self.owner(occupant))

    def _dominant(self, connection: SeatMedia | None) -> None:
        self.room.speaks(self.owner(connection))

    def _choose_codecs(self) -> None:
        """Tell publishers whose codecs are others now."""
        loop = asyncio.get_running_loop()
        if self._rising is not None:
            self._rising.cancel()
        self._choosing = self._rising = None
        for participant in self.codecs.decide(loop.time()):
            seat = self._seats[participant]
            seat.emit("codecs", seat.chosen_codecs)
        if (rise_at := self.codecs.rise_at) is not None:
            self._rising = loop.call_at(rise_at, self._choose_codecs)
