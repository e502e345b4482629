"""A lost connection, and taking the same seat again."""

from __future__ import annotations

import asyncio

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from signaling.http.keys import DIRECTORY
from signaling.limits import Limits
from tests.signaling.client import PATIENCE, make_meeting
from tests.signaling.conftest import Connect, MakeServer


async def test_a_vanished_participant_is_gone_for_the_others_after_the_grace_time(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari, made = await connect(server), await connect(server)
    await sari.join(code)
    gone = (await made.join(code, "Made"))["you"]
    await made.vanish()
    while gone not in (await sari.event("participants_changed"))["left"]:
        pass


async def test_a_peer_that_answers_no_ping_is_noticed(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server(Limits(heartbeat=0.2, grace=0.1, merge=0.02))
    code = await make_meeting(http, server)
    sari = await connect(server)
    await sari.join(code)
    async with http.ws_connect(server.make_url("/ws"), protocols=["balai.v1"], autoping=False) as silent:
        await silent.send_str(f'{{"type":"join","id":1,"meeting":"{code}","name":"Silent"}}')
        you = (await silent.receive_json())["you"]
        while you not in (await sari.event("participants_changed"))["left"]:
            pass


def test_a_peer_that_vanishes_without_a_word_is_gone_within_30_seconds() -> None:
    limits = Limits()
    noticed = limits.heartbeat * 1.5 + 2  # aiohttp rounds each of its two waits up to a whole second
    assert noticed <= 15
    assert noticed + limits.grace + limits.merge <= 30


async def test_the_same_seat_is_taken_again_with_everything_as_it_was(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server(Limits(grace=PATIENCE * 4, merge=0.02))
    code = await make_meeting(http, server)
    sari, made = await connect(server), await connect(server)
    watcher = (await sari.join(code))["you"]
    first = await made.join(code, "Made", microphone=True)
    (before,) = seats_of(server, code, first["you"])
    before.subscribed = True
    await made.vanish()
    again = await connect(server)
    joined = await again.join(code, "Another name", microphone=False, camera=True, resume=first["resume"])
    assert joined["resumed"] is True
    assert joined["you"] == first["you"]
    assert joined["participants"][1] == {
        "id": first["you"],
        "name": "Made",
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
    assert [slot["slot"] for slot in joined["slots"]] == [slot["slot"] for slot in first["slots"]]
    (after,) = seats_of(server, code, first["you"])
    assert after.connection is before.connection
    assert (await again.ask("ping"))["type"] == "ok"
    assert {event["type"] for event in again.events} <= {"participants_changed"}, "no new offer, and no goodbye"
    assert watcher not in {id for message in sari.events for id in message.get("left", [])}


async def test_a_seat_resumed_before_its_slots_were_answered_is_offered_them_again(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    lost, again = await connect(server), await connect(server)
    token = (await lost.join(code))["resume"]
    await lost.vanish()
    assert (await again.join(code, resume=token))["resumed"] is True
    assert "a=mid:a0" in (await again.event("subscribe_offer"))["sdp"]


async def test_the_older_connection_of_a_seat_is_told_that_it_was_replaced(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    older, newer = await connect(server), await connect(server)
    joined = await older.join(code)
    await newer.join(code, resume=joined["resume"])
    assert (await older.event("goodbye"))["reason"] == "replaced"
    assert await older.closed() == 1000
    # That the older one ended must not count as the seat's loss.
    await asyncio.sleep(0.4)  # longer than the grace time: nothing may happen, so there is nothing to await
    assert (await newer.ask("ping"))["type"] == "ok"
    assert seats_of(server, code, joined["you"])


async def test_a_token_is_worth_nothing_after_a_leave_or_when_it_is_made_up(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari, made, again = [await connect(server) for _ in range(3)]
    await sari.join(code)
    joined = await made.join(code, "Made")
    await made.ask("leave")
    for token in (joined["resume"], "", "made up", "\u00e9\U0001f600", "x" * 10_000):
        refused = await again.ask("join", meeting=code, name="Made", resume=token)
        assert refused["code"] == "resume_failed"
    assert (await again.join(code, "Made"))["you"] != joined["you"]


async def test_a_message_whose_answer_was_lost_is_written_once(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    lost, again, other = [await connect(server) for _ in range(3)]
    joined = await lost.join(code, "Sari")
    await other.join(code, "Made")
    await lost.send("send_chat", text="sekali", once="a")
    await other.event("chat_said")
    await lost.vanish()
    back = await again.join(code, "Sari", resume=joined["resume"])
    assert [message["text"] for message in back["chat"]] == ["sekali"]
    assert (await again.ask("send_chat", text="sekali", once="a"))["type"] == "ok"
    assert (await other.ask("send_chat", text="bukan Sari", once="a"))["type"] == "ok"
    assert (await again.ask("send_chat", text="sekali", once="b"))["type"] == "ok"
    texts = [message["text"] for message in (await again.ask("read_chat"))["messages"]]
    assert texts == ["sekali", "bukan Sari", "sekali"]


def seats_of(server: TestServer, code: str, participant: str) -> list[object]:
    live = server.app[DIRECTORY]._live[code].meeting._seats
    return [seat for id, seat in live.items() if id == participant]
