"""Text that people wrote, made safe to print and to compare."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    """One line without control characters, half characters or what turns the direction of writing."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or c.isprintable() or c in _JOINERS)
    return " ".join("".join(kept).split())


def alike(text: str) -> str:
    """Equal for texts that people take for the same: width, case and spaces make no difference (Unicode NFKC)."""
    folded = unicodedata.normalize("NFKC", clean(text)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
