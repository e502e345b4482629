"""Who was heard when: tones that talkers begin in turns, found again in the packets that others got."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field

import numpy as np

from server.phone.codec import decoder
from server.phone.formats import CodecName
from tests.phone.onsets import onset

TURN = 1.2
"""Seconds from one talker's tone to the next one's."""
SPOKEN = 0.4
"""Seconds of a tone."""
EARLIER, LATEST = 0.1, 0.4
"""Seconds before and after a tone's beginning in which it is looked for elsewhere."""


def is_turn(talker: int, talkers: int, now: float) -> bool:
    """Whether this talker's tone is to be sent, by the clock of the machine: all processes agree on it."""
    turn, within = divmod(now, TURN)
    return int(turn) % talkers == talker and within < SPOKEN


@dataclass
class Stream:
    """The packets of one stream, in the order and at the times (``time.time``) at which they passed."""

    codec: CodecName
    times: list[float] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)
    sequence: list[int] = field(default_factory=list)

    def add(self, at: float, sequence: int, payload: bytes) -> None:
        """One packet."""
        self.times.append(at)
        self.sequence.append(sequence)
        self.payloads.append(payload)

    @property
    def missing(self) -> int:
        """Sequence numbers that never came."""
        steps = np.diff(self.sequence) & 0xFFFF
        return int(np.sum(steps[steps < 0x8000] - 1))

    @property
    def gaps(self) -> list[float]:
        """Seconds between each two packets."""
        return [float(gap) for gap in np.diff(self.times)]

    def tone_at(self, near: float) -> float | None:
        """When the tone that began near this time begins here, as if its packet had been forwarded at once; None where
        it is not heard.
        """
        reader = decoder(self.codec)
        first, last = bisect.bisect(self.times, near - EARLIER), bisect.bisect(self.times, near + LATEST)
        sounds = [reader.decode(payload) for payload in self.payloads[first:last]]
        sample = onset(np.concatenate([np.zeros(0, np.float32), *sounds]), reader.rate)
        if sample is None:
            return None
        for at, sound in zip(self.times[first:last], sounds, strict=True):
            if sample < len(sound):
                return at + sample / reader.rate
            sample -= len(sound)
        return None


@dataclass
class Recording:
    """What one process sent and its listeners got in the measured time."""

    tones: list[tuple[int, float]]
    """Who began a tone, and when its first packet was sent."""
    sent: dict[int, Stream]
    """By talker."""
    heard: list[list[Stream]]
    """By listener: those who get several voices apart have several streams."""


def latencies(tones: list[tuple[int, float]], sent: dict[int, Stream], heard: list[Stream]) -> tuple[list[float], int]:
    """In ms, how much later these tones were heard first; and how many of them were sent."""
    found: list[float] = []
    for talker, near in tones:
        began = sent[talker].tone_at(near)
        assert began is not None, "a talker's own stream has the tone"
        times = [at for stream in heard if (at := stream.tone_at(near)) is not None]
        if times:
            found.append((min(times) - began) * 1_000)
    return found, len(tones)
