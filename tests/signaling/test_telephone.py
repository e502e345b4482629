"""The telephone over the WebSocket: how to come in, and calling somebody, without a telephone in reach."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession

from server.meeting import Meeting
from server.phone.calls import MOST_AT_ONCE, CallState, PhoneCall
from server.phone.numbers import DialRules
from server.phone.telephone import Telephone
from signaling.limits import Limits
from tests.signaling.client import make_chaired_meeting
from tests.signaling.conftest import Connect, MakeServer

NUMBER = "+62361234567"


@pytest.fixture
def placed() -> list[tuple[Meeting, PhoneCall]]:
    return []


@pytest.fixture
def telephone(placed: list[tuple[Meeting, PhoneCall]]) -> Telephone:
    """One that calls nobody, and keeps whom it should have called."""
    rules = DialRules(("+628", "+62361"))
    return Telephone((NUMBER,), rules, lambda meeting, call: placed.append((meeting, call)))


async def test_a_server_without_a_telephone_tells_of_none_and_calls_nobody(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server()
    code, host_key = await make_chaired_meeting(http, server)
    host = await connect(server)
    joined = await host.join(code, host_key=host_key)
    assert (joined["telephone"], joined["calls"]) == (None, [])
    assert (await host.ask("dial", number="+628123456789"))["code"] == "no_telephone"
    async with http.get(server.make_url(f"/api/meetings/{code}")) as response:
        about = await response.json()
    assert (about["numbers"], about["pin"]) == ([], None)


async def test_whoever_has_the_link_is_told_numbers_and_pin_which_stay(
    make_server: MakeServer, http: ClientSession, connect: Connect, telephone: Telephone
) -> None:
    server = await make_server(Limits(grace=0.1), telephone=telephone)
    code, host_key = await make_chaired_meeting(http, server)
    async with http.get(server.make_url(f"/api/meetings/{code}")) as response:
        about = await response.json()
    assert about["numbers"] == [NUMBER]
    assert len(about["pin"]) == 9
    host, guest = await connect(server), await connect(server)
    told = (await host.join(code, host_key=host_key))["telephone"]
    assert told == {"numbers": [NUMBER], "pin": about["pin"], "can_dial": True}
    assert (await guest.join(code))["telephone"] == told
    other, _ = await make_chaired_meeting(http, server)
    assert (await (await connect(server)).join(other))["telephone"]["pin"] != about["pin"]


async def test_only_what_the_operator_allows_is_called_and_so_many_at_a_time(
    make_server: MakeServer,
    http: ClientSession,
    connect: Connect,
    telephone: Telephone,
    placed: list[tuple[Meeting, PhoneCall]],
) -> None:
    server = await make_server(telephone=telephone)
    code, host_key = await make_chaired_meeting(http, server)
    host = await connect(server)
    await host.join(code, host_key=host_key)
    for number in ("nobody", "+", "1'; --", "٣٣٣٣٣٣٣٣"):
        answer = await host.ask("dial", number=number)
        assert answer["code"] in ("bad_number", "number_not_allowed"), answer
    for number in ("+14155550123", "+62900123456", "0900 123456", "110", "+881612345678"):
        assert (await host.ask("dial", number=number))["code"] == "number_not_allowed"
    assert placed == []
    for last in range(MOST_AT_ONCE):
        assert (await host.ask("dial", number=f"0812 345-670{last}"))["type"] == "ok"
    assert (await host.ask("dial", number="08123456700"))["type"] == "ok", "who is being called is not called twice"
    assert (await host.ask("dial", number="08123456709"))["code"] == "too_many_calls"
    assert [call.number for _, call in placed] == [f"+62812345670{last}" for last in range(MOST_AT_ONCE)]


async def test_chairs_alone_hear_of_calls_and_what_came_of_them(
    make_server: MakeServer,
    http: ClientSession,
    connect: Connect,
    telephone: Telephone,
    placed: list[tuple[Meeting, PhoneCall]],
) -> None:
    server = await make_server(Limits(merge=0.02), telephone=telephone)
    code, host_key = await make_chaired_meeting(http, server)
    host, guest = await connect(server), await connect(server)
    await host.join(code, host_key=host_key)
    you = (await guest.join(code))["you"]
    assert (await guest.ask("dial", number="08123456789"))["code"] == "forbidden"
    await host.ask("dial", number="08123456789")
    (call,) = (await host.event("phone_calls_changed"))["calls"]
    assert (call["number"], call["state"], call["participant"]) == ("+62 812 3456 789", "calling", None)
    [(meeting, placed_call)] = placed
    assert placed_call.id == call["id"]
    meeting.calls.set_state(call["id"], CallState.BUSY)
    assert (await host.event("phone_calls_changed"))["calls"][0]["state"] == "busy"
    assert not any("3456 789" in text or "3456789" in text for text in guest.heard)
    await host.ask("set_role", participant=you, role="cohost")
    assert (await guest.event("phone_calls_changed"))["calls"][0]["state"] == "busy"
    assert (await guest.ask("cancel_call", call=call["id"]))["type"] == "ok"
    assert (await guest.ask("cancel_call", call=call["id"]))["code"] == "no_such_call"
    assert (await guest.event("phone_calls_changed"))["calls"] == []
