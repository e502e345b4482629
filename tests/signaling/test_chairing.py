"""Chairing over the protocol: the door, microphones, the floor."""

from __future__ import annotations

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from tests.signaling.client import Message, ProtocolClient, make_chaired_meeting
from tests.signaling.conftest import Connect


async def host_of(connect: Connect, server: TestServer, http: ClientSession) -> tuple[str, ProtocolClient]:
    code, host_key = await make_chaired_meeting(http, server, title="Rapat koordinasi")
    host = await connect(server)
    await host.join(code, "Host", host_key=host_key)
    return code, host


async def entry(client: ProtocolClient, id: str) -> Message:
    """The next news of a participant."""
    while True:
        for changed in (await client.event("participants_changed"))["changed"]:
            if changed["id"] == id:
                return dict(changed)


async def test_whoever_waits_is_let_in_and_keeps_their_place_when_the_link_breaks(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host = await host_of(connect, server, http)
    await host.ask("set_policy", lobby=True)
    made, again, ketut = [await connect(server) for _ in range(3)]
    waiting = await made.ask("join", meeting=code, name="Made", unit="Desa Ubud", position="Perbekel")
    assert (waiting["type"], waiting["title"]) == ("waiting", "Rapat koordinasi")
    await ketut.ask("join", meeting=code, name="Ketut")
    while len(shown := (await host.event("lobby_changed"))["waiting"]) < 2:
        pass
    assert [(who["name"], who["unit"]) for who in shown] == [("Made", "Desa Ubud"), ("Ketut", "")]

    await made.vanish()
    assert (await again.ask("join", meeting=code, name="Made", person=waiting["person"]))["type"] == "waiting"
    await host.ask("admit", waiting=[shown[0]["id"]])
    await again.event("admitted")
    joined = await again.join(code, "Made", person=waiting["person"], unit="Desa Ubud")
    assert joined["participants"][-1]["unit"] == "Desa Ubud"
    assert joined["waiting"] == [], "only chairs see who waits"

    await host.ask("refuse", waiting=[shown[1]["id"]])
    assert (await ketut.event("goodbye"))["reason"] == "refused"


async def test_nobody_comes_into_a_locked_meeting_but_who_was_in_it_and_its_host(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host_key = await make_chaired_meeting(http, server)
    host, made, ketut, again, second = [await connect(server) for _ in range(5)]
    await host.join(code, "Host", host_key=host_key)
    person = (await made.join(code, "Made"))["person"]
    await host.ask("set_policy", locked=True)
    await made.ask("leave")
    refused = await ketut.ask("join", meeting=code, name="Ketut")
    assert (refused["type"], refused["code"]) == ("error", "meeting_locked")
    await again.join(code, "Made", person=person)
    await second.join(code, "Host", host_key=host_key)


async def test_the_banned_stay_out_and_the_removed_may_come_again(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host = await host_of(connect, server, http)
    made, again, banned = [await connect(server) for _ in range(3)]
    joined = await made.join(code, "Made")
    await host.ask("remove", participant=joined["you"])
    assert (await made.event("goodbye"))["reason"] == "removed"
    second = await again.join(code, "Made", person=joined["person"])
    await host.ask("remove", participant=second["you"], ban=True)
    assert (await again.event("goodbye"))["reason"] == "banned"
    refused = await banned.ask("join", meeting=code, name="Made", person=joined["person"])
    assert refused["code"] == "banned"
    # A new browser from the same address waits until the chair has seen the name.
    assert (await banned.ask("join", meeting=code, name="Wayan"))["type"] == "waiting"


async def test_the_floor_is_given_taken_and_ended(server: TestServer, http: ClientSession, connect: Connect) -> None:
    code, host = await host_of(connect, server, http)
    await host.ask("set_policy", speak=False)
    made = await connect(server)
    me = (await made.join(code, "Made", microphone=True))["you"]
    assert (await entry(host, me))["microphone"] is False
    refused = await made.ask("set_media", microphone=True, camera=False)
    assert refused["code"] == "not_permitted"
    await made.ask("raise_hand", raised=True)
    assert (await entry(host, me))["hand"] is not None
    await host.ask("give_floor", participant=me, seconds=120)
    assert (await made.event("unmute_asked"))["floor"] is True
    await made.ask("set_media", microphone=True, camera=False)
    while not (state := (await host.event("meeting_changed"))["state"])["floor"]["taken"]:
        pass
    assert state["spotlit"] == [me]
    assert 119 < state["floor"]["seconds_left"] <= 120
    await host.ask("end_floor")
    assert (await entry(made, me))["microphone"] is False


async def test_a_new_cohost_is_told_who_waits(server: TestServer, http: ClientSession, connect: Connect) -> None:
    code, host = await host_of(connect, server, http)
    made, ketut = await connect(server), await connect(server)
    me = (await made.join(code, "Made"))["you"]
    await host.ask("set_policy", lobby=True)
    await ketut.ask("join", meeting=code, name="Ketut")
    await host.ask("set_role", participant=me, role="cohost")
    assert [who["name"] for who in (await made.event("lobby_changed"))["waiting"]] == ["Ketut"]


async def test_when_the_host_ends_the_meeting_everybody_goes_those_who_wait_too(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host = await host_of(connect, server, http)
    made, ketut = await connect(server), await connect(server)
    await made.join(code, "Made")
    await host.ask("set_policy", lobby=True)
    await ketut.ask("join", meeting=code, name="Ketut")
    await host.ask("end_meeting")
    for client in (host, made, ketut):
        assert (await client.event("goodbye"))["reason"] == "meeting_ended"
