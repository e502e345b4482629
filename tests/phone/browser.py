"""aiortc in place of a browser: it speaks a tone and keeps what it hears."""

from __future__ import annotations

import asyncio
from fractions import Fraction

import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame
from numpy.typing import NDArray

from server.media import Connection

RATE = 48_000


class ToneTrack(MediaStreamTrack):
    """20 ms of a tone every 20 ms."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        at = np.arange(RATE) / RATE
        self._second = (6_000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16).reshape(-1, 960)
        self._number = 0
        self._began: float | None = None

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        if self._began is None:
            self._began = loop.time()
        await asyncio.sleep(max(self._began + self._number * 0.02 - loop.time(), 0))
        samples = self._second[self._number % 50]
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._number * 960, Fraction(1, RATE)
        self._number += 1
        return frame


class Browser:
    """Two peer connections."""

    def __init__(self, connection: Connection, hertz: float) -> None:
        self.connection, self._hertz = connection, hertz
        self.publisher = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.subscriber = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.heard: list[NDArray[np.float32]] = []
        self._listening: set[asyncio.Task[None]] = set()
        self.subscriber.on("track", self._track)

    async def join(self) -> None:
        self.publisher.addTrack(ToneTrack(self._hertz))
        await self.publisher.setLocalDescription(await self.publisher.createOffer())
        answer = self.connection.answer_publish(self.publisher.localDescription.sdp)
        await self.publisher.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await self.subscriber.setRemoteDescription(RTCSessionDescription(self.connection.subscribe_offer(), "offer"))
        await self.subscriber.setLocalDescription(await self.subscriber.createAnswer())
        self.connection.accept_subscribe_answer(self.subscriber.localDescription.sdp)

    async def listen(self, seconds: float = 0.6) -> NDArray[np.float32]:
        """What is heard in all slots from now on, one after the other, at 48 kHz."""
        self.heard.clear()
        await asyncio.sleep(seconds)
        return np.concatenate([np.zeros(0, np.float32), *self.heard])

    async def close(self) -> None:
        await asyncio.gather(self.publisher.close(), self.subscriber.close())
        for task in self._listening:
            task.cancel()

    def _track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._listening.add(asyncio.ensure_future(self._listen(track)))

    async def _listen(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, AudioFrame)
            samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
            self.heard.append(samples[:, 0].astype(np.float32))
