"""A microphone into which somebody speaks without a pause.

Chromium's own fake microphone beeps once a second. In between nothing is sent (DTX), so that nobody can say of a
silence whether a link made it.
"""

from __future__ import annotations

import array
import math
import sys
import wave
from pathlib import Path

RATE = 48_000
SECONDS = 4


def record(file: Path) -> Path:
    """Write some seconds of a voice as WAVE: a buzz whose pitch and loudness change as in syllables, never silent."""
    samples = array.array("h")
    phase = 0.0
    for number in range(RATE * SECONDS):
        at = number / RATE
        phase += (140 + 35 * math.sin(2 * math.pi * 0.5 * at) + 12 * math.sin(2 * math.pi * 3 * at)) / RATE
        loudness = 5_000 + 3_500 * math.sin(2 * math.pi * 4 * at) * math.sin(2 * math.pi * 1.25 * at + 1)
        # Between a sawtooth and its softer octave, as vowels come and go.
        vowel = 0.5 + 0.5 * math.sin(2 * math.pi * 2.25 * at)
        buzz = 2 * (phase % 1.0) - 1
        samples.append(round(loudness * (vowel * buzz + (1 - vowel) * math.sin(4 * math.pi * phase))))
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file
