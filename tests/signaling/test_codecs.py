"""Publishers are told in which codec to send, so that everybody who is there can decode it."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession

import server.codec_choice
from tests.media.chromium_offer import CHROMIUM_VIDEO, SAFARI_VIDEO, with_video
from tests.media.subscribe_answer import answer, without
from tests.signaling.client import Message, ProtocolClient, make_meeting
from tests.signaling.conftest import Connect, MakeServer

VP9_FIRST = ("VP9", "VP8", "H264", "AV1")
AV1_AND_VP9 = (100, 101, 102, 103)
"""Their payload types in slots, and those of their retransmissions."""


async def subscribe(client: ProtocolClient, *lacking: int) -> None:
    """Take the slots, but for these payload types."""
    offer = (await client.event("subscribe_offer"))["sdp"]
    sdp = without(offer, *lacking) if lacking else answer(offer)
    assert (await client.ask("subscribe_answer", sdp=sdp))["type"] == "ok"


async def publish(client: ProtocolClient, formats: tuple[tuple[int, str, str], ...] = CHROMIUM_VIDEO) -> Message:
    """Offer a camera; what the server wants it sent in."""
    assert (await client.ask("publish_offer", sdp=with_video(*formats)))["type"] == "publish_answer"
    return await client.event("codecs_wanted")


async def test_everybody_falls_back_when_somebody_comes_who_cannot_decode_and_goes_up_again_when_they_have_left(
    make_server: MakeServer, http: ClientSession, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.codec_choice, "RISE_AFTER", 0.2)
    running = await make_server(video_codecs=VP9_FIRST)
    code = await make_meeting(http, running)
    sari, made, phone = [await connect(running) for _ in range(3)]
    for client, formats, wanted in ((sari, CHROMIUM_VIDEO, "VP9"), (made, SAFARI_VIDEO, "VP9")):
        await client.join(code, camera=True)
        await subscribe(client)
        told = await publish(client, formats)
        assert (told["camera"], told["screen"]) == (wanted, None)

    await phone.join(code)
    assert "codecs_wanted" not in "".join(phone.heard)
    await subscribe(phone, *AV1_AND_VP9)
    for client in (sari, made):
        assert (await client.event("codecs_wanted"))["camera"] == "VP8"

    await phone.ask("leave")
    for client in (sari, made):
        assert (await client.event("codecs_wanted"))["camera"] == "VP9"


async def test_whoever_sends_but_one_codec_sends_that_one_and_keeps_nobody_else_from_another(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    running = await make_server(video_codecs=VP9_FIRST)
    code = await make_meeting(http, running)
    sari, made = await connect(running), await connect(running)
    for client, formats, wanted in ((sari, CHROMIUM_VIDEO, "VP9"), (made, SAFARI_VIDEO[2:4], "H264")):
        await client.join(code, camera=True)
        await subscribe(client)
        assert (await publish(client, formats))["camera"] == wanted


async def test_a_resumed_session_is_told_again(make_server: MakeServer, http: ClientSession, connect: Connect) -> None:
    running = await make_server(video_codecs=("AV1",))
    code = await make_meeting(http, running)
    sari, again = await connect(running), await connect(running)
    token = (await sari.join(code, camera=True))["resume"]
    await publish(sari)
    await sari.vanish()
    await again.join(code, camera=True, resume=token)
    assert (await again.event("codecs_wanted"))["camera"] == "AV1"
