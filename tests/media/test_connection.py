"""An aiortc peer as the browser: it publishes to, and subscribes from, the real edge over real UDP."""

from __future__ import annotations

import asyncio

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from server.media import Connection, MediaEdge, SdpError


class Browser:
    """Two aiortc peer connections in place of a browser's."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.publisher = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.subscriber = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.sink = MediaBlackhole()
        self.subscriber.on("track", self.sink.addTrack)

    async def publish(self) -> None:
        self.publisher.addTrack(AudioStreamTrack())
        self.publisher.addTrack(VideoStreamTrack())
        await self.publisher.setLocalDescription(await self.publisher.createOffer())
        answer = self.connection.answer_publish(self.publisher.localDescription.sdp)
        await self.publisher.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def subscribe(self) -> None:
        offer = self.connection.subscribe_offer()
        await self.subscriber.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self.subscriber.setLocalDescription(await self.subscriber.createAnswer())
        self.connection.accept_subscribe_answer(self.subscriber.localDescription.sdp)
        await self.sink.start()

    async def close(self) -> None:
        await asyncio.gather(self.publisher.close(), self.subscriber.close(), self.sink.stop())


async def test_a_camera_comes_into_a_slot_and_leaves_it_with_its_owner(edge: MediaEdge) -> None:
    room = edge.add_room()
    ayu, budi = room.add_connection(), room.add_connection()
    ayu.set_media(microphone=True, camera=True)
    shown: asyncio.Queue[tuple[str, Connection | None]] = asyncio.Queue()
    budi.on("slot", lambda mid, who: shown.put_nowait((mid, who)) if mid.startswith("v") else None)
    browsers = [Browser(ayu), Browser(budi)]
    async with asyncio.timeout(30):
        await browsers[1].subscribe()
        budi.show("v1", ayu, 2)  # wished for before it is published
        await browsers[0].publish()
        assert await shown.get() == ("v1", ayu)
        assert ayu.publisher.srtp_profile == budi.subscriber.srtp_profile == "SRTP_AEAD_AES_128_GCM"
        assert edge.counters()["forwarded"] > 0
        while budi.downlink is None or "v1" not in budi.downlink.slots:
            await asyncio.sleep(0.1)
        assert budi.downlink.estimate > 100_000
        assert ayu.downlink is None
        ayu.close()
        assert await shown.get() == ("v1", None)
        await asyncio.gather(*(browser.close() for browser in browsers))


async def test_what_is_answered_once_is_not_answered_again(edge: MediaEdge) -> None:
    connection = edge.add_room().add_connection()
    browser = Browser(connection)
    await browser.publish()
    with pytest.raises(SdpError, match="already"):
        await browser.publish()
    with pytest.raises(SdpError, match="media sections"):
        connection.accept_subscribe_answer(browser.publisher.localDescription.sdp)
    await browser.close()


async def test_the_offer_is_the_same_whoever_comes_and_goes(edge: MediaEdge) -> None:
    room = edge.add_room()
    first = room.add_connection()

    def without_session_id() -> list[str]:
        return [line for line in first.subscribe_offer().splitlines() if not line.startswith("o=")]

    before = without_session_id()
    for _ in range(5):
        room.add_connection()
    assert without_session_id() == before
    assert [slot.mid for slot in first.slots] == ["a0", "a1", "a2", "v0", "v1", "s0", "as"]


async def test_the_client_is_told_the_address_at_which_it_reached_the_server() -> None:
    edge = await MediaEdge.start(host="::", port=0)
    try:
        assert edge.addresses("192.0.2.9")[0] == "192.0.2.9"
        assert edge.addresses("::1")[:2] == ["127.0.0.1", "::1"]
    finally:
        await edge.close()
    edge = await MediaEdge.start(host="127.0.0.1", port=0, public_ips=["203.0.113.7"])
    try:
        assert edge.addresses("192.0.2.9") == ["203.0.113.7"]
    finally:
        await edge.close()


async def test_a_taken_port_is_told_at_once(edge: MediaEdge) -> None:
    with pytest.raises(OSError, match="in use"):
        await MediaEdge.start(host="127.0.0.1", port=edge.port)
