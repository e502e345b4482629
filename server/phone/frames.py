"""A frame: 20 ms of sound at 16 kHz, as everything here works with it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Hz: wideband, which is the best that telephones have."""
FRAME = 320
"""Samples of a frame."""
FRAME_SECONDS = 0.02
FULL_SCALE = 32_768.0

Frame: TypeAlias = NDArray[np.float32]
"""Samples from -32,768 to 32,767."""
Pcm: TypeAlias = NDArray[np.int16]

SILENCE: Frame = np.zeros(FRAME, np.float32)
SILENCE.setflags(write=False)


def to_pcm(frame: Frame) -> Pcm:
    """As whole numbers, clipped."""
    return np.clip(frame, -32_768, 32_767).astype(np.int16)


def level_of(frame: Frame) -> int:
    """How loud it is in -dBov: 0 (loudest) to 127 (silence), as RFC 6464 and its RFC 6465 appendix have it."""
    power = float(np.dot(frame, frame)) / max(len(frame), 1) / FULL_SCALE**2
    return 127 if power <= 10**-12.7 else min(max(round(-10 * float(np.log10(power))), 0), 127)
