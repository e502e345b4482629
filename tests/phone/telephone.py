"""A telephone for tests: a socket, a codec of libav, and a tone in place of a voice."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
import struct
from collections import Counter

import numpy as np
from aiortc.rtp import RtpPacket
from numpy.typing import NDArray

from server.phone.codec import decoder, encoder
from server.phone.formats import CLOCK_RATES, CodecName
from server.phone.frames import FRAME, SAMPLE_RATE
from server.phone.sdes import CryptoAttribute, SrtpContext, parse_crypto

PAYLOAD_TYPES: dict[CodecName, int] = {"PCMA": 8, "PCMU": 0, "G722": 9, "opus": 96}
EVENT = 101


def tone(hertz: float, frames: int, *, amplitude: float = 6_000) -> NDArray[np.float32]:
    """So many frames of a tone at 16 kHz."""
    at = np.arange(frames * FRAME) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def strength(sound: NDArray[np.float32], hertz: float, rate: int = SAMPLE_RATE) -> float:
    """The amplitude of a tone in it (Goertzel's, by one sum), over windows of 100 ms of which the middle one counts."""
    size = rate // 10
    windows = sound[: len(sound) // size * size].reshape(-1, size).astype(np.float64)
    if not len(windows):
        return 0.0
    wave = np.exp(-2j * np.pi * hertz * np.arange(size) / rate)
    return float(np.median(np.abs(windows @ wave)) * 2 / size)


class Telephone:
    """Speaks a tone and keeps what it hears."""

    def __init__(self, codec: CodecName, hertz: float, *, key: CryptoAttribute | None = None) -> None:
        self.codec: CodecName = codec
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.key = key
        self.remote = ("127.0.0.1", 9)
        self.payloads: list[bytes] = []
        """What came of its codec and was not decoded yet."""
        self.heard: list[NDArray[np.float32]] = []
        self.received: Counter[int] = Counter()
        """Packets by their payload types."""
        self.gaps = 0
        """Of sequence numbers."""
        self.speaks = True
        self.loses_every: int | None = None
        """Of so many packets, one does not arrive."""
        self.ssrc, self.sequence, self.timestamp = secrets.randbits(32), 65_500, 2**32 - 8_000
        self._tone = tone(hertz, 50).reshape(-1, FRAME)  # whole periods fit a second
        self._encoder, self._decoder = encoder(codec), decoder(codec)
        self.rate = self._decoder.rate
        self._srtp: SrtpContext | None = None
        self._last: int | None = None
        self._task: asyncio.Task[None] | None = None

    def offer(self, direction: str = "sendrecv", *, address: str = "127.0.0.1") -> str:
        rate = CLOCK_RATES[self.codec]
        number, port = PAYLOAD_TYPES[self.codec], self.socket.getsockname()[1]
        channels = "/2" if self.codec == "opus" else ""
        lines = [
            "v=0",
            f"o=- 1 1 IN IP4 {address}",
            "s=-",
            f"c=IN IP4 {address}",
            "t=0 0",
            f"m=audio {port} {'RTP/SAVP' if self.key else 'RTP/AVP'} {number} {EVENT}",
            f"a=rtpmap:{number} {self.codec}/{rate}{channels}",
            f"a=rtpmap:{EVENT} telephone-event/{rate}",
            *([f"a=crypto:{self.key}"] if self.key else []),
            f"a={direction}",
        ]
        return "\r\n".join(lines) + "\r\n"

    def take_answer(self, answer: str) -> None:
        match = re.search(r"m=audio (\d+) ", answer)
        assert match is not None, answer
        self.remote = ("127.0.0.1", int(match[1]))
        if self.key is not None and self._srtp is None:
            theirs = re.search(r"a=crypto:(.*)", answer)
            assert theirs is not None, answer
            parsed = parse_crypto(theirs[1])
            assert parsed is not None
            self._srtp = SrtpContext(self.key, parsed)

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(self.socket, self._readable)
        self._task = asyncio.create_task(self._speak())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            asyncio.get_running_loop().remove_reader(self.socket)
        self.socket.close()

    async def strength(self, hertz: float, seconds: float = 0.6) -> float:
        """How loud a tone is from now on."""
        return strength(await self.listen(seconds), hertz, self.rate)

    async def listen(self, seconds: float = 0.6) -> NDArray[np.float32]:
        """What is heard from now on, at the codec's ``rate``."""
        self.heard.clear()
        await asyncio.sleep(seconds)
        return np.concatenate([np.zeros(0, np.float32), *self.heard])

    def send(self, payload_type: int, payload: bytes, *, timestamp: int | None = None, marker: bool = False) -> None:
        self.sequence += 1
        if self.loses_every is not None and self.sequence % self.loses_every == 0:
            return
        packet = RtpPacket(payload_type=payload_type, marker=int(marker), sequence_number=self.sequence & 0xFFFF)
        packet.timestamp = (self.timestamp if timestamp is None else timestamp) & 0xFFFFFFFF
        packet.ssrc, packet.payload = self.ssrc, payload
        plain = packet.serialize()
        self.socket.sendto(self._srtp.protect(plain) if self._srtp else plain, self.remote)

    def press(self, digit: str) -> None:
        """A press of 100 ms, each of its packets twice, the last three times (RFC 4733), all at once."""
        event = "0123456789*#ABCD".index(digit)
        step = CLOCK_RATES[self.codec] // 50
        for number in (1, 2, 3, 4, 5, 5, 5):
            end = 0x80 if number == 5 else 0
            self.send(EVENT, struct.pack("!BBH", event, end | 10, number * step), marker=number == 1)

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        due, at = loop.time(), 0
        while True:
            if self.speaks:
                self.send(PAYLOAD_TYPES[self.codec], self._encoder.encode(self._tone[at % len(self._tone)]))
            at += 1
            self.timestamp += CLOCK_RATES[self.codec] // 50
            due += 0.02
            await asyncio.sleep(max(due - loop.time(), 0))

    def _readable(self) -> None:
        self.receive()
        self.heard += [self._decoder.decode(payload) for payload in self.payloads]
        self.payloads.clear()

    def receive(self) -> None:
        """Take what has arrived."""
        while True:
            try:
                datagram = self.socket.recv(2_048)
            except BlockingIOError:
                return
            plain = self._srtp.unprotect(datagram) if self._srtp else datagram
            assert plain is not None, "authentic and new"
            packet = RtpPacket.parse(plain)
            self.received[packet.payload_type] += 1
            if self._last is not None and packet.sequence_number != (self._last + 1) & 0xFFFF:
                self.gaps += 1
            self._last = packet.sequence_number
            if packet.payload_type == PAYLOAD_TYPES[self.codec]:
                self.payloads.append(packet.payload)


__all__ = ["EVENT", "PAYLOAD_TYPES", "Telephone", "strength", "tone"]
