"""Coming, being seen, switching, leaving: the protocol over a real server, socket and media edge."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from aiortc import RTCPeerConnection, RTCSessionDescription

from signaling.http.keys import DIRECTORY
from signaling.limits import Limits
from tests.signaling.client import make_chaired_meeting, make_meeting
from tests.signaling.conftest import Connect, MakeServer


async def test_join_tells_everything_and_is_followed_by_the_offer_of_the_slots(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari = await connect(server)
    joined = await sari.join(code, "  Sari\u202e  Dewi ", camera=True)
    assert joined["meeting"] == code
    assert joined["resumed"] is False
    assert joined["participants"] == [
        {
            "id": joined["you"],
            "name": "Sari Dewi",
            "role": "participant",
            "microphone": False,
            "camera": True,
            "screen": False,
            "hand": None,
            "unit": "",
            "position": "",
            "quality": "good",
            "telephone": None,
        }
    ]
    assert [slot["slot"] for slot in joined["slots"]] == ["a0", "a1", "a2", "v0", "v1", "v2", "v3", "s0", "as"]
    assert all(slot["participant"] is None for slot in joined["slots"])
    assert joined["dominant"] is None
    offer = (await sari.event("subscribe_offer"))["sdp"]
    assert [line for line in offer.splitlines() if line.startswith("a=mid:")] == [
        f"a=mid:{mid}" for mid in ("a0", "a1", "a2", "v0", "v1", "v2", "v3", "s0", "as")
    ]


async def test_newcomers_changes_and_leavers_are_told_to_the_others(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari, made = await connect(server), await connect(server)
    await sari.join(code)
    joined = await made.join(code, "Made")
    assert [entry["name"] for entry in joined["participants"]] == ["Sari", "Made"]
    assert [entry["role"] for entry in joined["participants"]] == ["participant", "participant"]
    while not any(entry["id"] == joined["you"] for entry in (await sari.event("participants_changed"))["changed"]):
        pass

    assert (await made.ask("set_media", microphone=True, camera=False))["type"] == "ok"
    (entry,) = (await sari.event("participants_changed"))["changed"]
    assert (entry["id"], entry["microphone"], entry["camera"]) == (joined["you"], True, False)

    left = await made.send("leave")
    assert (await made.answer(left))["type"] == "ok"
    assert (await made.event("goodbye"))["reason"] == "left"
    assert await made.closed() == 1000
    assert (await sari.event("participants_changed"))["left"] == [joined["you"]]


async def test_many_changes_at_once_are_told_in_one_message(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server(Limits(merge=0.2))
    code = await make_meeting(http, server)
    watcher = await connect(server)
    await watcher.join(code, "Watcher")
    crowd = [await connect(server) for _ in range(8)]
    joined = await asyncio.gather(*(client.join(code, f"Guest {n}") for n, client in enumerate(crowd)))
    message = await watcher.event("participants_changed")
    assert {entry["id"] for entry in message["changed"]} == {answer["you"] for answer in joined}


async def test_whoever_has_the_host_key_is_the_host_and_nobody_else_becomes_one(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host_key = await make_chaired_meeting(http, server)
    guest, host = await connect(server), await connect(server)
    joined = await guest.join(code, "Made", host_key="x" * 32)
    assert joined["participants"][0]["role"] == "participant"
    joined = await host.join(code, host_key=host_key)
    assert {entry["id"]: entry["role"] for entry in joined["participants"]}[joined["you"]] == "host"
    await host.ask("leave")
    while not (changed := await guest.event("participants_changed"))["left"]:
        pass
    assert all(entry["role"] == "participant" for entry in changed["changed"])


async def test_a_publish_offer_is_answered_and_asking_again_gets_the_same_answer(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari = await connect(server)
    await sari.join(code)
    offer = await publish_offer()
    first = await sari.ask("publish_offer", sdp=offer)
    assert first["type"] == "publish_answer"
    assert "a=ice-lite" in first["sdp"]
    again = await sari.ask("publish_offer", sdp=offer)
    assert again["sdp"] == first["sdp"]
    another = await sari.ask("publish_offer", sdp=await publish_offer())
    assert (another["type"], another["code"]) == ("error", "bad_sdp")


async def test_the_slots_offer_is_answered_once(server: TestServer, http: ClientSession, connect: Connect) -> None:
    code = await make_meeting(http, server)
    sari = await connect(server)
    await sari.join(code)
    subscriber = RTCPeerConnection()
    try:
        offer = (await sari.event("subscribe_offer"))["sdp"]
        await subscriber.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await subscriber.setLocalDescription(await subscriber.createAnswer())
        sdp = subscriber.localDescription.sdp
        assert (await sari.ask("subscribe_answer", sdp=sdp))["type"] == "ok"
        assert (await sari.ask("subscribe_answer", sdp=sdp))["code"] == "out_of_order"
    finally:
        await subscriber.close()


@pytest.mark.parametrize("request_type", ["publish_offer", "subscribe_answer"])
async def test_an_unusable_sdp_is_refused_and_the_session_goes_on(
    server: TestServer, http: ClientSession, connect: Connect, request_type: str
) -> None:
    code = await make_meeting(http, server)
    sari = await connect(server)
    await sari.join(code)
    for sdp in ("garbage", "v=0\r\n", "v=0\r\nm=audio\r\n", "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" * 50):
        error = await sari.ask(request_type, sdp=sdp)
        assert (error["type"], error["code"]) == ("error", "bad_sdp"), sdp
    assert (await sari.ask("ping"))["type"] == "ok"


async def test_a_meeting_that_nobody_made_and_names_that_show_nothing_are_refused(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari = await connect(server)
    refused = await sari.ask("join", meeting="zzz-zzzz-zzz", name="Sari")
    assert refused["code"] == "no_such_meeting"
    for name in ("", "   ", "\u202e\u2066", "\x00\x07", "\u200d", "x" * 65):
        assert (await sari.ask("join", meeting=code, name=name))["code"] == "bad_name", ascii(name)
    await sari.join(code)  # the same connection may try again
    async with http.get(server.make_url(f"/api/meetings/{code}")) as response:
        assert (await response.json())["participants"] == 1


async def test_two_meetings_never_hear_of_one_another(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    codes = [await make_meeting(http, server) for _ in range(2)]
    clients = [[await connect(server) for _ in range(3)] for _ in codes]
    secrets = [[f"Secret {room}{seat}" for seat in range(3)] for room in range(2)]
    ids: list[list[str]] = [[], []]
    for seat in range(3):  # by turns, so that the rooms' changes fall together
        for room in range(2):
            joined = await clients[room][seat].join(codes[room], secrets[room][seat], microphone=True, camera=True)
            ids[room].append(joined["you"])
    for room in range(2):
        view = [{"participant": id, "width": 320, "height": 180} for id in ids[1 - room]]
        for client in clients[room]:
            assert (await client.ask("set_view", tiles=view))["type"] == "ok"
            await client.ask("set_media", microphone=False, camera=True)
        await clients[room][2].ask("leave")
    for room in range(2):
        for client in clients[room][:2]:
            while ids[room][2] not in (await client.event("participants_changed"))["left"]:
                pass
    for room in range(2):
        everything = "".join(text for client in clients[room] for text in client.heard)
        for stranger in (*secrets[1 - room], *ids[1 - room], codes[1 - room]):
            assert stranger not in everything
        assert all(name in everything for name in secrets[room])


async def test_a_token_of_one_meeting_opens_no_seat_in_another(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    first, second = [await make_meeting(http, server) for _ in range(2)]
    sari, made, thief = [await connect(server) for _ in range(3)]
    token = (await sari.join(first))["resume"]
    await made.join(second, "Made")
    assert (await thief.ask("join", meeting=second, name="Thief", resume=token))["code"] == "resume_failed"


async def test_who_speaks_is_told_once_for_a_turn_of_the_loop(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari, made = await connect(server), await connect(server)
    first = (await sari.join(code))["you"]
    second = (await made.join(code, "Made"))["you"]
    meeting = server.app[DIRECTORY]._live[code].meeting
    media = {id: meeting._seats[id].connection for id in (first, second)}
    for id in (first, None, second):  # as the media edge tells it
        meeting._media.emit("dominant", media[id] if id else None)
    assert (await sari.event("dominant_changed"))["participant"] == second
    meeting._media.emit("dominant", media[first])
    meeting._media.emit("dominant", media[second])  # so nothing is to be told
    await sari.ask("ping")
    meeting._media.emit("dominant", None)
    assert (await sari.event("dominant_changed"))["participant"] is None
    meeting._media.emit("dominant", media[first])
    newcomer = await connect(server)
    assert (await newcomer.join(code, "Late"))["dominant"] == first


async def test_whose_media_is_dead_is_told_so_and_gone_for_the_others(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari, made = await connect(server), await connect(server)
    await sari.join(code)
    joined = await made.join(code, "Made")
    server.app[DIRECTORY]._live[code].meeting._seats[joined["you"]].connection.emit(
        "dead"
    )  # as the media edge tells it
    assert (await made.event("goodbye"))["reason"] == "media_timeout"
    assert await made.closed() == 1000
    while joined["you"] not in (await sari.event("participants_changed"))["left"]:
        pass
    again = await connect(server)
    back = await again.join(code, "Made", resume=joined["resume"])
    assert (back["you"], back["resumed"]) == (joined["you"], False), "the same seat, with new media"


async def test_the_server_says_goodbye_when_it_stops(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server()
    code = await make_meeting(http, server)
    sari, stranger = await connect(server), await connect(server)
    await sari.join(code)
    await stranger.ask("ping")
    stopping = asyncio.create_task(server.close())
    assert (await sari.event("goodbye"))["reason"] == "server_stopping"
    assert await sari.closed() == 1000
    assert await stranger.closed() == 1001
    await stopping


async def publish_offer() -> str:
    """An offer as a browser makes it: one audio and one video section, no device needed."""
    publisher = RTCPeerConnection()
    try:
        publisher.addTransceiver("audio", direction="sendonly")
        publisher.addTransceiver("video", direction="sendonly")
        await publisher.setLocalDescription(await publisher.createOffer())
        return publisher.localDescription.sdp
    finally:
        await publisher.close()
