"""One participant of a meeting, as the rules see them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from server.roles import Role

MAX_NAME = 64
"""The longest display name, in code points."""

_DROPPED_CATEGORIES = {"Cc", "Cs", "Co", "Cn"}
_BIDI_AND_INVISIBLE = {chr(c) for c in (0x200B, 0x2028, 0x2029, 0x2060, 0xFEFF, 0x061C)}
_BIDI_AND_INVISIBLE |= {chr(c) for c in (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def clean_name(name: str) -> str:
    """A display name that can't mislead by control or direction characters; empty when nothing is left of it.

    Normalised to NFC, white space folded, at most ``MAX_NAME`` code points. It remains hostile text: whoever shows
    it must show it as text.
    """
    kept = (
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", name)
        if character.isspace()
        or not (unicodedata.category(character) in _DROPPED_CATEGORIES or character in _BIDI_AND_INVISIBLE)
    )
    return " ".join("".join(kept).split())[:MAX_NAME].strip()


@dataclass(frozen=True)
class Tile:
    """One tile on a participant's screen."""

    participant: str
    height: int
    """In device pixels."""


@dataclass
class Participant:
    """Somebody in a room. Changes go through the room, which tells of them."""

    id: str
    name: str
    role: Role
    microphone: bool = False
    camera: bool = False
    view: list[Tile] | None = field(default=None, repr=False)
    """What their screen shows, most wanted first; None until they say so."""
