"""How much of a publisher's pictures somebody watches, and when to tell the publisher. Pure rules, in given time."""

from __future__ import annotations

from dataclasses import dataclass

LOWER_AFTER = 3.0
"""Seconds that a layer goes on being sent when nobody watches it any more: people page back, speakers come again."""


@dataclass
class LayerDemand:
    """One publisher's demand: so many simulcast layers of the camera, from the lowest on; and the shared screen.

    More is told at once, for somebody waits for it; less only when it has lasted.
    """

    told_layers: int = 0
    told_screen: bool = False
    _layers: int = 0
    _screen: bool = False
    _lower_at: float | None = None

    def want(self, layers: int, screen: bool, now: float) -> bool:
        """This much is watched now. True when the publisher is to be told; ``told`` is then what to tell."""
        self._layers, self._screen = layers, screen
        more = layers > self.told_layers or (screen and not self.told_screen)
        if more:
            self.told_layers = max(self.told_layers, layers)
            self.told_screen = self.told_screen or screen
        if (self.told_layers, self.told_screen) == (layers, screen):
            self._lower_at = None
        elif self._lower_at is None:
            self._lower_at = now + LOWER_AFTER
        return more

    @property
    def lower_at(self) -> float | None:
        """When ``lower`` is to be called; None while there is nothing to lower."""
        return self._lower_at

    def lower(self, now: float) -> bool:
        """Time has passed. True when the publisher is to be told."""
        if self._lower_at is None or now < self._lower_at:
            return False
        self._lower_at = None
        self.told_layers, self.told_screen = self._layers, self._screen
        return True
