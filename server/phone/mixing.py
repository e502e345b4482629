"""What each caller hears: everybody who is heard but themselves. And whose voices go into the meeting at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from server.phone.frames import Frame

MOST_SPEAKERS = 4
"""Of a room's callers only so many are coded at once: one more than can be heard."""
_LOUD_ENOUGH: Final = 52
"""Who is quieter (in -dBov) is silent …"""
_HANGOVER: Final = 20
"""… after so many frames: pauses between words are part of speech."""
_MARGIN: Final = 6.0
"""So much louder (in dB) must somebody be to take another's place."""
_DECAY: Final = 0.94
"""By this loudness falls each frame: some 300 ms."""


class Mix:
    """One frame of a room: the sum of its voices, and that without one of them."""

    def __init__(self, voices: Mapping[int, Frame]) -> None:
        """``voices``: by track."""
        self._voices = voices
        self.total: Frame | None = None
        """None while nobody is heard."""
        if voices:
            self.total = np.sum(list(voices.values()), axis=0, dtype=np.float32) if len(voices) > 1 else None
            if self.total is None:
                self.total = next(iter(voices.values()))

    def without(self, track: int | None) -> Frame | None:
        """What is left for whoever's track it is; None where that is nothing."""
        own = None if track is None else self._voices.get(track)
        if own is None or self.total is None:
            return self.total
        if len(self._voices) == 1:
            return None
        rest: Frame = self.total - own
        return rest


class Preselection:
    """The loudest few of a room's callers, with hysteresis. The plane chooses among these and everybody else."""

    def __init__(self, most: int = MOST_SPEAKERS) -> None:
        self._most = most
        self._loudness: dict[int, float] = {}
        self._quiet_for: dict[int, int] = {}
        self._chosen: set[int] = set()

    def choose(self, levels: Mapping[int, int]) -> set[int]:
        """Of whom the next frame is coded. ``levels``: of each caller's frame, by any number, in -dBov."""
        for caller, level in levels.items():
            loudness = 127.0 - level
            self._loudness[caller] = max(loudness, self._loudness.get(caller, 0.0) * _DECAY)
            self._quiet_for[caller] = 0 if level <= _LOUD_ENOUGH else self._quiet_for.get(caller, _HANGOVER) + 1
        for gone in self._loudness.keys() - levels.keys():
            del self._loudness[gone], self._quiet_for[gone]
        speaking = {caller for caller, quiet in self._quiet_for.items() if quiet < _HANGOVER}
        self._chosen &= speaking
        for caller in sorted(speaking - self._chosen, key=lambda caller: -self._loudness[caller]):
            if len(self._chosen) < self._most:
                self._chosen.add(caller)
                continue
            quietest = min(self._chosen, key=lambda chosen: self._loudness[chosen])
            if self._loudness[caller] <= self._loudness[quietest] + _MARGIN:
                break
            self._chosen.remove(quietest)
            self._chosen.add(caller)
        return set(self._chosen)
