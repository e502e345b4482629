"""Which content codings a client takes (RFC 9110 section 12.5.3). Pure."""

from __future__ import annotations

from typing import Final

CODINGS: Final = ("br", "gzip")
"""Those that the server may use."""


def accepted(header: str) -> frozenset[str]:
    """Which of ``CODINGS`` an Accept-Encoding header allows. What is unreadable allows nothing."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        coding, *parameters = (word.strip() for word in part.split(";"))
        weights[coding] = _weight(parameters)
    anything = weights.get("*", 0.0)
    return frozenset(coding for coding in CODINGS if weights.get(coding, anything) > 0)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
