"""A server that is to stop: meetings go on for a moment, none begins, and everybody knows."""

from __future__ import annotations

import asyncio

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from signaling.app import drain
from signaling.http.keys import DIRECTORY
from tests.signaling.client import make_chaired_meeting
from tests.signaling.conftest import Connect


async def test_while_it_drains_everybody_is_told_no_meeting_begins_and_who_is_in_one_goes_on(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host_key = await make_chaired_meeting(http, server)
    empty, _ = await make_chaired_meeting(http, server)
    host, waiting, outside, late, stranger = [await connect(server) for _ in range(5)]
    await host.join(code, "Host", host_key=host_key)
    await host.ask("set_policy", lobby=True)
    assert (await waiting.ask("join", meeting=code, name="Waiting"))["type"] == "waiting"
    draining = asyncio.create_task(drain(server.app, 60))
    for client in (host, waiting):
        assert 59 < (await client.event("server_stopping"))["seconds"] <= 60
    async with http.get(server.make_url("/readyz")) as response:
        assert (response.status, (await response.json())["status"]) == (503, "draining")
    async with http.get(server.make_url("/healthz")) as response:
        assert response.status == 200, "it is alive: nothing is to kill it"
    async with http.post(server.make_url("/api/meetings")) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (503, "server_stopping")
        assert int(response.headers["Retry-After"]) > 0
    assert (await stranger.ask("join", meeting=empty, name="Nobody"))["code"] == "server_stopping"
    assert (await host.ask("send_chat", text="still here"))["type"] == "ok"
    await host.ask("set_policy", lobby=False)
    assert (await late.ask("join", meeting=code, name="Late"))["type"] == "joined"
    assert (await late.event("server_stopping"))["seconds"] <= 60
    assert (await outside.ask("ping"))["type"] == "ok"
    assert not draining.done()
    draining.cancel()


async def test_it_waits_no_longer_than_it_was_told_nor_than_there_is_a_meeting(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host_key = await make_chaired_meeting(http, server)
    host = await connect(server)
    await host.join(code, "Host", host_key=host_key)
    async with asyncio.timeout(20):
        await drain(server.app, 0.2)
    assert server.app[DIRECTORY].live(code) is not None, "its time was over first"
    draining = asyncio.create_task(drain(server.app, 3600))
    await host.event("server_stopping")
    await host.ask("leave")
    async with asyncio.timeout(20):
        await draining
        await drain(server.app, 3600)  # nobody is here
