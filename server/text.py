"""Text that people wrote: cleaned of what misleads, never trusted. Whoever shows it must show it as text."""

from __future__ import annotations

import unicodedata

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


def clean_line(text: str, longest: int) -> str:
    """One line that can't mislead by control or direction characters; empty when nothing visible is left.

    White space folded, normalised to NFC, at most ``longest`` code points. Joiners stay, since scripts and emoji need
    them.
    """
    cleaned = " ".join(_kept(text).split())[:longest].strip()
    return cleaned if any(map(_is_visible, cleaned)) else ""


def clean_lines(text: str, longest: int) -> str:
    """Text of several lines, each cleaned as ``clean_line`` does, but for their spaces; no more than one empty line."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        kept = _kept(line).rstrip()
        if kept or (lines and lines[-1]):
            lines.append(kept)
    cleaned = "\n".join(lines)[:longest].strip()
    return cleaned if any(map(_is_visible, cleaned)) else ""


def _kept(line: str) -> str:
    kept = (
        " " if character.isspace() else character
        for character in line
        if character.isspace()
        or not (unicodedata.category(character) in _DROPPED_CATEGORIES or character in _DIRECTION_AND_SPACE)
    )
    return unicodedata.normalize("NFC", "".join(kept))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE_CATEGORIES and character not in _BLANK_LETTERS
