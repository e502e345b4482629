"""Who is in no meeting can ask nothing of one, and who is in one can touch nothing of another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from signaling import messages as m
from signaling.limits import Limits
from signaling.permissions import REQUESTS, Standing, is_allowed
from tests.signaling.client import ProtocolClient, make_chaired_meeting
from tests.signaling.conftest import Connect, MakeServer
from tests.signaling.test_permissions import EXAMPLES


@dataclass
class Theirs:
    """A meeting of others, with everything in it that a request could name."""

    code: str
    host: ProtocolClient
    guest: ProtocolClient
    names: dict[str, Any]
    """What of theirs stands in a request, by its fields."""
    guest_token: str


@pytest.fixture
async def server(make_server: MakeServer) -> TestServer:
    return await make_server(Limits(meeting_burst=1_000, grace=0.1, merge=0.02))


@pytest.fixture
async def theirs(server: TestServer, http: ClientSession, connect: Connect) -> Theirs:
    code, host_key = await make_chaired_meeting(http, server)
    host, guest, waiting = [await connect(server) for _ in range(3)]
    host_token = (await host.join(code, "Host", host_key=host_key))["resume"]
    joined = await guest.join(code, "Made", microphone=True)
    await host.ask("set_policy", lobby=True)
    await waiting.ask("join", meeting=code, name="Ketut")
    files = server.make_url(f"/api/meetings/{code}/files")
    headers = {"Authorization": f"Seat {host_token}", "X-File-Name": "notulen.txt"}
    async with http.post(files, data=b"x", headers=headers) as response:
        file = (await response.json())["id"]
    await host.ask("send_chat", text="untuk kita", file=file)
    await host.ask("create_poll", question="Setuju?", options=["Ya", "Tidak"], open=True)
    place = (await host.event("lobby_changed"))["waiting"][0]["id"]
    names: dict[str, Any] = {
        "participant": joined["you"],
        "participants": [joined["you"]],
        "to": joined["you"],
        "waiting": [place],
        "file": file,
        "tiles": [{"participant": joined["you"], "width": 320, "height": 180}],
        "sharer": joined["you"],
    }
    return Theirs(code, host, guest, names, joined["resume"])


REFUSED_ALONE = {
    "participant": "no_such_participant",
    "to": "no_such_participant",
    "file": "no_such_file",
    "poll": "no_such_poll",
    "message": "no_such_message",
}
"""What names one thing of others is refused; of lists, what is not here is left out."""


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: str(request.__struct_config__.tag))
async def test_a_host_can_touch_nothing_of_another_meeting(
    server: TestServer, http: ClientSession, connect: Connect, theirs: Theirs, request_: type[m.Request]
) -> None:
    code, host_key = await make_chaired_meeting(http, server)
    host = await connect(server)
    await host.join(code, host_key=host_key)
    await settle(theirs)
    has = {field.name for field in msgspec.structs.fields(request_)}
    asked = {**EXAMPLES[request_], **{name: named for name, named in theirs.names.items() if name in has}}
    answer = await host.ask(str(request_.__struct_config__.tag), **asked)
    alone = [code for name, code in REFUSED_ALONE.items() if asked.get(name) is not None]
    if alone:
        assert answer["type"] == "error", answer
        assert answer["code"] in alone
    await unmoved(theirs)


async def settle(theirs: Theirs) -> None:
    """What has happened until now has been told."""
    await theirs.guest.ask("raise_hand", raised=True)
    while not any(person["hand"] for person in (await theirs.host.event("participants_changed"))["changed"]):
        pass
    theirs.host.events.clear()


async def unmoved(theirs: Theirs) -> None:
    """Nothing has been told since, until their guest lowers the hand."""
    await theirs.guest.ask("raise_hand", raised=False)
    told = await theirs.host.read()
    assert told["type"] == "participants_changed", told
    [person] = told["changed"]
    assert (person["name"], person["hand"], person["microphone"], person["role"]) == ("Made", None, True, "participant")
    assert told["left"] == []


async def who_joins_with_a_token_of_another_meeting(
    server: TestServer, http: ClientSession, connect: Connect, theirs: Theirs
) -> ProtocolClient:
    code, _ = await make_chaired_meeting(http, server)
    inside, client = await connect(server), await connect(server)
    await inside.join(code)
    refused = await client.ask("join", meeting=code, name="Made", resume=theirs.guest_token)
    assert refused["code"] == "resume_failed"
    return client


async def who_resumes_a_seat_that_was_left(
    server: TestServer, http: ClientSession, connect: Connect, theirs: Theirs
) -> ProtocolClient:
    await theirs.host.ask("set_policy", lobby=False)
    leaver, client = await connect(server), await connect(server)
    token = (await leaver.join(theirs.code, "Gede"))["resume"]
    await leaver.ask("leave")
    refused = await client.ask("join", meeting=theirs.code, name="Gede", resume=token)
    assert refused["code"] == "resume_failed"
    return client


async def who_was_banned_and_comes_again(
    server: TestServer, http: ClientSession, connect: Connect, theirs: Theirs
) -> ProtocolClient:
    await theirs.host.ask("set_policy", lobby=False)
    leaver, client = await connect(server), await connect(server)
    joined = await leaver.join(theirs.code, "Gede")
    await theirs.host.ask("remove", participant=joined["you"], ban=True)
    await leaver.closed()
    for known_by in ({"resume": joined["resume"]}, {"person": joined["person"]}):
        refused = await client.ask("join", meeting=theirs.code, name="Gede", **known_by)
        assert refused["code"] in ("resume_failed", "banned")
    return client


OUTSIDERS = [
    who_joins_with_a_token_of_another_meeting,
    who_resumes_a_seat_that_was_left,
    who_was_banned_and_comes_again,
]
Outsider = Callable[[TestServer, ClientSession, Connect, Theirs], Awaitable[ProtocolClient]]


@pytest.mark.parametrize("outsider", OUTSIDERS, ids=lambda outsider: outsider.__name__)
async def test_whoever_is_in_no_meeting_any_more_can_ask_what_newcomers_can(
    server: TestServer, http: ClientSession, connect: Connect, theirs: Theirs, outsider: Outsider
) -> None:
    client = await outsider(server, http, connect, theirs)
    for request, example in EXAMPLES.items():
        if request is m.Join:
            continue
        answer = await client.ask(str(request.__struct_config__.tag), **example)
        allowed = is_allowed(REQUESTS[request], Standing.OUTSIDE)
        assert (answer["type"] == "ok") is allowed, answer
        assert allowed or answer["code"] == "out_of_order"


@pytest.mark.parametrize(
    "request_",
    [request for request in REQUESTS if request is not m.Leave],
    ids=lambda request: str(request.__struct_config__.tag),
)
async def test_what_is_sent_after_leaving_is_not_done(
    server: TestServer, connect: Connect, theirs: Theirs, request_: type[m.Request]
) -> None:
    await theirs.host.ask("set_policy", lobby=False)
    leaver = await connect(server)
    you = (await leaver.join(theirs.code, "Gede"))["you"]
    await theirs.host.ask("set_role", participant=you, role="host")
    await settle(theirs)
    example = EXAMPLES[request_]
    named = {name: theirs.names[name] for name in ("participant", "participants") if name in example}
    await leaver.send("leave")
    await leaver.send(str(request_.__struct_config__.tag), **{**example, **named})
    assert await leaver.closed() == 1000
    assert [event["type"] for event in leaver.events][-2:] == ["ok", "goodbye"]
    assert await theirs.host.read() == {"type": "participants_changed", "changed": [], "left": [you]}
    await unmoved(theirs)
