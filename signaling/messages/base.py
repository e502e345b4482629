"""What every part of the protocol shares: names, bounds, codes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PROTOCOL = "balai.v1"
"""The WebSocket subprotocol (RFC 6455 section 1.9) that both sides must name."""

MAX_MESSAGE_BYTES = 128 * 1024
"""The largest frame a client may send. Chromium's answer to 49 slots, the most there can be, is 74 kB; to 10, 18 kB."""

MAX_REQUEST_ID = 2**31 - 1
RequestId = Annotated[int, Meta(ge=1, le=MAX_REQUEST_ID)]
DisplayName = Annotated[str, Meta(min_length=1, max_length=64)]
Affiliation = Annotated[str, Meta(max_length=120)]
"""A unit or a position."""
MeetingCode = Annotated[str, Meta(pattern="^[a-z]{3}-[a-z]{4}-[a-z]{3}$")]
Secret = Annotated[str, Meta(min_length=16, max_length=64)]
Sdp = Annotated[str, Meta(min_length=1, max_length=112 * 1024)]
ParticipantId = Annotated[str, Meta(max_length=32)]
Role = Literal["host", "cohost", "participant", "listener"]
Quality = Literal["good", "fair", "poor", "lost"]
"""What somebody's connection is like; see ``server/connection_quality.py``."""
SlotKind = Literal["audio", "video", "screen", "screen_audio"]
Pixels = Annotated[int, Meta(ge=1, le=16384)]
Seconds = Annotated[float, Meta(ge=1, le=24 * 3600)]

ErrorCode = Literal[
    "bad_message",  # not JSON, not an object, a wrong type or a value out of range
    "unknown_type",  # a ``type`` that this protocol does not have
    "too_large",  # over MAX_MESSAGE_BYTES
    "rate_limited",  # too many messages; slow down
    "out_of_order",  # for example publish_offer before join
    "already_joined",
    "no_such_meeting",
    "meeting_full",
    "meeting_locked",  # nobody comes in any more
    "banned",  # this person was sent away for good
    "bad_name",  # empty after trimming, or only control characters
    "screen_taken",  # somebody else shares a screen
    "bad_sdp",  # not an SDP that this server can answer; the message says which part
    "resume_failed",  # the token is unknown or its grace time is over: join anew, without it
    "forbidden",  # this role may not do that, or not to somebody above it
    "not_permitted",  # the chair has not left that open: microphone, camera, screen, chat, files or reactions
    "no_such_participant",  # they are gone
    "last_host",  # without them nobody would be the host
    "empty_message",  # nothing visible in it
    "no_such_message",
    "bad_poll",  # the message says why
    "no_such_poll",
    "no_such_file",
    "server_stopping",  # no meeting begins any more: come again in a minute
    "no_telephone",  # this server calls nobody
    "bad_number",
    "number_not_allowed",  # the operator lets nobody call it
    "too_many_calls",  # others are being called: wait for them
    "no_such_call",
    "internal",  # the server's fault; logged there with the same id
]

GoodbyeReason = Literal[
    "left",  # this client asked for it
    "replaced",  # the same seat was resumed from another connection
    "media_timeout",  # no media packet or connectivity check for 30 s
    "meeting_ended",
    "server_stopping",
    "refused",  # not let in from the lobby
    "removed",  # sent away by the chair; may come again
    "banned",  # sent away for good
]


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What every request has in common."""

    id: RequestId
