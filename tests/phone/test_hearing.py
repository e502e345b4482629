"""What measures when a tone is heard elsewhere, against tones of which it is known."""

from __future__ import annotations

import numpy as np
import pytest

from server.phone.codec import encoder
from server.phone.frames import FRAME, SAMPLE_RATE
from tests.phone.hearing import Stream, latencies
from tests.phone.onsets import HERTZ

LOUD_SPEECH = 2_000


def stream(tone_from: int, begins: float) -> Stream:
    """100 packets, 20 ms apart, in which a tone begins at a sample at 16 kHz, and somebody speaks all the time."""
    at = np.arange(100 * FRAME)
    speech = np.convolve(np.random.default_rng(1).standard_normal(len(at)), np.ones(24) / 24, "same")
    sound = np.where(at >= tone_from, 3_000, 0) * np.sin(2 * np.pi * HERTZ / SAMPLE_RATE * at)
    sound += speech / np.max(np.abs(speech)) * LOUD_SPEECH
    coder, found = encoder("PCMA"), Stream("PCMA")
    for number, frame in enumerate(sound.astype(np.float32).reshape(-1, FRAME)):
        found.add(begins + number * 0.02, number, coder.encode(frame))
    return found


@pytest.mark.parametrize("later", [0.0, 0.0235, 0.05])
@pytest.mark.parametrize("shifted", [0, 100, 250])
def test_a_tone_is_found_to_the_millisecond_wherever_in_a_packet_it_begins(later: float, shifted: int) -> None:
    sent, heard = stream(50 * FRAME, 100.0), stream(50 * FRAME + shifted, 100.0 + later)
    [found], count = latencies([(0, 101.0)], {0: sent}, [heard])
    assert count == 1
    assert found == pytest.approx((later + shifted / SAMPLE_RATE) * 1_000, abs=1.0)


def test_where_nobody_sends_the_tone_none_is_found_and_what_never_came_is_counted() -> None:
    silent = stream(100 * FRAME, 100.0)
    assert silent.tone_at(101.0) is None
    silent.add(102.0, 103, silent.payloads[0])
    assert silent.missing == 3
