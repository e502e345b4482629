"""Telephones in meetings, with baresip at one end and a client of the protocol at the other."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from server.media import MediaEdge
from server.phone import Leg, PhoneMedia
from server.phone.numbers import DialRules, PhoneBook
from server.phone.recordings import Recordings
from server.phone.telephone import Telephone
from server.records import CallRecord, Records
from signaling.app import create_app
from signaling.certificate import server_context
from signaling.http.keys import DIRECTORY
from signaling.limits import Limits
from signaling.sip import Call, SipSettings, Trunk
from signaling.sip.caller import Caller
from signaling.sip.gateway import Gateway
from tests.signaling.client import Message, ProtocolClient, make_chaired_meeting
from tests.signaling.sip.baresip import Baresip, baresip
from tests.signaling.sip.plain import acknowledgement, goodbye, invite
from tests.signaling.sip.sipp import free_port

NUMBER, CALLER, OTHER = "+62361234567", "+628123456789", "+628111222333"
TRUNK = Trunk(name="kantor", hosts=("127.0.0.1",), server="127.0.0.1", prefixes=("+62",), keep_alive=0)
SETTINGS = SipSettings(trunks=(TRUNK,), host="127.0.0.1", port=0)


@dataclass
class House:
    """A server in this process, with a telephone and a meeting that has a host."""

    server: TestServer
    gateway: Gateway
    records: Records
    host: ProtocolClient
    pin: str
    call: Callable[..., Awaitable[Baresip]]
    settings: SipSettings

    @property
    def port(self) -> int:
        return self.gateway.user_agent.ports["udp"]

    async def until(self, event: str, check: Callable[[Message], object]) -> Message:
        """The next event of which something is true."""
        while not check(message := await self.host.event(event)):
            pass
        return message

    async def came(self, name: str) -> Message:
        """Somebody's entry, once they are in."""
        message = await self.until("participants_changed", lambda m: any(p["name"] == name for p in m["changed"]))
        return next(person for person in message["changed"] if person["name"] == name)

    async def calls(self) -> list[CallRecord]:
        return await self.records.calls.latest()


def tls_trunk(tmp_path: Path) -> SipSettings:
    """A trunk by TLS, whose certificate is a telephone's own."""
    folder = tmp_path / "called"
    server_context(folder, [])
    trunk = replace(TRUNK, transport="tls", port=free_port(), tls_ca=folder / "https.crt")
    return replace(SETTINGS, trunks=(trunk,))


