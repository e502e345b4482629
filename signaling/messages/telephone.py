"""Telephones: how to come in by one, and calls to people."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from signaling.messages.base import ParticipantId, Request

CallDirection = Literal["in", "out"]
PhoneCallState = Literal[
    "calling",
    "ringing",
    "answered",  # they hear what this is about, and have not come in yet
    "in",
    "busy",
    "no_answer",
    "failed",
    "cancelled",
    "ended",  # they were in, or did not want to come in
]


class Telephone(msgspec.Struct, frozen=True, kw_only=True):
    """How to come into this meeting by telephone."""

    numbers: list[str]
    """To call any of: E.164, as ``+62361234567``."""
    pin: str
    """The digits to enter then, followed by ``#``. Whoever may hand the meeting's link on may hand them on, too."""
    can_dial: bool
    """Chairs may have somebody called: ``dial``."""


class PhoneCall(msgspec.Struct, frozen=True, kw_only=True):
    """A telephone call of this meeting, as chairs may know."""

    id: ParticipantId
    direction: CallDirection
    number: str
    """In full, as it is shown; empty where it is withheld."""
    state: PhoneCallState
    participant: ParticipantId | None
    """Whose it is, while they are in."""


class Dial(Request, frozen=True, tag="dial"):
    """Call this number, and let whoever answers in. What comes of it, ``phone_calls_changed`` tells."""

    number: Annotated[str, Meta(min_length=1, max_length=40)]


class CancelCall(Request, frozen=True, tag="cancel_call"):
    """Give up calling somebody, or take a call that came to nothing off the list."""

    call: ParticipantId


class PhoneCallsChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="phone_calls_changed"):
    """To chairs: the telephone calls now."""

    calls: list[PhoneCall]
