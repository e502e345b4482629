"""Coming, going, and what everybody sends and is sent."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from server.video_codec import VideoCodec
from signaling.messages.base import (
    Affiliation,
    DisplayName,
    ErrorCode,
    GoodbyeReason,
    MeetingCode,
    ParticipantId,
    Pixels,
    Quality,
    Request,
    RequestId,
    Role,
    Sdp,
    Secret,
    SlotKind,
)
from signaling.messages.chairing import MeetingState, Waiting
from signaling.messages.conversation import ChatMessage, Poll
from signaling.messages.telephone import PhoneCall, Telephone


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody in a meeting may know of one participant."""

    id: ParticipantId
    name: str
    role: Role
    microphone: bool
    """True when it is on, that is when the others may hear this participant."""
    camera: bool
    screen: bool
    """True for whoever shares a screen."""
    hand: int | None
    """Their place among the raised hands, the lowest first; null while it is down."""
    unit: str
    position: str
    quality: Quality
    """What their connection is like. Of changes ``qualities_changed`` tells."""
    telephone: str | None
    """Their telephone number, masked, empty where it is withheld; null for whoever is here by a browser."""


# Requests: browser -> server


class Join(Request, frozen=True, tag="join"):
    """The first request on every connection. Answered by ``joined``, then followed by ``subscribe_offer``.

    Or answered by ``waiting``, where the newcomer is to wait in the lobby: then ``admitted`` or ``goodbye`` follows.
    """

    meeting: MeetingCode
    name: DisplayName
    unit: Affiliation = ""
    position: Affiliation = ""
    microphone: bool = False
    camera: bool = False
    host_key: Secret | None = None
    """What making the meeting was answered with: whoever has it is its host."""
    person: Secret | None = None
    """The ``person`` of an earlier ``joined`` or ``waiting`` of this meeting: it is the same person again."""
    resume: str | None = None
    """The ``resume`` token of an earlier ``joined``, to take the same seat again after a lost connection.

    The name stays as it was; ``microphone`` and ``camera`` are taken from this request, for they may have been
    switched in between.
    """
    fresh: bool = False
    """With ``resume``: the media of that seat is lost, as after the page was loaded again. The seat gets new media."""


class PublishOffer(Request, frozen=True, tag="publish_offer"):
    """The offer of the publishing peer connection, answered by ``publish_answer``.

    At most one audio section, and two video sections: the first is the camera's, the second the shared screen's.
    ``layers_wanted`` and ``codecs_wanted`` follow.
    """

    sdp: Sdp


class SubscribeAnswer(Request, frozen=True, tag="subscribe_answer"):
    """The answer to the latest ``subscribe_offer``. Answered by ``ok``."""

    sdp: Sdp


class SetMedia(Request, frozen=True, tag="set_media"):
    """Microphone, camera and shared screen on or off. What is off is not forwarded, whatever the browser sends.

    Where the policy has one screen shared at a time, ``screen_taken`` refuses the whole request while somebody else
    shares; ``not_permitted``, where the chair has not left open what is to be switched on.
    """

    microphone: bool
    camera: bool
    screen: bool = False


class Tile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tile on a client's screen, in device pixels."""

    participant: ParticipantId
    width: Pixels
    height: Pixels


