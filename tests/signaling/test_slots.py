"""Media through the real edge: who is in a slot is told when their picture really comes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack

from server.media import MediaEdge
from signaling.limits import Limits
from tests.signaling.client import ProtocolClient, make_meeting
from tests.signaling.conftest import Connect, MakeServer


@contextlib.asynccontextmanager
async def publishing(client: ProtocolClient) -> AsyncIterator[None]:
    """Send a picture, as a browser would."""
    publisher = RTCPeerConnection()
    try:
        publisher.addTransceiver("audio", direction="sendonly")
        publisher.addTransceiver(VideoStreamTrack(), direction="sendonly")
        await publisher.setLocalDescription(await publisher.createOffer())
        answer = await client.ask("publish_offer", sdp=publisher.localDescription.sdp)
        await publisher.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        yield
    finally:
        await publisher.close()


@contextlib.asynccontextmanager
async def subscribing(client: ProtocolClient) -> AsyncIterator[None]:
    """Receive the slots."""
    subscriber = RTCPeerConnection()
    try:
        offer = (await client.event("subscribe_offer"))["sdp"]
        await subscriber.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await subscriber.setLocalDescription(await subscriber.createAnswer())
        assert (await client.ask("subscribe_answer", sdp=subscriber.localDescription.sdp))["type"] == "ok"
        yield
    finally:
        await subscriber.close()


async def video_slots(client: ProtocolClient, wanted: dict[str, str | None]) -> None:
    """Read until these slots are told to be so."""
    told: dict[str, str | None] = {}
    while not wanted.items() <= told.items():
        message: dict[str, Any] = await client.event("slots_changed")
        assert message["slots"], "nothing is told when nothing changed"
        told |= {slot["slot"]: slot["participant"] for slot in message["slots"] if slot["kind"] == "video"}


async def test_a_slot_is_told_when_a_picture_comes_goes_off_comes_back_and_its_owner_leaves(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari, made = await connect(server), await connect(server)
    await sari.join(code)
    async with subscribing(sari):
        shown = (await made.join(code, "Made", camera=True))["you"]
        async with publishing(made):
            await video_slots(sari, {"v0": shown})
            await made.ask("set_media", microphone=False, camera=False)
            await video_slots(sari, {"v0": None})
            await made.ask("set_media", microphone=False, camera=True)
            await video_slots(sari, {"v0": shown})
            assert (await sari.ask("set_view", tiles=[]))["type"] == "ok"
            await video_slots(sari, {"v0": None})
            tiles = [{"participant": shown, "width": 320, "height": 180}]
            assert (await sari.ask("set_view", tiles=tiles))["type"] == "ok"
            await video_slots(sari, {"v0": shown})
            await made.ask("leave")
            await video_slots(sari, {"v0": None})


async def test_a_newcomer_is_told_of_before_a_slot_that_shows_them_and_a_resumed_session_knows_its_slots(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server(Limits(merge=60))  # so that only the slot brings the announcement forward
    code = await make_meeting(http, server)
    sari, made, again = [await connect(server) for _ in range(3)]
    token = (await sari.join(code))["resume"]
    async with subscribing(sari):
        shown = (await made.join(code, "Made", camera=True))["you"]
        async with publishing(made):
            await video_slots(sari, {"v0": shown})
            everything = "".join(sari.heard)
            assert everything.index('"participants_changed"') < everything.index('"slots_changed"')
            await sari.vanish()
            resumed = await again.join(code, resume=token)
            slots = {slot["slot"]: slot["participant"] for slot in resumed["slots"]}
            assert slots["v0"] == shown
            await made.ask("set_media", microphone=False, camera=False)
            await video_slots(again, {"v0": None})


async def test_a_slot_that_is_paused_is_told_at_once_and_to_a_resumed_session(
    server: TestServer, edge: MediaEdge, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari, made, again = [await connect(server) for _ in range(3)]
    token = (await sari.join(code))["resume"]
    (room,) = edge._rooms.values()
    (connection,) = room._connections
    shown = (await made.join(code, "Made", camera=True))["you"]
    await sari.ask("ping")  # by now the slots are assigned
    connection.pause("v0", True)
    held_back = {"slot": "v0", "kind": "video", "participant": shown, "paused": True}
    assert (await sari.event("slots_changed"))["slots"] == [held_back]
    await sari.vanish()
    resumed = await again.join(code, resume=token)
    assert [slot for slot in resumed["slots"] if slot["paused"]] == [held_back]
    connection.pause("v0", False)
    goes_on = {"slot": "v0", "kind": "video", "participant": None, "paused": False}
    assert (await again.event("slots_changed"))["slots"] == [goes_on]
