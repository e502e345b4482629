"""What is played in place of a packet that is missing: the last sound once more, fading."""

from __future__ import annotations

from typing import Final

import numpy as np

from server.phone.frames import Frame

_FADES: Final = (1.0, 0.7, 0.35, 0.0)
"""How loud the last sound is at the beginning and the end of each frame that is made up; then there is silence."""


class Concealer:
    """Remembers the last frame of one stream."""

    def __init__(self, samples: int) -> None:
        """``samples``: of each frame."""
        self._samples = samples
        self._last: Frame = np.zeros(samples, np.float32)
        self._made_up = len(_FADES)

    def heard(self, frame: Frame) -> Frame:
        """A frame came. After one that was made up it is faded in, so that it does not click."""
        if 0 < self._made_up < len(_FADES):
            blend = np.linspace(0, 1, self._samples // 4, dtype=np.float32)
            frame = frame.copy()
            frame[: self._samples // 4] *= blend
        self._last, self._made_up = frame, 0
        return frame

    def conceal(self) -> Frame | None:
        """One in place of what is missing; None when nothing has come for so long that there is silence."""
        if self._made_up >= len(_FADES) - 1:
            return None
        start, end = _FADES[self._made_up], _FADES[self._made_up + 1]
        self._made_up += 1
        fade: Frame = np.linspace(start, end, self._samples, dtype=np.float32)
        # Backwards every other time: the end joins the end.
        source = self._last[::-1] if self._made_up % 2 else self._last
        made_up: Frame = source * fade
        return made_up
