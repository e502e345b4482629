"""Chairing: the door, microphones, the floor, roles."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from signaling.messages.base import DisplayName, ParticipantId, Request, Role, Seconds


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What the chair leaves open to those who don't chair the meeting."""

    lobby: bool
    """Newcomers wait until they are admitted."""
    locked: bool
    """Nobody comes in any more."""
    speak: bool
    """People may unmute themselves."""
    show: bool
    share: bool
    several_screens: bool
    chat: bool
    private_chat: bool
    files: bool
    react: bool
    ask_unit: bool
    """Unit and position are asked of whoever joins."""


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """Whose turn it is to speak."""

    participant: ParticipantId
    taken: bool
    """False while it is only offered: they have not unmuted yet."""
    seconds_left: float | None
    """When this was sent; negative when time is up; null without a limit."""


class MeetingState(msgspec.Struct, frozen=True, kw_only=True):
    """How the meeting is chaired now, as everybody may know."""

    title: str
    policy: Policy
    floor: Floor | None
    spotlit: list[ParticipantId]
    """Whom everybody is to see large."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in the lobby, as chairs may know."""

    id: ParticipantId
    name: str
    unit: str
    position: str
    seconds: float
    """For how long they had waited when this was sent."""
    telephone: str | None
    """Their telephone number, in full, empty where it is withheld; null for whoever comes by a browser."""


class SetPolicy(Request, frozen=True, tag="set_policy"):
    """Throw some of the switches; those that are left out stay. Switching the lobby off lets everybody in."""

    lobby: bool | UnsetType = UNSET
    locked: bool | UnsetType = UNSET
    speak: bool | UnsetType = UNSET
    show: bool | UnsetType = UNSET
    share: bool | UnsetType = UNSET
    several_screens: bool | UnsetType = UNSET
    chat: bool | UnsetType = UNSET
    private_chat: bool | UnsetType = UNSET
    files: bool | UnsetType = UNSET
    react: bool | UnsetType = UNSET
    ask_unit: bool | UnsetType = UNSET


class Admit(Request, frozen=True, tag="admit"):
    """Let these in from the lobby; null: all."""

    waiting: Annotated[list[ParticipantId], Meta(max_length=500)] | None


class Refuse(Request, frozen=True, tag="refuse"):
    """Send these away from the lobby."""

    waiting: Annotated[list[ParticipantId], Meta(max_length=500)]


class Remove(Request, frozen=True, tag="remove"):
    """Send somebody away; for good, where it is a ban."""

    participant: ParticipantId
    ban: bool = False


class Mute(Request, frozen=True, tag="mute"):
    """Mute somebody; null: everybody but the chairs."""

    participant: ParticipantId | None


class StopCamera(Request, frozen=True, tag="stop_camera"):
    """Switch somebody's camera off."""

    participant: ParticipantId


class StopScreen(Request, frozen=True, tag="stop_screen"):
    """Stop somebody's sharing."""

    participant: ParticipantId


class AskUnmute(Request, frozen=True, tag="ask_unmute"):
    """Ask somebody to unmute: they are told by ``unmute_asked``."""

    participant: ParticipantId


class DeclineUnmute(Request, frozen=True, tag="decline_unmute"):
    """Not to unmute, having been asked to. Chairs are told by ``unmute_declined``."""


class RaiseHand(Request, frozen=True, tag="raise_hand"):
    """Raise or lower one's own hand."""

    raised: bool


class LowerHands(Request, frozen=True, tag="lower_hands"):
    """Lower somebody's hand; null: all."""

    participant: ParticipantId | None


class GiveFloor(Request, frozen=True, tag="give_floor"):
    """Give somebody the floor, with or without a time limit: their hand goes down; it is theirs once they unmute."""

    participant: ParticipantId
    seconds: Seconds | None = None


class SetFloorTime(Request, frozen=True, tag="set_floor_time"):
    """Give whoever has the floor so many seconds from now on; null: no limit."""

    seconds: Seconds | None


class EndFloor(Request, frozen=True, tag="end_floor"):
    """The floor is nobody's. Where people may not unmute themselves, whoever had it is muted."""


class Spotlight(Request, frozen=True, tag="spotlight"):
    """Everybody is to see these large; none: nobody in particular."""

    participants: Annotated[list[ParticipantId], Meta(max_length=9)]


class SetRole(Request, frozen=True, tag="set_role"):
    """Give somebody another role."""

    participant: ParticipantId
    role: Role


class Rename(Request, frozen=True, tag="rename"):
    """Give somebody another name."""

    participant: ParticipantId
    name: DisplayName


class EndMeeting(Request, frozen=True, tag="end_meeting"):
    """The meeting is over for all."""


class MeetingChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="meeting_changed"):
    """The meeting is chaired otherwise now."""

    state: MeetingState


class LobbyChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="lobby_changed"):
    """To chairs: who waits now, in order of arrival."""

    waiting: list[Waiting]


class UnmuteAsked(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="unmute_asked"):
    """The chair asks this client's user to unmute: by ``set_media``, or else by ``decline_unmute``."""

    floor: bool
    """The floor is theirs when they do."""


class UnmuteDeclined(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="unmute_declined"):
    """To chairs: somebody does not want to unmute."""

    participant: ParticipantId


class Admitted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="admitted"):
    """The wait in the lobby is over: join again, with the ``person`` of ``waiting``."""