class Size(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A size in device pixels."""

    width: Pixels
    height: Pixels


class SetView(Request, frozen=True, tag="set_view"):
    """What this client's screen shows, most wanted first. A hidden tab sends none. Answered by ``ok``."""

    tiles: Annotated[list[Tile], Meta(max_length=64)]
    speaker: Size | None = None
    """The size at which this client shows whoever speaks, so that it need not ask anew at each change of speaker."""
    screen: bool = True
    """Whether it shows the shared screen, when there is one."""
    sharer: ParticipantId | None = None
    """Whose, where there are several; null: the latest."""
    screen_audio: bool | None = None
    """Whether it plays that screen's sound, also where it does not show it; null: while it shows it."""


class ReadConnection(Request, frozen=True, tag="read_connection"):
    """What the server knows of this client's own connection. Answered by ``connection_details``."""


class Ping(Request, frozen=True, tag="ping"):
    """Is the connection alive? Answered by ``ok``."""


class Leave(Request, frozen=True, tag="leave"):
    """Leave at once. Answered by ``ok``, then ``goodbye``, then the server closes the WebSocket."""

    away: bool = False
    """The page is gone, perhaps only to be loaded again: for a while, ``resume`` gives the seat back."""


# Answers: server -> browser, one for each request


class Ok(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="ok"):
    id: RequestId


class Joined(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="joined"):
    id: RequestId
    you: ParticipantId
    person: str
    """A secret of this client's user, to be known by at the next join; good for this meeting only."""
    resume: str
    resumed: bool
    """True when the seat, and with it both media transports, were taken again: no SDP is exchanged anew.

    Only where the connection was lost before the slots' offer was answered, ``subscribe_offer`` follows once more.
    """
    meeting: MeetingCode
    participants: list[Participant]
    """Everybody who is here, this client included, in order of arrival."""
    slots: list[SlotState]
    dominant: ParticipantId | None
    state: MeetingState
    waiting: list[Waiting]
    """Who waits in the lobby, for chairs; nobody, for others."""
    chat: list[ChatMessage]
    """The latest messages that this client's user may read, oldest first."""
    chat_more: bool
    """There are earlier ones: ``read_chat``."""
    polls: list[Poll]
    telephone: Telephone | None
    """How to come in by telephone; null where that can't be done."""
    calls: list[PhoneCall]
    """The telephone calls, for chairs; none, for others."""


class InLobby(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="waiting"):
    """Not in yet: the chair is to let this client's user in."""

    id: RequestId
    person: str
    """As in ``joined``. Whoever comes again with it while they wait keeps their place."""
    title: str


class PublishAnswer(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="publish_answer"):
    id: RequestId
    sdp: str


class GrantedLayer(msgspec.Struct, frozen=True, kw_only=True):
    """The best of a picture that a link has room for."""

    slot: str
    layer: int | None
    """The highest simulcast layer, 0 the lowest; null where none is too much."""


class ConnectionDetails(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="connection_details"):
    """A connection as the server sees it. What it does not know is null."""

    id: RequestId
    estimate: int | None
    """What the way to this client carries, in bit/s, with all headers."""
    lost_up: float | None
    """The share of packets lost on the way to the server, before repair, 0 to 1."""
    lost_down: float | None
    round_trip: float | None
    """In s."""
    granted: list[GrantedLayer]
    """Of the slots that show a picture; those that are paused are left out."""


class Error(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="error"):
    """The answer to a request that was refused. ``id`` is null where the request's own could not be read."""

    id: RequestId | None
    code: ErrorCode
    message: str
    """One English sentence that says the mend. Clients show their own words by ``code``."""


# Events: server -> browser


class SlotState(msgspec.Struct, frozen=True, kw_only=True):
    """Who is in one slot of the subscribing peer connection now."""

    slot: str
    """The ``mid`` of the slot's media section."""
    kind: SlotKind
    participant: ParticipantId | None
    """While it is paused: whose picture is held back, also when none of it has been sent yet."""
    paused: bool = False
    """Its picture is held back, because this client's link has no room for it."""


class SubscribeOffer(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="subscribe_offer"):
    """The offer of the subscribing peer connection: the slots, once. Answered by the request ``subscribe_answer``."""

    sdp: str


class ParticipantsChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="participants_changed"):
    """A difference, merged over some 100 ms. ``changed`` holds newcomers and everybody whose entry is another now."""

    changed: list[Participant]
    left: list[ParticipantId]


class ParticipantQuality(msgspec.Struct, frozen=True, kw_only=True):
    """What one participant's connection is like now."""

    participant: ParticipantId
    quality: Quality


class QualitiesChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="qualities_changed"):
    """A difference, every two seconds at most: whose connections are better or worse now."""

    changed: list[ParticipantQuality]


class SlotsChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="slots_changed"):
    """A difference: the slots whose occupant is another now, or which are paused or go on.

    A new occupant is told of when its first packet has left.
    """

    slots: list[SlotState]


class DominantChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="dominant_changed"):
    """Who speaks, by audio levels (RFC 6464). Null while nobody does."""

    participant: ParticipantId | None


class LayersWanted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="layers_wanted"):
    """What of this client's own pictures is watched by somebody: it need not encode, or send, more than that."""

    camera: int
    """How many simulcast layers of the camera, from the lowest on: 0 to 3. 0 while nobody sees it."""
    screen: bool
    """Whether anybody sees its shared screen."""


class CodecsWanted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="codecs_wanted"):
    """In which codec this client is to send its pictures from now on, so that everybody here can decode them.

    Each is one that was offered and answered. What is sent in another meanwhile is forwarded to those who decode it.
    """

    camera: VideoCodec | None
    """Null where there is none to choose: send whatever was agreed on first."""
    screen: VideoCodec | None


class ServerStopping(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="server_stopping"):
    """The server will stop, and ``goodbye`` comes then. The meeting goes on when it is back, and so do its seats."""

    seconds: float
    """In how many seconds, at the latest."""


class Goodbye(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="goodbye"):
    """The last message before the server closes the WebSocket."""

    reason: GoodbyeReason
