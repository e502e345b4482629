"""A live meeting: a room's rules joined to its media."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import structlog
from pyee import EventEmitter

from server.chairing.chair import Chair
from server.codec_choice import ChosenCodecs, MeetingCodecs
from server.connection_quality import ConnectionSigns
from server.conversation.conversation import Conversation
from server.door import BannedError, Door, Newcomer, Place
from server.layer_demand import LayerDemand
from server.media import Connection, Downlink, MediaEdge
from server.participant import Participant, View
from server.quality_watch import QualityWatch
from server.returning import BACK_WITHIN, Expected, KeptSeat, token_digest
from server.roles import Power, Role
from server.room import Room
from server.subscriptions import (
    Assignment,
    assign_slots,
    layers_watched,
    speaker_first,
    view_before_any,
    wanted_tiles,
)
from server.video_codec import VIDEO_CODECS, VideoCodec

log = structlog.get_logger()

SlotKind = Literal["audio", "video", "screen", "screen_audio"]
DepartureReason = Literal[
    "left", "away", "vanished", "media_timeout", "replaced", "meeting_ended", "server_stopping", "removed", "banned"
]
"""``away``: their page is gone, perhaps only to be loaded again; ``replaced``: they take it again, with new media."""
_EXPECTED_AFTER: frozenset[DepartureReason] = frozenset({"away", "vanished", "media_timeout", "replaced"})


@dataclass(frozen=True)
class Occupancy:
    """What is in one slot now."""

    mid: str
    kind: SlotKind
    participant: Participant | None
    """Whose sound or picture it is; also while that picture is held back, be it that it never came."""
    paused: bool
    """The picture is held back, because the subscriber's link has no room for it."""


