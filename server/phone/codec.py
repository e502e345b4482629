"""Coding and decoding a call's sound by libav (PyAV): one object for each direction of each call."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Final, Literal, Protocol

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.packet import Packet
from numpy.typing import NDArray

from server.phone.formats import CodecName
from server.phone.frames import FRAME, SAMPLE_RATE, Frame, Pcm, to_pcm
from server.phone.resampling import Downsampler

VOICE_BIT_RATE = 24_000
"""Bit/s of Opus, both for calls and for callers' voices in the meeting: wideband speech without audible loss."""

_NOTHING: Final[Frame] = np.zeros(0, np.float32)
_LIBAV: Final[dict[CodecName, str]] = {"opus": "libopus", "G722": "g722", "PCMA": "pcm_alaw", "PCMU": "pcm_mulaw"}


class Decoder(Protocol):
    """One stream's decoder."""

    rate: int
    """Hz of what comes out of it: 8,000 or 16,000."""

    def decode(self, payload: bytes) -> Frame:
        """A packet's samples, however many it has; none of what is malformed."""


class Encoder(Protocol):
    """One stream's coder."""

    def encode(self, frame: Frame) -> bytes:
        """The packet of one frame."""


def decoder(codec: CodecName) -> Decoder:
    """A new decoder."""
    return _LawDecoder(codec) if codec in ("PCMA", "PCMU") else _AvDecoder(codec)


def encoder(codec: CodecName) -> Encoder:
    """A new coder."""
    return _LawEncoder(codec) if codec in ("PCMA", "PCMU") else _AvEncoder(codec)


def _context(codec: CodecName, mode: Literal["r", "w"], rate: int) -> AudioCodecContext:
    context = av.CodecContext.create(_LIBAV[codec], mode)
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout, context.format = rate, "mono", "s16"
    if codec == "opus" and mode == "w":
        context.bit_rate = VOICE_BIT_RATE
        # No look-ahead: it is 4 ms less, and speech at this rate does not miss it.
        context.options = {"application": "lowdelay", "frame_duration": "20"}
    context.open()
    return context


def _frame(pcm: Pcm, rate: int, position: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, position, Fraction(1, rate)
    return frame


def _samples(frames: list[AudioFrame]) -> Pcm:
    parts = [np.asarray(frame.to_ndarray(), np.int16).reshape(-1) for frame in frames]
    return parts[0] if len(parts) == 1 else np.concatenate(parts or [np.zeros(0, np.int16)])


class _AvDecoder:
    rate = SAMPLE_RATE

    def __init__(self, codec: CodecName) -> None:
        rate = 48_000 if codec == "opus" else SAMPLE_RATE
        self._context = _context(codec, "r", rate)
        self._downsampler = Downsampler(3) if codec == "opus" else None

    def decode(self, payload: bytes) -> Frame:
        if not payload:  # to libav, it would be the end of the stream
            return _NOTHING
        try:
            samples = _samples(self._context.decode(Packet(payload)))
        except av.FFmpegError:
            return _NOTHING
        sound: Frame = samples.astype(np.float32)
        if self._downsampler is None:
            return sound
        return self._downsampler.process(sound) if len(sound) and len(sound) % 3 == 0 else _NOTHING


class _AvEncoder:
    def __init__(self, codec: CodecName) -> None:
        self._context = _context(codec, "w", SAMPLE_RATE)
        self._position = 0

    def encode(self, frame: Frame) -> bytes:
        packets = self._context.encode(_frame(to_pcm(frame), SAMPLE_RATE, self._position))
        self._position += FRAME
        return b"".join(bytes(packet) for packet in packets)


@cache
def _decoding_table(codec: CodecName) -> NDArray[np.float32]:
    """What each byte of G.711 stands for: libav tells once, and then it is a look into a table."""
    decoded = _samples(_context(codec, "r", 8_000).decode(Packet(bytes(range(256)))))
    return decoded.astype(np.float32)


@cache
def _encoding_table(codec: CodecName) -> NDArray[np.uint8]:
    """The byte for each sample of 16 bits, by its two's complement."""
    everything = np.arange(65_536, dtype=np.uint16).view(np.int16)
    packets = _context(codec, "w", 8_000).encode(_frame(everything, 8_000, 0))
    return np.frombuffer(b"".join(bytes(packet) for packet in packets), np.uint8)


class _LawDecoder:
    """A-law and mu-law (G.711)."""

    rate = 8_000

    def __init__(self, codec: CodecName) -> None:
        self._table = _decoding_table(codec)

    def decode(self, payload: bytes) -> Frame:
        frame: Frame = self._table[np.frombuffer(payload, np.uint8)]
        return frame


class _LawEncoder:
    def __init__(self, codec: CodecName) -> None:
        self._table = _encoding_table(codec)
        self._downsampler = Downsampler(2)

    def encode(self, frame: Frame) -> bytes:
        return self._table[to_pcm(self._downsampler.process(frame)).view(np.uint16)].tobytes()
