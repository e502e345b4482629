"""Who may do what. One table; everything that asks for leave asks here."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is in a meeting."""

    HOST = "host"
    COHOST = "cohost"
    PARTICIPANT = "participant"
    LISTENER = "listener"


class Power(StrEnum):
    """What a role may allow."""

    # Taking part
    SPEAK = "speak"
    SHOW = "show"
    SHARE = "share"
    RAISE_HAND = "raise_hand"
    REACT = "react"
    CHAT = "chat"
    CHAT_PRIVATELY = "chat_privately"
    SEND_FILES = "send_files"
    VOTE = "vote"
    # Chairing
    ADMIT = "admit"
    SET_POLICY = "set_policy"
    MUTE = "mute"
    GIVE_FLOOR = "give_floor"
    SPOTLIGHT = "spotlight"
    RENAME = "rename"
    REMOVE = "remove"
    DIAL = "dial"
    MODERATE_CHAT = "moderate_chat"
    RUN_POLLS = "run_polls"
    SEE_ATTENDANCE = "see_attendance"
    # The meeting itself
    SEE_FEEDBACK = "see_feedback"
    SET_ROLES = "set_roles"
    END = "end"


_LISTENING = frozenset({Power.RAISE_HAND, Power.REACT, Power.CHAT, Power.CHAT_PRIVATELY, Power.VOTE})
_TAKING_PART = _LISTENING | {Power.SPEAK, Power.SHOW, Power.SHARE, Power.SEND_FILES}
_CHAIRING = _TAKING_PART | {
    *(Power.ADMIT, Power.SET_POLICY, Power.MUTE, Power.GIVE_FLOOR, Power.SPOTLIGHT, Power.RENAME, Power.REMOVE),
    *(Power.MODERATE_CHAT, Power.RUN_POLLS, Power.SEE_ATTENDANCE, Power.DIAL),
}

ALLOWED: dict[Role, frozenset[Power]] = {
    Role.HOST: _CHAIRING | {Power.SEE_FEEDBACK, Power.SET_ROLES, Power.END},
    Role.COHOST: _CHAIRING,
    Role.PARTICIPANT: _TAKING_PART,
    Role.LISTENER: _LISTENING,
}

_RANKS = {Role.HOST: 3, Role.COHOST: 2, Role.PARTICIPANT: 1, Role.LISTENER: 0}


def may(role: Role, power: Power) -> bool:
    """Whether ``role`` allows ``power``."""
    return power in ALLOWED[role]


def is_chair(role: Role) -> bool:
    """Whether somebody of this role runs the meeting."""
    return may(role, Power.ADMIT)


def outranks(role: Role, other: Role) -> bool:
    """Whether ``role`` may be used against somebody who is ``other``: nobody is removed by who is below them."""
    return _RANKS[role] >= _RANKS[other]
