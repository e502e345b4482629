"""Every message of the WebSocket protocol ``balai.v1``, in one place.

JSON text frames, one message a frame, told apart by their ``type``. The browser sends *requests*, each with an
``id`` of its own choosing; the server sends exactly one *answer* with that ``id`` (``ok``, ``joined``,
``publish_answer`` or ``error``), and *events*, which carry no ``id``. ``web/src/protocol.ts`` is generated from
this module by ``python -m signaling.protocol_typescript``; the tests fail when the two drift apart.

Unknown types, unknown fields and out-of-range values are refused with ``error`` and a stable code.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from server.video_codec import VideoCodec

PROTOCOL = "balai.v1"
"""The WebSocket subprotocol (RFC 6455 section 1.9) that both sides must name."""

MAX_MESSAGE_BYTES = 128 * 1024
"""The largest frame a client may send. Chromium's answer to 49 slots, the most there can be, is 74 kB; to 10, 18 kB."""

MAX_REQUEST_ID = 2**31 - 1
RequestId = Annotated[int, Meta(ge=1, le=MAX_REQUEST_ID)]
DisplayName = Annotated[str, Meta(min_length=1, max_length=64)]
MeetingCode = Annotated[str, Meta(pattern="^[a-z]{3}-[a-z]{4}-[a-z]{3}$")]
Sdp = Annotated[str, Meta(min_length=1, max_length=112 * 1024)]
ParticipantId = str
Role = Literal["host", "participant"]
SlotKind = Literal["audio", "video", "screen"]
Pixels = Annotated[int, Meta(ge=1, le=16384)]

ErrorCode = Literal[
    "bad_message",  # not JSON, not an object, a wrong type or a value out of range
    "unknown_type",  # a ``type`` that this protocol does not have
    "too_large",  # over MAX_MESSAGE_BYTES
    "rate_limited",  # too many messages; slow down
    "out_of_order",  # for example publish_offer before join
    "already_joined",
    "no_such_meeting",
    "meeting_full",
    "bad_name",  # empty after trimming, or only control characters
    "screen_taken",  # somebody else shares a screen
    "bad_sdp",  # not an SDP that this server can answer; the message says which part
    "resume_failed",  # the token is unknown or its grace time is over: join anew, without it
    "internal",  # the server's fault; logged there with the same id
]

GoodbyeReason = Literal[
    "left",  # this client asked for it
    "replaced",  # the same seat was resumed from another connection
    "media_timeout",  # no media packet or connectivity check for 30 s
    "meeting_ended",
    "server_stopping",
]


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody in a meeting may know of one participant."""

    id: ParticipantId
    name: str
    role: Role
    microphone: bool
    """True when it is on, that is when the others may hear this participant."""
    camera: bool
    screen: bool
    """True for the one who shares a screen."""


# Requests: browser -> server


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What every request has in common."""

    id: RequestId


class Join(Request, frozen=True, tag="join"):
    """The first request on every connection. Answered by ``joined``, then followed by ``subscribe_offer``."""

    meeting: MeetingCode
    name: DisplayName
    microphone: bool = False
    camera: bool = False
    resume: str | None = None
    """The ``resume`` token of an earlier ``joined``, to take the same seat again after a lost connection.

    The name stays as it was; ``microphone`` and ``camera`` are taken from this request, for they may have been
    switched in between.
    """


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

    One screen is shared at a time: while somebody else shares, ``screen_taken`` refuses the whole request.
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


class Ping(Request, frozen=True, tag="ping"):
    """Is the connection alive? Answered by ``ok``."""


class Leave(Request, frozen=True, tag="leave"):
    """Leave at once. Answered by ``ok``, then ``goodbye``, then the server closes the WebSocket."""


AnyRequest = Join | PublishOffer | SubscribeAnswer | SetMedia | SetView | Ping | Leave


# Answers: server -> browser, one for each request


class Ok(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="ok"):
    id: RequestId


class Joined(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="joined"):
    id: RequestId
    you: ParticipantId
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


class PublishAnswer(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="publish_answer"):
    id: RequestId
    sdp: str


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


class Goodbye(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="goodbye"):
    """The last message before the server closes the WebSocket."""

    reason: GoodbyeReason


Answer = Ok | Joined | PublishAnswer | Error
Event = SubscribeOffer | ParticipantsChanged | SlotsChanged | DominantChanged | LayersWanted | CodecsWanted | Goodbye
ServerMessage = Answer | Event
