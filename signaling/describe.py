"""What the rules know, as the protocol says it: each thing as one viewer may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from server._plane import MAX_LAYERS
from server.attendance.phone import shown_number
from server.chairing.lobby import Waiting
from server.conversation.chat import ChatMessage
from server.conversation.conversation import shows_counts
from server.conversation.polls import Poll, PollState
from server.meeting import Meeting
from server.participant import Participant
from server.roles import Power, may
from server.seat import Occupancy, Seat
from signaling import messages as m


def participant(who: Participant) -> m.Participant:
    """What everybody may know of a participant."""
    return m.Participant(
        id=who.id,
        name=who.name,
        role=who.role.value,
        microphone=who.microphone,
        camera=who.camera,
        screen=who.screen,
        hand=who.hand,
        unit=who.person.unit,
        position=who.person.position,
        quality=who.quality.value,
        telephone=shown_number(phone, masked=True) if (phone := who.person.phone) else phone,
    )


def qualities(people: Iterable[Participant]) -> m.QualitiesChanged:
    """What the connections of these are like."""
    return m.QualitiesChanged(
        changed=[m.ParticipantQuality(participant=who.id, quality=who.quality.value) for who in people]
    )


def connection(id_: int, seat: Seat) -> m.ConnectionDetails:
    """What is known of somebody's connection, for themselves."""
    signs, downlink = seat.signs, seat.connection.downlink
    granted = downlink.slots if downlink else {}
    return m.ConnectionDetails(
        id=id_,
        estimate=signs.estimate,
        lost_up=signs.lost_up,
        lost_down=signs.lost_down,
        round_trip=signs.round_trip,
        granted=[
            m.GrantedLayer(slot=mid, layer=layers.layer if layers.layer < MAX_LAYERS else None)
            for mid, layers in granted.items()
        ],
    )


def slot(occupancy: Occupancy) -> m.SlotState:
    """What is in a slot."""
    who = occupancy.participant
    return m.SlotState(
        slot=occupancy.mid,
        kind=occupancy.kind,
        participant=who.id if who else None,
        paused=occupancy.paused,
    )


def state(meeting: Meeting, now: float) -> m.MeetingState:
    """How a meeting is chaired. ``now`` is monotonic, in s."""
    floor = meeting.chair.floor
    whose = floor.offered or floor.holder
    return m.MeetingState(
        title=meeting.title,
        policy=m.Policy(**asdict(meeting.room.policy)),
        floor=m.Floor(participant=whose, taken=floor.offered is None, seconds_left=floor.left(now)) if whose else None,
        spotlit=list(meeting.chair.spotlit),
    )


def waiting(who: Waiting, now: float) -> m.Waiting:
    """Somebody in the lobby."""
    phone = who.person.phone
    whole = shown_number(phone) if phone else phone
    return m.Waiting(
        id=who.id,
        # Whoever has no other name than their number is called by all of it: chairs may know.
        name=whole if whole and phone and who.name == shown_number(phone, masked=True) else who.name,
        unit=who.person.unit,
        position=who.person.position,
        seconds=now - who.since,
        telephone=whole,
    )


def telephone(meeting: Meeting) -> m.Telephone | None:
    """How to come into a meeting by telephone; None where that can't be done."""
    if meeting.telephone is None or meeting.pin is None:
        return None
    return m.Telephone(numbers=list(meeting.telephone.numbers), pin=meeting.pin, can_dial=meeting.telephone.can_dial)


def calls(meeting: Meeting) -> list[m.PhoneCall]:
    """The telephone calls of a meeting, for chairs."""
    return [
        m.PhoneCall(
            id=call.id,
            direction=call.direction,
            number=shown_number(call.number) if call.number else "",
            state=call.state.value,
            participant=call.participant,
        )
        for call in meeting.calls
    ]


def chat_message(message: ChatMessage, person: str) -> m.ChatMessage:
    """A message as whoever has this key sees it."""
    file = message.file
    return m.ChatMessage(
        id=message.id,
        at=message.at.timestamp(),
        sender=message.sender,
        name=message.name,
        mine=message.person == person,
        text=message.text,
        to=message.to,
        to_name=message.to_name,
        file=m.ChatFile(id=file.id, name=file.name, media_type=file.media_type, size=file.size) if file else None,
    )


def poll(asked: Poll, viewer: Participant) -> m.Poll | None:
    """A poll as somebody may see it; None where they may not yet."""
    if asked.state is PollState.DRAFT and not may(viewer.role, Power.RUN_POLLS):
        return None
    _, mine = asked.votes.get(viewer.person.key, ("", frozenset()))
    return m.Poll(
        id=asked.id,
        question=asked.question,
        options=list(asked.options),
        several=asked.several,
        anonymous=asked.anonymous,
        live=asked.live,
        state=asked.state.value,
        voters=len(asked.votes),
        counts=asked.counts() if shows_counts(asked, viewer) else None,
        mine=sorted(mine),
    )
