"""Trials of a connection: joined like a meeting by one browser twice, kept nowhere, over by themselves."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from server import connection_trials
from server.directory import new_code
from signaling.http.keys import DIRECTORY
from signaling.limits import Limits
from tests.signaling.conftest import Connect, MakeServer


async def begin(http: ClientSession, server: TestServer) -> str:
    async with http.post(server.make_url("/api/connection-trials")) as response:
        assert response.status == 201
        code: str = (await response.json())["code"]
        return code


async def test_one_browser_joins_twice_and_nobody_else(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await begin(http, server)
    sends, receives, other = await connect(server), await connect(server), await connect(server)
    you = (await sends.join(code))["you"]
    assert you in [person["id"] for person in (await receives.join(code))["participants"]]
    assert (await other.ask("join", meeting=code, name="Other"))["code"] == "meeting_full"
    assert (await receives.ask("read_connection"))["type"] == "connection_details"


async def test_it_is_over_when_both_are_gone_and_nothing_of_it_is_kept(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await begin(http, server)
    clients = [await connect(server), await connect(server)]
    for client in clients:
        await client.join(code)
    async with http.get(server.make_url(f"/api/meetings/{code}")) as response:
        assert response.status == 404, "it is no meeting"
    for client in clients:
        assert (await client.ask("leave"))["type"] == "ok"
        await client.closed()
    assert not server.app[DIRECTORY].trials.is_trial(code)
    late = await connect(server)
    assert (await late.ask("join", meeting=code, name="Late"))["code"] == "no_such_meeting"


async def test_it_is_over_after_its_time_whoever_is_still_there(
    server: TestServer, http: ClientSession, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_trials, "LASTS", 0.2)
    client = await connect(server)
    await client.join(await begin(http, server))
    assert (await client.event("goodbye"))["reason"] == "meeting_ended"


async def test_only_so_many_go_on_at_once_and_only_so_many_come_from_one_address(
    make_server: MakeServer, http: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_trials, "MOST", 2)
    server = await make_server(Limits(trial_burst=3, trials_per_second=0.001))
    codes = [await begin(http, server), await begin(http, server)]
    async with http.post(server.make_url("/api/connection-trials")) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (429, "rate_limited")
        assert int(response.headers["Retry-After"]) > 0
    server.app[DIRECTORY].trials.close()
    async with http.post(server.make_url("/api/connection-trials")) as response:
        assert response.status == 429, "there is room again, but this address has had its share"
    assert len(set(codes)) == 2


def test_no_meetings_code_is_ever_like_a_trials() -> None:
    assert all("i" not in new_code() for _ in range(500))