@pytest.fixture
async def house(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    settings: SipSettings = request.param(tmp_path) if hasattr(request, "param") else SETTINGS
    async with contextlib.AsyncExitStack() as stack:
        edge = await MediaEdge.start(host="127.0.0.1", port=0, video_slots=4)
        stack.push_async_callback(edge.close)
        records = await Records.open(tmp_path / "data")
        stack.push_async_callback(records.close)
        telephone = Telephone((NUMBER,), DialRules(("+62",)))
        limits = Limits(merge=0.02, grace=0.3)
        app = create_app(edge, records, tmp_path / "files", limits=limits, telephone=telephone)
        server = TestServer(app)
        await server.start_server()
        stack.push_async_callback(server.close)
        media = await PhoneMedia.start(edge, host="127.0.0.1", public_ip=None, ports=range(31_000, 31_100))
        stack.push_async_callback(media.close)
        recordings = Recordings(tmp_path / "own", tmp_path / "none")
        stack.callback(recordings.close)
        book = PhoneBook({OTHER: "Kepala Desa Batuan"})
        gateway = Gateway(settings, app[DIRECTORY], records, media, recordings, telephone, book=book)
        await gateway.start()
        stack.push_async_callback(gateway.stop)
        http = await stack.enter_async_context(ClientSession())
        host = await stack.enter_async_context(ProtocolClient.open(http, server))
        code, host_key = await make_chaired_meeting(http, server)
        joined = await host.join(code, host_key=host_key)

        async def call(folder: str, number: str = CALLER) -> Baresip:
            phone = await stack.enter_async_context(baresip(tmp_path / folder, number, codecs="pcma/8000/1"))
            await phone.dial(NUMBER, gateway.user_agent.ports["udp"])
            return phone

        yield House(server, gateway, records, host, joined["telephone"]["pin"], call, settings)


async def test_a_known_number_comes_by_its_name_and_is_kept_with_the_visit_and_the_call(house: House) -> None:
    phone = await house.call("phone", OTHER)
    await phone.press(f"{house.pin}#")
    person = await house.came("Kepala Desa Batuan")
    assert (person["telephone"], person["microphone"], person["role"]) == ("+62 811 •••• 333", True, "participant")
    await phone.hang_up()
    await house.until("participants_changed", lambda message: person["id"] in message["left"])
    [call] = await house.calls()
    assert (call.number, call.trunk, call.transport, call.direction) == (OTHER, "kantor", "udp", "in")
    assert (call.participant, call.reason) == (person["id"], "hung_up")
    assert call.meeting is not None
    assert call.answered_at is not None
    assert call.ended_at is not None
    visits = {visit.participant: visit for visit in await house.records.visits.of(call.meeting)}
    visit = visits[person["id"]]
    assert (visit.device, visit.phone, visit.name) == ("phone", OTHER, "Kepala Desa Batuan")
    assert visit.left_at is not None


async def test_the_chair_mutes_asks_gives_the_floor_and_the_caller_answers_by_keys(house: House) -> None:
    phone = await house.call("phone")
    await phone.press(f"{house.pin}#")
    person = await house.came("+62 812 •••• 789")

    def microphone(on: bool) -> Callable[[Message], object]:
        return lambda m: any(p["id"] == person["id"] and p["microphone"] is on for p in m["changed"])

    await house.host.ask("set_policy", speak=False)
    await house.host.ask("mute", participant=person["id"])
    await house.until("participants_changed", microphone(False))
    await phone.press("*6*9")
    raised = await house.until("participants_changed", lambda m: any(p["hand"] for p in m["changed"]))
    assert not raised["changed"][0]["microphone"], "nobody unmutes themselves where that is not left open"
    await house.host.ask("give_floor", participant=person["id"])
    await phone.press("*6")
    state = await house.until("meeting_changed", lambda m: m["state"]["floor"] and m["state"]["floor"]["taken"])
    assert state["state"]["floor"]["participant"] == person["id"]
    await house.until("participants_changed", microphone(True))


async def test_a_banned_number_is_refused_and_the_next_one_is_not(house: House) -> None:
    phone = await house.call("phone")
    await phone.press(f"{house.pin}#")
    person = await house.came("+62 812 •••• 789")
    await house.host.ask("remove", participant=person["id"], ban=True)
    await phone.until("CALL_CLOSED")
    await phone.dial(NUMBER, house.port)
    await phone.press(f"{house.pin}#")
    await phone.until("CALL_CLOSED")
    other = await house.call("other", OTHER)
    await other.press(f"{house.pin}#")
    await house.came("Kepala Desa Batuan")
    reasons = {call.reason for call in await house.calls()}
    assert reasons == {"removed", "refused", None}


async def test_a_locked_meeting_lets_nobody_in_and_the_end_is_the_end_for_callers_too(house: House) -> None:
    inside = await house.call("inside")
    await inside.press(f"{house.pin}#")
    await house.came("+62 812 •••• 789")
    await house.host.ask("set_policy", locked=True)
    outside = await house.call("outside", OTHER)
    await outside.press(f"{house.pin}#")
    await outside.until("CALL_CLOSED")
    await house.host.ask("end_meeting")
    await inside.until("CALL_CLOSED")
    assert {call.reason for call in await house.calls()} == {"locked", "meeting_ended"}


async def test_two_calls_of_one_number_are_two_people(house: House) -> None:
    for folder in ("one", "two"):
        phone = await house.call(folder)
        await phone.press(f"{house.pin}#")
        await house.came("+62 812 •••• 789")
    calls = [call for call in await house.calls() if call.participant]
    assert len({call.participant for call in calls}) == 2
    visits = await house.records.visits.of(calls[0].meeting or 0)
    assert len({visit.person for visit in visits if visit.device == "phone"}) == 2


async def test_who_gives_up_in_the_lobby_waits_no_more(house: House) -> None:
    await house.host.ask("set_policy", lobby=True)
    phone = await house.call("phone")
    await phone.press(f"{house.pin}#")
    waiting = await house.until("lobby_changed", lambda message: message["waiting"])
    assert (waiting["waiting"][0]["name"], waiting["waiting"][0]["telephone"]) == ("+62 812 3456 789",) * 2
    await phone.hang_up()
    await house.until("lobby_changed", lambda message: not message["waiting"])
    [call] = await house.calls()
    assert (call.participant, call.reason) == (None, "hung_up")


async def test_while_the_server_is_about_to_stop_no_meeting_begins_for_a_caller(house: House) -> None:
    async with ClientSession() as http:
        code, _ = await make_chaired_meeting(http, house.server)
        async with http.get(house.server.make_url(f"/api/meetings/{code}")) as response:
            pin = (await response.json())["pin"]
    house.server.app[DIRECTORY].drain(5.0)
    phone = await house.call("phone")
    await phone.press(f"{pin}#")
    await phone.until("CALL_CLOSED")
    [call] = await house.calls()
    assert (call.meeting, call.reason) == (None, "server_stopping")


async def test_when_the_server_stops_callers_hear_it_and_the_calls_end(house: House) -> None:
    phone = await house.call("phone")
    await phone.press(f"{house.pin}#")
    await house.came("+62 812 •••• 789")
    async with asyncio.timeout(10):
        await house.gateway.stop()
    await phone.until("CALL_CLOSED")
    [call] = await house.calls()
    assert call.reason == "server_stopping"


@pytest.mark.parametrize("house", [tls_trunk], indirect=True, ids=["tls"])
async def test_a_call_out_by_tls_is_encrypted_comes_in_past_lock_and_lobby_and_ends_with_the_meeting(
    house: House, tmp_path: Path
) -> None:
    await house.host.ask("set_policy", lobby=True, locked=True)
    # baresip takes TLS at the port after its own.
    port = house.settings.trunks[0].port - 1
    async with baresip(tmp_path / "called", CALLER, codecs="opus/48000/2", srtp=True, port=port, answers=True) as phone:
        assert (await house.host.ask("dial", number=CALLER))["type"] == "ok"
        await house.until("phone_calls_changed", lambda message: message["calls"][0]["state"] == "answered")
        await asyncio.sleep(0.5)
        await phone.press("1")
        person = await house.came("+62 812 •••• 789")
        told = await house.until("phone_calls_changed", lambda message: message["calls"][0]["state"] == "in")
        assert told["calls"][0]["participant"] == person["id"]
        await house.host.ask("end_meeting")
        await phone.until("CALL_CLOSED")
    [call] = await house.calls()
    assert (call.direction, call.transport, call.reason) == ("out", "tls", "meeting_ended")


async def test_a_flood_of_calls_leaves_the_meeting_and_who_is_in_it_alone(house: House) -> None:
    phone = await house.call("phone")
    await phone.press(f"{house.pin}#")
    person = await house.came("+62 812 •••• 789")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
        flood.setblocking(False)
        flood.bind(("127.0.0.1", 0))
        for number in range(1_000):
            with contextlib.suppress(BlockingIOError):
                flood.sendto(invite(number, NUMBER, house.port, flood.getsockname()[1]), ("127.0.0.1", house.port))
            if number % 10 == 0:
                await asyncio.sleep(0.05)  # 200 a second
            if number == 500:
                await phone.press("*9")
    await house.until(
        "participants_changed", lambda m: any(p["id"] == person["id"] and p["hand"] for p in m["changed"])
    )
    assert len(house.gateway.user_agent.calls) <= TRUNK.max_calls
    begun = len([call for call in await house.calls() if call.reason is None])
    assert begun <= TRUNK.max_calls
    async with asyncio.timeout(5):
        assert (await house.host.ask("ping"))["type"] == "ok"


async def test_of_calls_that_are_over_nothing_is_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("resending", "transactions.invite_server", "transactions.non_invite_server"):
        monkeypatch.setattr(
            f"signaling.sip.{module}.GIVE_UP", 3.0
        )  # for as long as messages may be repeated; else 32 s
    others = in_memory()  # of other tests, whose loops have ended
    known = {id(it) for it in others}

    def kept() -> int:
        return sum(id(it) not in known for it in in_memory())

    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as many:
        many.setblocking(False)
        many.bind(("127.0.0.1", 0))
        own, there = many.getsockname()[1], ("127.0.0.1", house.port)
        answers: dict[str, str] = {}
        async with asyncio.timeout(20):
            for caller in range(20):
                many.sendto(invite(caller, NUMBER, house.port, own), there)
            while len(answers) < 20:
                message = (await loop.sock_recv(many, 65_535)).decode()
                if message.startswith("SIP/2.0 200"):
                    answers[message.partition("Call-ID: call")[2].split()[0]] = message
            assert kept() >= 20
            for who, answer in answers.items():
                many.sendto(acknowledgement(int(who), NUMBER, house.port, own, answer), there)
            for who, answer in answers.items():
                many.sendto(goodbye(int(who), NUMBER, house.port, own, answer), there)
            while kept():
                await asyncio.sleep(0.2)


def in_memory() -> list[object]:
    """All calls that there are, those that are over included."""
    gc.collect()
    return [it for it in gc.get_objects() if isinstance(it, Call | Caller | Leg)]
