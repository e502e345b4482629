"""One participant's place in a live meeting."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pyee import EventEmitter

from server.codec_choice import ChosenCodecs
from server.connection_quality import ConnectionSigns
from server.layer_demand import LayerDemand
from server.media import SeatMedia
from server.participant import Participant
from server.returning import KeptSeat, token_digest
from server.subscriptions import Assignment

if TYPE_CHECKING:
    from server.meeting import Meeting

SlotKind = Literal["audio", "video", "screen", "screen_audio"]
DepartureReason = Literal[
    "left", "away", "vanished", "media_timeout", "replaced", "meeting_ended", "server_stopping", "removed", "banned"
]
"""``away``: their page is gone, perhaps only to be loaded again; ``replaced``: they take it again, with new media."""


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
        self, meeting: Meeting, participant: Participant, connection: SeatMedia, token: str | None = None
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

    def shown(self, mid: str) -> Participant | None:
        """Whose sound or picture passes in a slot at this moment."""
        return self.meeting.owner(self.connection.occupants[mid])

    def occupancies(self) -> list[Occupancy]:
        """What is in each slot now."""
        return [self.occupancy(mid) for mid in self.kinds]
