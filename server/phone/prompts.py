"""Announcements: WAV files, each read once and kept."""

from __future__ import annotations

import wave
from functools import lru_cache
from pathlib import Path

import numpy as np

from server.phone.frames import FRAME, SAMPLE_RATE, Frame

_LONGEST = 60
"""Seconds of one announcement."""


class PromptError(ValueError):
    """A file that is no announcement; the message says why, in one sentence."""


@lru_cache(maxsize=256)
def read_prompt(path: Path) -> tuple[Frame, ...]:
    """Its frames; the last is filled up with silence. PromptError for what is not 16 bits, 16 kHz, mono and short."""
    try:
        with wave.open(str(path)) as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            if shape != (1, 2, SAMPLE_RATE) or file.getnframes() > _LONGEST * SAMPLE_RATE:
                raise PromptError(f"{path.name} is not a mono WAV file of 16 bits and 16 kHz, of {_LONGEST} s at most")
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32)
    except (OSError, EOFError, wave.Error) as error:
        raise PromptError(f"{path.name} can't be read as a WAV file") from error
    padded = np.concatenate((samples, np.zeros(-len(samples) % FRAME, np.float32)))
    padded.setflags(write=False)
    return tuple(padded.reshape(-1, FRAME))
