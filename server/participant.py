"""One participant of a meeting, as the rules see them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from server.roles import Role

MAX_NAME = 64
"""The longest display name, in code points."""

_DROPPED_CATEGORIES = {"Cc", "Cs", "Co", "Cn"}
_INVISIBLE_CATEGORIES = {"Cf", "Mn", "Me", "Zs", "Zl", "Zp"}
_DIRECTION_AND_SPACE = frozenset(
    chr(code)
    for code in (
        *(0x061C, 0x200B, 0x2028, 0x2029, 0x2060, 0xFEFF),
        *(0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    )
)
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by category that show nothing."""


def clean_name(name: str) -> str:
    """A display name that can't mislead by control or direction characters; empty when nothing visible is left.

    White space folded, normalised to NFC, at most ``MAX_NAME`` code points. Joiners stay, since scripts and emoji
    need them. It remains hostile text: whoever shows it must show it as text.
    """
    kept = (
        " " if character.isspace() else character
        for character in name
        if character.isspace()
        or not (unicodedata.category(character) in _DROPPED_CATEGORIES or character in _DIRECTION_AND_SPACE)
    )
    cleaned = " ".join(unicodedata.normalize("NFC", "".join(kept)).split())[:MAX_NAME].strip()
    return cleaned if any(map(_is_visible, cleaned)) else ""


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE_CATEGORIES and character not in _BLANK_LETTERS


@dataclass(frozen=True)
class Tile:
    """One tile on a participant's screen."""

    participant: str
    height: int
    """In device pixels."""


@dataclass(frozen=True)
class View:
    """What a participant's screen shows."""

    tiles: tuple[Tile, ...] = ()
    """Most wanted first."""
    speaker_height: int | None = None
    """The height, in device pixels, at which it shows whoever speaks; None where it does not."""
    screen: bool = True
    """Whether it shows the shared screen, when there is one."""


@dataclass
class Participant:
    """Somebody in a room. Changes go through the room, which tells of them."""

    id: str
    name: str = field(repr=False)  # hostile, and personal: it must not slip into a log
    role: Role
    microphone: bool = False
    camera: bool = False
    screen: bool = False
    view: View | None = field(default=None, repr=False)
    """What their screen shows; None until they say so."""
