"""Between 8, 16 and 48 kHz by whole factors: a windowed sinc, with the memory that makes frames join without clicks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.phone.frames import Frame

_TAPS_PER_PHASE = 24


def _low_pass(factor: int) -> NDArray[np.float32]:
    """At nine tenths of what the lower rate can carry."""
    length = factor * _TAPS_PER_PHASE
    positions = np.arange(length) - (length - 1) / 2
    taps = np.sinc(0.9 * positions / factor) * np.hamming(length)
    return np.asarray(taps / taps.sum(), np.float32)


class Upsampler:
    """To a rate that is ``factor`` times as high."""

    def __init__(self, factor: int) -> None:
        taps = _low_pass(factor) * factor
        # For each of the samples that lie between two, every so manieth tap.
        self._phases = [np.ascontiguousarray(taps[phase::factor]) for phase in range(factor)]
        self._before = np.zeros(_TAPS_PER_PHASE - 1, np.float32)

    def process(self, samples: Frame) -> Frame:
        """As many samples times the factor."""
        joined = np.concatenate((self._before, samples))
        self._before = joined[len(samples) :]
        result = np.empty(len(samples) * len(self._phases), np.float32)
        for phase, taps in enumerate(self._phases):
            result[phase :: len(self._phases)] = np.convolve(joined, taps, "valid")
        return result


class Downsampler:
    """To a ``factor``-th of the rate. Frames must have a multiple of it in samples."""

    def __init__(self, factor: int) -> None:
        self._factor = factor
        self._taps = np.ascontiguousarray(_low_pass(factor)[::-1])
        self._before = np.zeros(len(self._taps) - 1, np.float32)

    def process(self, samples: Frame) -> Frame:
        """As many samples by the factor."""
        joined = np.concatenate((self._before, samples))
        self._before = joined[len(samples) :]
        windows = np.lib.stride_tricks.sliding_window_view(joined, len(self._taps))[:: self._factor]
        return np.asarray(windows @ self._taps, np.float32)
