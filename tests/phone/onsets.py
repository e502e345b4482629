"""When a tone begins in sound that has others' voices in it too, to the millisecond."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HERTZ = 3_000
"""Above the speech of the load tester, below the edge of G.711."""
WINDOW = 0.004
"""Seconds of sound that are looked at, each millisecond anew."""
AUDIBLE = 500.0
"""What has no louder tone, of 32,768, has none."""


def envelope(sound: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """How loud the tone is in the window that ends at each sample. ``sound`` is at ``rate`` samples a second."""
    size = round(WINDOW * rate)
    turned = sound * np.exp(-2j * np.pi * HERTZ / rate * np.arange(len(sound)))
    summed = np.concatenate([np.zeros(size), np.cumsum(turned)])
    strengths: NDArray[np.float64] = np.abs(summed[size:] - summed[:-size]) * 2 / size
    return strengths


def onset(sound: NDArray[np.float32], rate: int) -> int | None:
    """The sample at which the tone has half of its strength for the first time; None where there is no tone."""
    strengths = envelope(sound, rate)
    if not len(strengths):
        return None
    loudest = float(np.percentile(strengths, 90))
    if loudest < AUDIBLE:
        return None
    return int(np.argmax(strengths > loudest / 2))
