"""Callers as loud as each other, and a line that does not sound dead."""

from __future__ import annotations

from typing import Final

import numpy as np

from server.phone.frames import FRAME, FULL_SCALE, Frame

_TARGET = 26.0
"""-dBov of speech: what P.56 calls the nominal level."""
_SPEECH = 50
"""What is quieter (in -dBov) is no speech, and must not be made louder."""
_LOUDER: Final = 0.15
"""dB that the gain rises a frame at most …"""
_QUIETER: Final = 0.5
"""… and that it falls."""
_GAINS: Final = (-15.0, 18.0)
_CEILING: Final = FULL_SCALE * 0.89
"""-1 dBov."""


class Limiter:
    """Holds peaks under the ceiling, and lets go within some 200 ms."""

    def __init__(self) -> None:
        self._gain = 1.0

    def process(self, frame: Frame) -> Frame:
        """The frame itself where nothing is too loud."""
        peak = float(np.max(np.abs(frame), initial=0.0))
        wanted = min(1.0, _CEILING / peak) if peak > 0 else 1.0
        before = self._gain
        self._gain = min(wanted, before + 0.1)
        if before == self._gain == 1.0:
            return frame
        if self._gain < before:  # at once: what is too loud already is in this frame
            limited: Frame = frame * np.float32(self._gain)
        else:
            limited = frame * np.linspace(before, self._gain, len(frame), dtype=np.float32)
        return limited


class Leveller:
    """Brings one caller's speech to the nominal level within some seconds."""

    def __init__(self) -> None:
        self._gain = 0.0
        self._smooth = _TARGET
        self._limiter = Limiter()

    def observe(self, level: int) -> int:
        """A frame has this level, in -dBov. Returns which it has once it is levelled."""
        if level < _SPEECH:
            self._smooth += (level - self._smooth) * 0.04
            wanted = min(max(self._smooth - _TARGET, _GAINS[0]), _GAINS[1])
            self._gain += min(max(wanted - self._gain, -_QUIETER), _LOUDER)
        return min(max(round(level - self._gain), 0), 127)

    def process(self, frame: Frame) -> Frame:
        """The frame that was observed last, levelled."""
        levelled: Frame = frame * np.float32(10 ** (self._gain / 20))
        return self._limiter.process(levelled)


class ComfortNoise:
    """Noise of -68 dBov, in which a caller hears that the line is there."""

    def __init__(self, level: int = 68) -> None:
        noise = np.random.default_rng(7).standard_normal(FRAME * 50).astype(np.float32)
        smooth = np.convolve(noise, np.array([0.25, 0.5, 0.25], np.float32), "same")
        wanted = FULL_SCALE * 10 ** (-level / 20)
        scale = wanted / float(np.sqrt(np.mean(smooth**2)))
        self._frames = (smooth * scale).astype(np.float32).reshape(-1, FRAME)
        self._next = 0

    def frame(self) -> Frame:
        """The next 20 ms of it; it comes again each second."""
        self._next = (self._next + 1) % len(self._frames)
        frame: Frame = self._frames[self._next]
        return frame
