"""Whatever a client sends, it gets a typed error, and the meeting goes on."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import ClientSession, WSMsgType
from aiohttp.test_utils import TestServer

from signaling.limits import Limits
from signaling.messages import MAX_MESSAGE_BYTES
from tests.signaling.client import PATIENCE, ProtocolClient, make_meeting
from tests.signaling.conftest import Connect, MakeServer

GARBAGE = [
    ("", None, "bad_message"),
    ("not JSON", None, "bad_message"),
    ("null", None, "bad_message"),
    ("[]", None, "bad_message"),
    ("[" * 60_000, None, "bad_message"),
    ("{}", None, "bad_message"),
    ('{"type":"ping"}', None, "bad_message"),
    ('{"type":"ping","id":0}', None, "bad_message"),
    ('{"type":"ping","id":2147483648}', None, "bad_message"),
    ('{"type":"ping","id":true}', None, "bad_message"),
    ('{"type":"ping","id":"7"}', None, "bad_message"),
    ('{"type":"ping","id":1e3}', None, "bad_message"),
    ('{"type":7,"id":7}', 7, "bad_message"),
    ('{"id":7}', 7, "bad_message"),
    ('{"type":"ping","id":7,"extra":1}', 7, "bad_message"),
    ('{"type":"take_over","id":7}', 7, "unknown_type"),
    ('{"type":"joined","id":7}', 7, "unknown_type"),
    ('{"type":"set_media","id":7,"microphone":1,"camera":true}', 7, "bad_message"),
    ('{"type":"set_media","id":7,"camera":true}', 7, "bad_message"),
    ('{"type":"set_view","id":7,"tiles":[{"participant":"x","width":0,"height":180}]}', 7, "bad_message"),
    ('{"type":"set_view","id":7,"tiles":{}}', 7, "bad_message"),
    ('{"type":"join","id":7,"meeting":"../../etc","name":"x"}', 7, "bad_message"),
    ('{"type":"join","id":7,"meeting":"abc-defg-hjk","name":7}', 7, "bad_message"),
    ('{"type":"join","id":7,"meeting":"abc-defg-hjk","name":"\\ud800"}', None, "bad_message"),
    ('{"type":"publish_offer","id":7,"sdp":""}', 7, "bad_message"),
    ('{"type":"join","id":7,"meeting":"abc-defg-hjk","name":"x"}', 7, "already_joined"),
]


@pytest.mark.parametrize(("text", "request_id", "code"), GARBAGE)
async def test_garbage_gets_a_typed_error_and_the_meeting_goes_on(
    server: TestServer, http: ClientSession, connect: Connect, text: str, request_id: int | None, code: str
) -> None:
    meeting = await make_meeting(http, server)
    sari, made = await connect(server), await connect(server)
    await sari.join(meeting)
    await made.join(meeting, "Made")
    error = await sari.ask_raw(text)
    assert (error["type"], error["id"], error["code"]) == ("error", request_id, code)
    assert error["message"]
    assert (await sari.ask("set_media", microphone=True, camera=False))["type"] == "ok"
    while not any(entry["microphone"] for entry in (await made.event("participants_changed"))["changed"]):
        pass


async def test_binary_messages_are_refused(server: TestServer, connect: Connect) -> None:
    sari = await connect(server)
    await sari.socket.send_bytes(b'{"type":"ping","id":1}')
    error = await sari.answer(None)
    assert error["code"] == "bad_message"
    assert (await sari.ask("ping"))["type"] == "ok"


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "publish_offer", "sdp": "v=0"},
        {"type": "subscribe_answer", "sdp": "v=0"},
        {"type": "set_media", "microphone": True, "camera": True},
        {"type": "set_view", "tiles": []},
        {"type": "leave"},
    ],
    ids=lambda request: request["type"],
)
async def test_nothing_but_join_and_ping_comes_first(
    server: TestServer, connect: Connect, request_: dict[str, object]
) -> None:
    sari = await connect(server)
    assert (await sari.ask(**request_))["code"] == "out_of_order"  # type: ignore[arg-type]
    assert (await sari.ask("ping"))["type"] == "ok"


async def test_a_message_of_the_greatest_size_is_read(server: TestServer, connect: Connect) -> None:
    sari = await connect(server)
    text = '{"type":"ping","id":1}'
    assert (await sari.ask_raw(text + " " * (MAX_MESSAGE_BYTES - len(text))))["type"] == "ok"


@pytest.mark.parametrize("size", [MAX_MESSAGE_BYTES + 1, 2_000_000, 20_000_000])
async def test_an_oversized_message_is_answered_and_the_connection_closed_with_1009(
    server: TestServer, http: ClientSession, connect: Connect, size: int
) -> None:
    code = await make_meeting(http, server)
    sari, made = await connect(server), await connect(server)
    await sari.join(code)
    await made.join(code, "Made")
    with contextlib.suppress(ConnectionError):  # the server need not take it all
        await made.socket.send_str("x" * size)
    assert await made.closed() == 1009
    assert [event["code"] for event in made.events if event["type"] == "error"] == ["too_large"]
    assert (await sari.ask("ping"))["type"] == "ok"


async def test_unknown_people_in_a_view_harm_nothing(server: TestServer, http: ClientSession, connect: Connect) -> None:
    code = await make_meeting(http, server)
    sari = await connect(server)
    me = (await sari.join(code, camera=True))["you"]
    tiles = [{"participant": id, "width": 1, "height": 16384} for id in (me, "nobody", "", me, "x" * 32)]
    assert (await sari.ask("set_view", tiles=tiles))["type"] == "ok"
    assert (await sari.ask("ping"))["type"] == "ok"


async def test_too_many_messages_are_answered_rate_limited_each_and_later_ones_are_served_again(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server(Limits(messages_per_second=50, message_burst=5, strikes=10**6))
    code = await make_meeting(http, server)
    sari = await connect(server)
    await sari.join(code)
    for _ in range(40):
        await sari.send("ping")
    answers = [await sari.answer(n) for n in range(2, 42)]
    refused = [answer for answer in answers if answer["type"] == "error"]
    assert {answer["code"] for answer in refused} == {"rate_limited"}
    assert len(refused) >= 20
    while (await sari.ask("ping"))["type"] != "ok":
        pass


async def test_whoever_does_not_heed_the_rate_limit_is_disconnected(make_server: MakeServer, connect: Connect) -> None:
    server = await make_server(Limits(messages_per_second=0.001, message_burst=1, strikes=10))
    sari = await connect(server)
    for _ in range(12):
        await sari.send("ping")
    assert await sari.closed() == 1008


async def test_whoever_slows_down_in_between_is_not_disconnected(make_server: MakeServer, connect: Connect) -> None:
    server = await make_server(Limits(messages_per_second=50, message_burst=5, strikes=30))
    sari = await connect(server)
    for _ in range(3):
        sent = [await sari.send("ping") for _ in range(25)]
        answers = [await sari.answer(number) for number in sent]
        assert any(answer["type"] == "error" for answer in answers)
        await asyncio.sleep(0.1)  # the limit is one of time
    assert (await sari.ask("ping"))["type"] == "ok"


async def test_a_slow_reader_is_disconnected_and_its_seat_kept(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server(Limits(queued_messages=20, messages_per_second=1e9, message_burst=10**9, strikes=10**9))
    code = await make_meeting(http, server)
    slow, again = await connect(server), await connect(server)
    joined = await slow.join(code)
    slow.socket._reader._protocol.pause_reading()

    async def flood() -> None:
        async with asyncio.timeout(PATIENCE * 4):
            while True:  # what the kernel buffers between us must be filled first
                await slow.socket.send_str('{"type":"ping","id":1}' * 1_000)

    with pytest.raises(ConnectionError):
        await flood()
    assert (await again.join(code, resume=joined["resume"]))["you"] == joined["you"]


async def test_a_connection_that_never_joins_is_closed(make_server: MakeServer, connect: Connect) -> None:
    server = await make_server(Limits(join_within=0.1))
    assert await (await connect(server)).closed() == 1008


async def test_the_server_closes_on_invalid_utf_8(server: TestServer, connect: Connect) -> None:
    sari: ProtocolClient = await connect(server)
    await sari.socket.send_frame(b"\xff\xfe", WSMsgType.TEXT)
    assert await sari.closed() == 1007
