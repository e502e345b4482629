"""One participant as a browser is one, in a process of its own: WebSocket, ICE, DTLS and SRTP by aiortc.

It talks in turns with the callers, and keeps the packets of voices as they come instead of playing them.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import numpy as np
from aiohttp import ClientSession, TCPConnector
from aiortc import AudioStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcrtpsender import RTCEncodedFrame
from aiortc.rtp import is_rtcp
from yarl import URL

from server.phone.codec import encoder
from server.phone.frames import FRAME
from tests.phone.hearing import LATEST, Recording, Stream, is_turn
from tests.phone.onsets import HERTZ
from tests.phone.telephone import tone
from tests.signaling.client import ProtocolClient

PACKET = 0.02
TONE_LEVEL, BETWEEN_LEVEL = -15, -25
"""In dBov, as the packets say. Between its tones, too, it says that it speaks: so it stays among those who are heard.
How soon somebody comes among them is up to the choice of speakers, which is alike for browsers, and not to the gateway.
"""
TICKS = 960
"""Of the RTP clock in a packet."""


@dataclass(frozen=True)
class ProbePlan:
    """Which meeting, whose turn is its own, and for how long it is listened."""

    url: str
    code: str
    talker: int
    talkers: int
    seconds: float

    def make_url(self, path: str, /) -> URL:
        """What ``ProtocolClient`` needs of a server."""
        return URL(f"{self.url}{path}")


class Turns:
    """Packets that are coded beforehand: faint noise, and a tone when it is its turn."""

    def __init__(self, plan: ProbePlan) -> None:
        self.tones: list[tuple[int, float]] = []
        self._plan = plan
        noise = np.random.default_rng(4).standard_normal(50 * FRAME).astype(np.float32).reshape(-1, FRAME) * 8
        coder = encoder("opus")
        self._quiet = [coder.encode(frame) for frame in noise]
        self._tone = [coder.encode(frame) for frame in tone(HERTZ, 50, amplitude=9_000).reshape(-1, FRAME)]
        self._number, self._spoken = 0, 0
        self._began: float | None = None

    async def next(self, _: object) -> RTCEncodedFrame:
        """In place of the sender's own coder, which would send at uneven times: the next packet, when it is due."""
        loop = asyncio.get_running_loop()
        if self._began is None:
            self._began = loop.time()
        await asyncio.sleep(max(self._began + self._number * PACKET - loop.time(), 0))
        speaks = is_turn(self._plan.talker, self._plan.talkers, time.time())
        if speaks and self._spoken == 0:
            self.tones.append((self._plan.talker, time.time()))
        payload = self._tone[self._spoken % 50] if speaks else self._quiet[self._number % 50]
        self._spoken = self._spoken + 1 if speaks else 0
        self._number += 1
        return RTCEncodedFrame([payload], self._number * TICKS, TONE_LEVEL if speaks else BETWEEN_LEVEL)


@dataclass
class Tap:
    """Keeps plain RTP packets of Opus by their SSRC."""

    streams: dict[int, Stream] = field(default_factory=dict)

    def take(self, plain: bytes) -> None:
        """One packet; it passes now."""
        now = time.time()
        start = 12 + 4 * (plain[0] & 15)
        if plain[0] & 0x10:
            start += 4 + 4 * int.from_bytes(plain[start + 2 : start + 4], "big")
        ssrc, sequence = int.from_bytes(plain[8:12], "big"), int.from_bytes(plain[2:4], "big")
        self.streams.setdefault(ssrc, Stream("opus")).add(now, sequence, plain[start:])


async def take_part(plan: ProbePlan, pipe: Connection) -> None:
    """Join, tell that all is connected, record when told to, and leave when told to."""
    configuration = RTCConfiguration(iceServers=[])
    publisher, subscriber = RTCPeerConnection(configuration), RTCPeerConnection(configuration)
    turns, received, sent = Turns(plan), Tap(), Tap()
    async with (
        ClientSession(connector=TCPConnector(ssl=False)) as http,
        ProtocolClient.open(http, plan) as client,
    ):
        await client.join(plan.code, "Browser", microphone=True)
        offer = (await client.event("subscribe_offer"))["sdp"]
        await client.ask("set_view", tiles=[], screen=False)
        await subscriber.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await subscriber.setLocalDescription(await subscriber.createAnswer())
        await client.ask("subscribe_answer", sdp=subscriber.localDescription.sdp)
        publisher.addTrack(AudioStreamTrack()).__dict__["_next_encoded_frame"] = turns.next
        await publisher.setLocalDescription(await publisher.createOffer())
        answer = await client.ask("publish_offer", sdp=publisher.localDescription.sdp)
        await publisher.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        reading = asyncio.create_task(_read_on(client))
        while {publisher.connectionState, subscriber.connectionState} != {"connected"}:
            await asyncio.sleep(0.05)
        listening = subscriber.getTransceivers()[0].receiver.transport
        speaking = publisher.getTransceivers()[0].sender.transport
        send = speaking._send_rtp

        async def keep(data: bytes, arrival_time_ms: int) -> None:
            received.take(data)

        async def keep_and_send(data: bytes) -> None:
            if not is_rtcp(data):
                sent.take(data)
            await send(data)

        listening._handle_rtp_data, speaking._send_rtp = keep, keep_and_send
        await asyncio.to_thread(pipe.send, "connected")
        await asyncio.to_thread(pipe.recv)
        received.streams.clear()
        sent.streams.clear()
        turns.tones.clear()
        await asyncio.sleep(plan.seconds)
        tones = [tone for tone in turns.tones if tone[1] < time.time() - LATEST]
        [spoken] = sent.streams.values()
        await asyncio.to_thread(pipe.send, Recording(tones, {plan.talker: spoken}, [list(received.streams.values())]))
        await asyncio.to_thread(pipe.recv)
        reading.cancel()
    await asyncio.gather(publisher.close(), subscriber.close())


async def _read_on(client: ProtocolClient) -> None:
    async for _ in client.socket:
        pass


def run(plan: ProbePlan, pipe: Connection) -> None:
    """The process."""
    asyncio.run(take_part(plan, pipe))
