"""The load tester's way in: only with the token that the server keeps."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from aiohttp import ClientSession

from signaling.load_test_token import keep_token
from tests.signaling.conftest import MakeServer


async def test_the_token_opens_the_figures_and_makes_a_meeting(make_server: MakeServer, http: ClientSession) -> None:
    server = await make_server(load_test_token="the token")
    carry = {"Authorization": "Bearer the token"}
    async with http.get(server.make_url("/api/load-test"), headers=carry) as answer:
        figures = await answer.json()
    assert answer.status == 200
    assert figures["cpu_s"] > 0
    assert figures["memory_bytes"] > 10_000_000
    assert "forwarded" in figures["counters"]
    assert figures["downlinks"] == {}
    async with http.post(server.make_url("/api/load-test"), headers=carry) as answer:
        code = (await answer.json())["code"]
    async with http.get(server.make_url(f"/api/meetings/{code}")) as answer:
        assert (await answer.json())["participants"] == 0


@pytest.mark.parametrize("token", [None, "the token"])
@pytest.mark.parametrize("given", [None, "", "Bearer ", "Bearer another", "Basic the token", "Bearer thé token"])
async def test_nobody_else_learns_or_makes_anything(
    make_server: MakeServer, http: ClientSession, token: str | None, given: str | None
) -> None:
    server = await make_server(load_test_token=token)
    headers = {} if given is None else {"Authorization": given}
    for method in ("GET", "POST"):
        async with http.request(method, server.make_url("/api/load-test"), headers=headers) as answer:
            assert answer.status == 401
            assert (await answer.json())["error"]["code"] == "wrong_token"


def test_the_token_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    token = keep_token(folder)
    assert len(token) >= 32
    assert keep_token(folder) == token
    assert stat.S_IMODE((folder / "load-test.token").stat().st_mode) == 0o600
