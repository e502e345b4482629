"""Every HTTP call, by whoever is in the meeting, waits, or is not in it: as the table says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from server.roles import Role
from signaling.http.keys import FILES
from signaling.limits import Limits
from signaling.permissions import CALLS, Open, Standing, is_allowed
from tests.signaling.client import ProtocolClient, make_chaired_meeting
from tests.signaling.conftest import Connect, MakeServer

Headers = dict[str, str]
FILE_NAME = {"X-File-Name": "notulen.txt"}


@dataclass(frozen=True)
class Example:
    """A call that has all that it needs, but for leave."""

    status: int = 200
    """What whoever may is answered with."""
    body: bytes | None = None
    headers: Headers = field(default_factory=dict)


EXAMPLES: dict[tuple[str, str], Example] = {
    ("POST", "/api/meetings"): Example(201),
    ("GET", "/api/meetings/{code}"): Example(),
    ("POST", "/api/connection-trials"): Example(201),
    ("POST", "/api/meetings/{code}/feedback"): Example(204, b'{"rating": 5}'),
    ("POST", "/api/meetings/{code}/files"): Example(201, b"x", FILE_NAME),
    ("GET", "/api/meetings/{code}/files/{file}"): Example(),
    ("GET", "/api/meetings/{code}/attendance.{form}"): Example(),
    ("GET", "/api/meetings/{code}/polls.csv"): Example(),
    ("GET", "/api/meetings/{code}/feedback.csv"): Example(),
    ("GET", "/api/load-test"): Example(),
    ("POST", "/api/load-test"): Example(201),
    ("GET", "/healthz"): Example(),
    ("GET", "/readyz"): Example(),
    ("GET", "/ws"): Example(400),  # it is no WebSocket handshake
    ("GET", "/"): Example(),
    ("GET", "/m/{code}{slash}"): Example(),
    ("GET", "/assets/{name}"): Example(404),  # nothing of this name was built
    ("GET", "/{name}"): Example(404),
}


@dataclass
class Scene:
    """A meeting with a host, and a file that everybody in it may read."""

    server: TestServer
    http: ClientSession
    connect: Connect
    code: str
    host: ProtocolClient
    host_token: str
    file: str

    async def come(self, name: str = "Made") -> tuple[ProtocolClient, str, str]:
        """Somebody new in the meeting: the client, its id, and the token of its seat."""
        client = await self.connect(self.server)
        joined = await client.join(self.code, name)
        return client, joined["you"], joined["resume"]


def seat(token: str) -> Headers:
    return {"Authorization": f"Seat {token}"}


# Who calls, and what they carry.


def as_role(role: Role) -> Callable[[Scene], Awaitable[Headers]]:
    async def carry(scene: Scene) -> Headers:
        if role is Role.HOST:
            return seat(scene.host_token)
        _, you, token = await scene.come()
        assert (await scene.host.ask("set_role", participant=you, role=role.value))["type"] == "ok"
        return seat(token)

    return carry


async def who_waits(scene: Scene) -> Headers:
    """In the lobby there is no seat yet: all that they have is the secret of their own browser."""
    await scene.host.ask("set_policy", lobby=True)
    client = await scene.connect(scene.server)
    answer = await client.ask("join", meeting=scene.code, name="Made")
    assert answer["type"] == "waiting"
    return seat(answer["person"])


async def who_carries_nothing(scene: Scene) -> Headers:
    return {}


async def who_guesses(scene: Scene) -> Headers:
    return seat("A" * len(scene.host_token))


async def who_names_another_scheme(scene: Scene) -> Headers:
    return {"Authorization": f"Bearer {scene.host_token}"}


async def who_is_host_elsewhere(scene: Scene) -> Headers:
    code, host_key = await make_chaired_meeting(scene.http, scene.server)
    client = await scene.connect(scene.server)
    return seat((await client.join(code, host_key=host_key))["resume"])


async def who_left(scene: Scene) -> Headers:
    client, _, token = await scene.come()
    await client.ask("leave")
    return seat(token)


async def who_was_removed(scene: Scene) -> Headers:
    client, you, token = await scene.come()
    await scene.host.ask("set_role", participant=you, role="cohost")
    await scene.host.ask("remove", participant=you)
    assert await client.closed() == 1000
    return seat(token)


async def who_vanished_for_longer_than_the_grace_time(scene: Scene) -> Headers:
    client, you, token = await scene.come()
    await client.vanish()
    while you not in (await scene.host.event("participants_changed"))["left"]:
        pass
    return seat(token)


async def who_chaired_a_meeting_that_is_over(scene: Scene) -> Headers:
    await scene.host.ask("end_meeting")
    await scene.host.closed()
    return seat(scene.host_token)


CALLERS: dict[str, tuple[Role | Standing, Callable[[Scene], Awaitable[Headers]]]] = {
    **{role.value: (role, as_role(role)) for role in Role},
    "waiting": (Standing.WAITING, who_waits),
    "no token": (Standing.OUTSIDE, who_carries_nothing),
    "a guessed token": (Standing.OUTSIDE, who_guesses),
    "the token as another scheme": (Standing.OUTSIDE, who_names_another_scheme),
    "host of another meeting": (Standing.OUTSIDE, who_is_host_elsewhere),
    "left": (Standing.OUTSIDE, who_left),
    "removed": (Standing.OUTSIDE, who_was_removed),
    "vanished": (Standing.OUTSIDE, who_vanished_for_longer_than_the_grace_time),
    "host of what is over": (Standing.OUTSIDE, who_chaired_a_meeting_that_is_over),
}


@pytest.fixture
async def scene(make_server: MakeServer, http: ClientSession, connect: Connect, tmp_path: Path) -> Scene:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("<!doctype html><title>Balai</title>")
    limits = Limits(grace=0.1, merge=0.02)
    server = await make_server(limits, web_root=tmp_path / "dist", load_test_token="the operator's")
    code, host_key = await make_chaired_meeting(http, server)
    host = await connect(server)
    token = (await host.join(code, "Host", host_key=host_key))["resume"]
    files = server.make_url(f"/api/meetings/{code}/files")
    async with http.post(files, data=b"x", headers={**seat(token), **FILE_NAME}) as response:
        file = (await response.json())["id"]
    assert (await host.ask("send_chat", text="", file=file))["type"] == "ok"
    return Scene(server, http, connect, code, host, token, file)


def routes(app: web.Application) -> set[tuple[str, str]]:
    """Every method and path that the router answers; HEAD is GET without a body, by the same handler."""
    found = {(route.method, route.resource.canonical): route for route in app.router.routes() if route.resource}
    for (method, path), route in list(found.items()):
        if method == "HEAD":
            assert route.handler is found["GET", path].handler
            del found[method, path]
    return set(found)


async def test_every_route_is_in_the_table_and_every_row_has_a_route_and_an_example(scene: Scene) -> None:
    assert routes(scene.server.app) == set(CALLS) == set(EXAMPLES)


@pytest.mark.parametrize("caller", CALLERS)
async def test_calls_are_allowed_exactly_as_the_table_says(scene: Scene, caller: str) -> None:
    standing, carry = CALLERS[caller]
    carried = await carry(scene)
    fields = {"code": scene.code, "file": scene.file, "form": "csv", "slash": "", "name": "none.svg"}
    kept = list(scene.server.app[FILES]._folder.iterdir())
    for (method, path), needs in CALLS.items():
        example = EXAMPLES[method, path]
        url, headers = scene.server.make_url(path.format(**fields)), {**carried, **example.headers}
        async with scene.http.request(method, url, data=example.body, headers=headers) as response:
            about = (caller, method, path, response.status, await response.read())
            if is_allowed(needs, standing):
                assert response.status == example.status, about
            elif needs is Open.OPERATOR:
                assert (response.status, (await response.json())["error"]["code"]) == (401, "wrong_token"), about
            elif needs is Open.VISITOR:
                assert (response.status, (await response.json())["error"]["code"]) == (401, "not_in_meeting"), about
            elif isinstance(standing, Role):
                assert (response.status, (await response.json())["error"]["code"]) == (403, "forbidden"), about
            else:
                assert (response.status, (await response.json())["error"]["code"]) == (401, "not_in_meeting"), about
    sent = is_allowed(CALLS["POST", "/api/meetings/{code}/files"], standing)
    assert len(list(scene.server.app[FILES]._folder.iterdir())) == len(kept) + sent


async def test_the_operators_calls_are_theirs_by_the_token_alone(scene: Scene) -> None:
    for (method, path), needs in CALLS.items():
        if needs is Open.OPERATOR:
            carried = {"Authorization": "Bearer the operator's"}
            async with scene.http.request(method, scene.server.make_url(path), headers=carried) as response:
                assert response.status == EXAMPLES[method, path].status
