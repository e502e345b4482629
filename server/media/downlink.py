"""What is known of the link to a participant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GrantedLayers:
    """The best that a video slot may show for now; 255 while everything is let through."""

    layer: int
    """Simulcast layer, 0 the lowest."""
    temporal: int
    """Temporal layer, 0 the fewest frames."""


@dataclass(frozen=True)
class Downlink:
    """The plane's belief, a second old at most."""

    estimate: int
    """What the link carries, in bit/s, with all headers."""
    slots: dict[str, GrantedLayers]
    """What video slots in use may show, by mid; those that are paused are left out."""
