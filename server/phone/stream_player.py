"""One stream of packets as frames: in order, in time, without holes."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from server.phone.codec import decoder
from server.phone.concealment import Concealer
from server.phone.formats import CLOCK_RATES, CodecName
from server.phone.frames import SAMPLE_RATE, Frame, level_of
from server.phone.jitter_buffer import JitterBuffer
from server.phone.resampling import Upsampler

_QUIET: Final = 45
"""What is quieter (in -dBov) may be left out unheard, once it waits this much longer than it needs to …"""
_QUIET_EXCESS: Final = 0.01
"""… in s; anything may that waits for so long:"""
_ANY_EXCESS: Final = 0.06
_PACKETS_A_FRAME: Final = 8
_STALE: Final = 0.2
"""Seconds after which a frame that was not played is not worth playing."""


class StreamPlayer:
    """Plays what comes of one stream, a frame at each call."""

    def __init__(self, codec: CodecName) -> None:
        self.codec = codec
        self.concealed = 0
        """Frames that were made up."""
        self.lost = 0
        """Packets whose turn came without them."""
        self.last_arrival = 0.0
        """In s."""
        self._buffer = JitterBuffer(CLOCK_RATES[codec])
        self._decoder = decoder(codec)
        self._frame = self._decoder.rate // 50
        self._concealer = Concealer(self._frame)
        self._upsampler = Upsampler(2) if self._decoder.rate < SAMPLE_RATE else None
        self._left: Frame = np.zeros(0, np.float32)
        """Samples that were decoded and not played yet: packets may be longer or shorter than frames."""

    @property
    def delay(self) -> float:
        """Seconds that packets are kept for their neighbours."""
        return self._buffer.delay

    @property
    def late(self) -> int:
        """Packets that came after their turn."""
        return self._buffer.late

    def insert(self, now: float, sequence: int, timestamp: int, payload: bytes) -> None:
        """A packet came; its numbers have their rollovers in front."""
        self.last_arrival = now
        self._buffer.insert(now, sequence, timestamp, payload)

    def pull(self, now: float) -> Frame | None:
        """The next 20 ms, at the codec's own rate; None while there is nothing to be heard."""
        for _ in range(_PACKETS_A_FRAME):
            if len(self._left) >= self._frame:
                break
            popped = self._buffer.pop(now)
            if popped.kind == "wait":
                break
            if popped.kind == "lost":
                self.lost += 1
                samples = self._made_up()
                if samples is None:
                    continue
            else:
                samples = self._decoder.decode(popped.payload)
                if self._may_leave_out(now, samples):
                    continue
            self._left = samples if not len(self._left) else np.concatenate((self._left, samples))
        if len(self._left) < self._frame:
            return self._made_up()
        frame, self._left = self._left[: self._frame], self._left[self._frame :]
        return self._concealer.heard(frame)

    def widen(self, frame: Frame) -> Frame:
        """What was pulled, at 16 kHz. Apart, since nobody hears most of what comes."""
        return frame if self._upsampler is None else self._upsampler.process(frame)

    def pull_wide(self, now: float) -> Frame | None:
        """The next 20 ms at 16 kHz."""
        frame = self.pull(now)
        return None if frame is None else self.widen(frame)

    def _made_up(self) -> Frame | None:
        made_up = self._concealer.conceal()
        if made_up is not None:
            self.concealed += 1
        return made_up

    def _may_leave_out(self, now: float, samples: Frame) -> bool:
        excess = self._buffer.excess(now)
        return excess > _ANY_EXCESS or (excess > _QUIET_EXCESS and level_of(samples) > _QUIET)


class CallerVoice:
    """The voice of a caller who is heard: the very frames that were coded for the others, not decoded again."""

    def __init__(self) -> None:
        self.last_arrival = 0.0
        self._frames: deque[Frame] = deque(maxlen=3)

    def insert(self, now: float, frame: Frame) -> None:
        """A frame of it is heard."""
        self.last_arrival = now
        self._frames.append(frame)

    def pull_wide(self, now: float) -> Frame | None:
        """The next 20 ms; None while there is nothing to be heard."""
        if now - self.last_arrival > _STALE:
            self._frames.clear()
        return self._frames.popleft() if self._frames else None
