"""Who may do what. One table; everything that asks for leave asks here."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is in a meeting."""

    HOST = "host"
    PARTICIPANT = "participant"


class Power(StrEnum):
    """What a role may allow."""

    SPEAK = "speak"
    SHOW = "show"
    SHARE = "share"


ALLOWED: dict[Role, frozenset[Power]] = {
    Role.HOST: frozenset({Power.SPEAK, Power.SHOW, Power.SHARE}),
    Role.PARTICIPANT: frozenset({Power.SPEAK, Power.SHOW, Power.SHARE}),
}


def may(role: Role, power: Power) -> bool:
    """Whether ``role`` allows ``power``."""
    return power in ALLOWED[role]