class Seat(EventEmitter):
    """One participant's place in a live meeting: their entry in the room and their media. Events:

    - ``slot`` (mid: str, occupant: Participant | None): a slot has another occupant now;
    - ``paused`` (mid: str, paused: bool): its picture is held back now, or no more so; or it is another's;
    - ``layers`` (camera: int, screen: bool): so many layers of its camera are watched, and its shared screen or not;
    - ``codecs`` (ChosenCodecs): its pictures are to be sent in these from now on;
    - ``replaced`` (): another session has taken this seat;
    - ``gone`` (reason: DepartureReason): this seat is given up.
    """

    def __init__(
        self, meeting: Meeting, participant: Participant, connection: Connection, token: str | None = None
    ) -> None:
        """``token``: the one that it had already, before the server stopped."""
        super().__init__()
        self.meeting = meeting
        self.participant = participant
        self.connection = connection
        self.token = token or secrets.token_urlsafe(24)
        """Whoever has it may take this seat again; a secret of its client."""
        self.token_digest = token_digest(self.token)
        self.subscribed = False
        """Whether the offer of the slots has been answered."""
        self.published: tuple[str, str] | None = None
        """The publish offer and our answer to it, so that a client that lost the answer may ask again."""
        self.kinds: dict[str, SlotKind] = {slot.mid: slot.kind for slot in connection.slots}
        """Each slot's kind, by its mid."""
        self.video_slots = [slot.mid for slot in connection.slots if slot.kind == "video"]
        self.assignments: list[Assignment | None] = [None] * len(self.video_slots)
        """What each video slot is to show."""
        self.outgoing: dict[str, Assignment] = {}
        """What slots go on showing, by their mids, until the picture comes that they are to show now."""
        self.demand = LayerDemand()
        """What of its pictures is watched; ``layers`` tells of changes."""
        self.vanishing: asyncio.TimerHandle | None = None

    def accept_subscribe_answer(self, sdp: str) -> None:
        """Take the answer to the offer of the slots. Raises SdpError."""
        self.connection.accept_subscribe_answer(sdp)
        self.subscribed = True
        self.meeting.codecs.decodes(self.participant.id, self.connection.decodes)
        self.meeting.choose_codecs_soon()

    def answer_publish(self, offer: str) -> str:
        """Answer the publish offer; the same offer again gets the same answer. Raises SdpError."""
        if self.published is None or self.published[0] != offer:
            self.published = (offer, self.connection.answer_publish(offer))
            connection = self.connection
            self.meeting.codecs.publishes(self.participant.id, connection.camera_codecs, connection.screen_codecs)
            self.meeting.choose_codecs_soon()
        return self.published[1]

    @property
    def chosen_codecs(self) -> ChosenCodecs:
        """What its pictures are to be sent in."""
        return self.meeting.codecs.chosen(self.participant.id)

    @property
    def signs(self) -> ConnectionSigns:
        """What its connection is judged by."""
        up, down, downlink = self.connection.up, self.connection.down, self.connection.downlink
        return ConnectionSigns(
            lost_up=up.fraction_lost,
            lost_down=down.fraction_lost,
            round_trip=down.round_trip,
            estimate=downlink.estimate if downlink else None,
            pictures=self.connection.pictures_wished,
            paused=self.connection.pictures_held_back,
            silence=max(up.silence, down.silence),
        )

    @property
    def kept(self) -> KeptSeat:
        """What is given back of it when whoever has its token returns."""
        who = self.participant
        return KeptSeat(
            participant=who.id,
            token=self.token_digest,
            person=who.person.key,
            name=who.name,
            role=who.role,
            unit=who.person.unit,
            position=who.person.position,
            hand=who.hand,
            invited=who.invited,
        )

    def occupancy(self, mid: str) -> Occupancy:
        """What is in a slot now. KeyError for a mid that is no slot's."""
        held_back = self.connection.held_back(mid)
        participant = self.meeting.owner(held_back or self.connection.occupants[mid])
        return Occupancy(mid, self.kinds[mid], participant, paused=held_back is not None)

    def occupancies(self) -> list[Occupancy]:
        """What is in each slot now."""
        return [self.occupancy(mid) for mid in self.kinds]


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
    ) -> None:
        """``grace``: for how many seconds the seat of somebody whose session broke is kept.

        ``video_codecs``: those that may be chosen, most preferred first. ``inherits``: nobody has a key that makes them
        its host, so that the first to arrive is.
        """
        self.code, self.title = code, title
        self.label = secrets.token_hex(4)
        """What logs call this meeting: its code lets people in, so it is not for logs."""
        self.room = Room(inherits=inherits)
        self.chair = Chair(self.room)
        self.conversation = Conversation(self.room)
        self.door = Door(title, self.room, self.chair, grace)
        self.codecs = MeetingCodecs(video_codecs)
        """Who sends and decodes what, and what is chosen. Who changes it calls ``choose_codecs_soon``."""
        self.expected = Expected()
        """Who is expected back, and gets their seat again. ``expect`` adds to it."""
        self._media = edge.add_room()
        self._grace = grace
        self._seats: dict[str, Seat] = {}
        self._by_connection: dict[Connection, Seat] = {}
        self._assigning: asyncio.Handle | None = None
        self._to_assign: dict[Seat, None] = {}
        """Whose slots are to be assigned anew."""
        self._lowering: asyncio.TimerHandle | None = None
        self._choosing: asyncio.Handle | None = None
        self._rising: asyncio.TimerHandle | None = None
        self._quality = QualityWatch(self.room, lambda participant: self._seats[participant.id].signs)
        self._media.on("dominant", self._dominant)
        self.room.on("changed", self._apply_media)
        for event in ("joined", "changed", "left", "dominant"):
            self.room.on(event, lambda _: self._assign_soon(self._seats.values()))
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
            connection = self._media.add_connection(local_address=newcomer.local_address)
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
        connection.on("layer_limit", lambda: self._assign_soon(()))
        connection.on("dead", lambda: self.depart(seat, "media_timeout"))
        log.info("participant came", meeting=self.label, participant=participant.id, here=len(self.room))
        return seat

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
        if reason in _EXPECTED_AFTER:
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
        self._assign_soon([seat])

    def choose_codecs_soon(self) -> None:
        """Choose codecs anew, once a turn of the loop: who sends or decodes them has changed."""
        if self._choosing is None:
            self._choosing = asyncio.get_running_loop().call_soon(self._choose_codecs)

    def downlinks(self) -> dict[str, Downlink]:
        """What is known of the link to each participant, by their id; nothing of those whom nothing is known of."""
        known = ((id_, seat.connection.downlink) for id_, seat in self._seats.items())
        return {id_: downlink for id_, downlink in known if downlink is not None}

    def owner(self, connection: Connection | None) -> Participant | None:
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
        for seat in list(self._seats.values()):
            self.depart(seat, reason)
        for waiting in (self._assigning, self._lowering, self._choosing, self._rising):
            if waiting is not None:
                waiting.cancel()
        self._quality.stop()
        self.expected.clear()
        self._media.close()

    def _expect_no_more(self, kept: KeptSeat) -> None:
        self.expected.discard(kept)
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

    def _slot_taken(self, seat: Seat, mid: str, occupant: Connection | None) -> None:
        if seat.outgoing.pop(mid, None) is not None:
            self._assign_soon(())
        seat.emit("slot", mid, self.owner(occupant))

    def _dominant(self, connection: Connection | None) -> None:
        self.room.speaks(self.owner(connection))

    def _assign_soon(self, seats: Iterable[Seat]) -> None:
        """Slots are assigned once a turn of the loop, however much happens in it."""
        self._to_assign.update(dict.fromkeys(seats))
        if self._assigning is None:
            self._assigning = asyncio.get_running_loop().call_soon(self._assign)

    def _assign(self) -> None:
        self._assigning = None
        cameras = {participant.id for participant in self.room if participant.camera and participant.id in self._seats}
        before_any = View(view_before_any(participant.id for participant in self.room))
        seats, self._to_assign = self._to_assign, {}
        for seat in seats:
            if seat.participant.id not in self._seats:  # gone in the same turn
                continue
            view = seat.participant.view or before_any
            tiles = wanted_tiles(seat.participant.id, view, self.room.recent_speakers)
            occupants = [assignment.participant if assignment else None for assignment in seat.assignments]
            assignments = assign_slots(seat.participant.id, occupants, tiles, cameras, self.room.recent_speakers)
            assignments = speaker_first(seat.participant.id, view, assignments, self.room.recent_speakers)
            for mid, before, assignment in zip(seat.video_slots, seat.assignments, assignments, strict=True):
                self._hand_over(seat, mid, before, assignment)
                if assignment is None:
                    seat.connection.show(mid, None)
                else:
                    seat.connection.show(
                        mid,
                        self._seats[assignment.participant].connection,
                        assignment.max_layer,
                        assignment.max_temporal,
                        assignment.priority,
                    )
            seat.assignments = assignments
            sharer = self._sharer_for(seat.participant, view)
            source = self._seats[sharer].connection if sharer is not None else None
            seat.connection.show_screen(source if view.screen else None)
            seat.connection.play_screen_audio(source if view.hears_screen else None)
        self._tell_demand()

    def _hand_over(self, seat: Seat, mid: str, before: Assignment | None, after: Assignment | None) -> None:
        """What a slot shows goes on being watched until its next picture comes: it must not stand still."""
        shown = self.owner(seat.connection.occupants[mid])
        if shown is None or after is None or shown.id == after.participant:
            seat.outgoing.pop(mid, None)
        elif before is not None and shown.id == before.participant:
            seat.outgoing[mid] = before

    def _sharer_for(self, participant: Participant, view: View | None) -> str | None:
        """Whose screen somebody chose, or else the latest."""
        others = [sharer for sharer in self.room.sharers if sharer != participant.id and sharer in self._seats]
        if view is not None and view.sharer in others:
            return view.sharer
        return others[0] if others else None

    def _tell_demand(self) -> None:
        """Tell publishers what somebody watches now, and can be reached with."""
        now = asyncio.get_running_loop().time()
        seats = self._seats.values()
        everything = (shown for seat in seats for shown in (*seat.assignments, *seat.outgoing.values()))
        layers = layers_watched(everything)
        screens = {
            self._sharer_for(seat.participant, seat.participant.view)
            for seat in self._seats.values()
            if seat.participant.view is None or seat.participant.view.screen
        }
        for seat in self._seats.values():
            watched = min(layers.get(seat.participant.id, 0), seat.connection.layer_limit)
            if seat.demand.want(watched, seat.participant.id in screens, now):
                seat.emit("layers", seat.demand.told_layers, seat.demand.told_screen)
        self._lower_later()

    def _lower_later(self) -> None:
        due = [seat.demand.lower_at for seat in self._seats.values() if seat.demand.lower_at is not None]
        if due and self._lowering is None:
            self._lowering = asyncio.get_running_loop().call_at(min(due), self._lower)

    def _lower(self) -> None:
        """What was not watched for a while is given up."""
        self._lowering = None
        now = asyncio.get_running_loop().time()
        for seat in self._seats.values():
            if seat.demand.lower(now):
                seat.emit("layers", seat.demand.told_layers, seat.demand.told_screen)
        self._lower_later()

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
