"""Every message and every call, by whoever is in the meeting, waits, or is neither: as the table says."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from server.roles import Role
from signaling import messages as m
from signaling.limits import Limits
from signaling.permissions import REQUESTS, Standing, is_allowed
from tests.signaling.client import ProtocolClient, make_chaired_meeting
from tests.signaling.conftest import Connect, MakeServer

EXAMPLES: dict[type[m.Request], dict[str, Any]] = {
    m.Join: {"meeting": "abc-defg-hjk", "name": "A"},
    m.Ping: {},
    m.Leave: {},
    m.PublishOffer: {"sdp": "?"},
    m.SubscribeAnswer: {"sdp": "?"},
    m.SetView: {"tiles": []},
    m.SetMedia: {"microphone": False, "camera": False},
    m.DeclineUnmute: {},
    m.ReadChat: {},
    m.ReadConnection: {},
    m.DeleteChat: {"message": 1},
    m.RaiseHand: {"raised": True},
    m.React: {"reaction": "👍"},
    m.SendChat: {"text": "Selamat pagi"},
    m.Vote: {"poll": 1, "options": []},
    m.SetPolicy: {"react": True},
    m.Admit: {"waiting": []},
    m.Refuse: {"waiting": []},
    m.Remove: {"participant": "nobody"},
    m.Mute: {"participant": None},
    m.StopCamera: {"participant": "nobody"},
    m.StopScreen: {"participant": "nobody"},
    m.AskUnmute: {"participant": "nobody"},
    m.LowerHands: {"participant": None},
    m.GiveFloor: {"participant": "nobody"},
    m.SetFloorTime: {"seconds": 60},
    m.EndFloor: {},
    m.Spotlight: {"participants": []},
    m.Rename: {"participant": "nobody", "name": "A"},
    m.Dial: {"number": "+628123456789"},
    m.CancelCall: {"call": "none"},
    m.SetRole: {"participant": "nobody", "role": "listener"},
    m.EndMeeting: {},
    m.CreatePoll: {"question": "?", "options": ["a", "b"]},
    m.SetPollState: {"poll": 1, "state": "open"},
    m.DeletePoll: {"poll": 1},
}

STANDINGS: list[Role | Standing] = [*Standing, *Role]


async def come(connect: Connect, server: TestServer, http: ClientSession, standing: Role | Standing) -> ProtocolClient:
    """A client of this standing, in a meeting of its own with a host."""
    client = await connect(server)
    if standing is Standing.OUTSIDE:
        return client
    code, host_key = await make_chaired_meeting(http, server)
    if standing is Role.HOST:
        await client.join(code, host_key=host_key)
        return client
    host = await connect(server)
    await host.join(code, host_key=host_key)
    if standing is Standing.WAITING:
        await host.ask("set_policy", lobby=True)
        assert (await client.ask("join", meeting=code, name="Made"))["type"] == "waiting"
        return client
    you = (await client.join(code))["you"]
    await host.ask("set_role", participant=you, role=standing.value)
    return client


def test_every_request_is_in_the_table_and_has_an_example() -> None:
    assert set(REQUESTS) == set(get_args(m.AnyRequest)) == set(EXAMPLES)


@pytest.mark.parametrize("standing", STANDINGS, ids=lambda standing: standing.value)
async def test_requests_are_allowed_exactly_as_the_table_says(
    make_server: MakeServer, http: ClientSession, connect: Connect, standing: Role | Standing
) -> None:
    server = await make_server(Limits(meeting_burst=1_000))
    for request, fields in EXAMPLES.items():
        client = await come(connect, server, http, standing)
        answer = await client.ask(str(request.__struct_config__.tag), **fields)
        refused = answer["type"] == "error" and answer["code"] in ("forbidden", "out_of_order", "already_joined")
        assert refused is not is_allowed(REQUESTS[request], standing), (request, answer)
        if refused and isinstance(standing, Role) and request is not m.Join:
            assert answer["code"] == "forbidden"
        await client.vanish()
