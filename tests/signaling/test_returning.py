"""A server that stops cuts meetings off; when it is back, they and their people go on as they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from server.records import VisitRecord
from signaling.http.keys import DIRECTORY, RECORDS
from signaling.limits import Limits
from tests.signaling.client import Message, make_chaired_meeting
from tests.signaling.conftest import Connect, MakeServer

LIMITS = Limits(grace=0.3, merge=0.02)


async def visits_of(server: TestServer, code: str) -> list[VisitRecord]:
    records = server.app[RECORDS]
    assert await records.settle(5)
    record = await records.meetings.find(code)
    assert record is not None
    return await records.visits.of(record.id)


async def test_after_a_restart_everybody_has_their_seat_hand_role_and_name_again_and_no_new_visit(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    before = await make_server(LIMITS)
    code, host_key = await make_chaired_meeting(http, before)
    host, made, ketut = [await connect(before) for _ in range(3)]
    seats = {
        "Host": await host.join(code, "Host", host_key=host_key),
        "Made": await made.join(code, "Made", unit="Ubud"),
        "Ketut": await ketut.join(code, "Ketut"),
    }
    await ketut.ask("raise_hand", raised=True)
    await made.ask("raise_hand", raised=True)
    await host.ask("set_role", participant=seats["Made"]["you"], role="cohost")
    await host.ask("rename", participant=seats["Ketut"]["you"], name="Ketut Rai")
    await host.ask("spotlight", participants=[seats["Made"]["you"]])
    await host.ask("set_policy", locked=True, speak=False)
    await made.ask("send_chat", text="sebelum")
    await host.ask("create_poll", question="Setuju?", options=["Ya", "Tidak"], open=True)
    await ketut.ask("vote", poll=1, options=[1])
    visits = await visits_of(before, code)
    await before.close()
    assert [(await client.event("goodbye"))["reason"] for client in (host, made, ketut)] == ["server_stopping"] * 3

    after = await make_server(LIMITS)
    async with http.get(after.make_url(f"/api/meetings/{code}")) as response:
        assert (await response.json())["participants"] == 0, "nobody is listed who is not back yet"
    back: dict[str, Message] = {}
    for name in ("Made", "Ketut", "Host"):  # the lock does not keep them out, nor does who comes first matter
        again = await connect(after)
        seat = seats[name]
        back[name] = await again.join(code, name, resume=seat["resume"], person=seat["person"])
        assert (back[name]["you"], back[name]["resume"], back[name]["resumed"]) == (seat["you"], seat["resume"], False)
        assert (await again.event("subscribe_offer"))["sdp"], "its media is new"
    people = {person["id"]: person for person in back["Host"]["participants"]}
    assert [people[seat["you"]]["name"] for seat in seats.values()] == ["Host", "Made", "Ketut Rai"]
    assert [people[seat["you"]]["role"] for seat in seats.values()] == ["host", "cohost", "participant"]
    assert people[seats["Ketut"]["you"]]["hand"] < people[seats["Made"]["you"]]["hand"]
    assert people[seats["Made"]["you"]]["unit"] == "Ubud"
    state = back["Host"]["state"]
    assert state["spotlit"] == [seats["Made"]["you"]]
    assert (state["policy"]["locked"], state["policy"]["speak"]) == (True, False)
    assert [(message["text"], message["mine"]) for message in back["Made"]["chat"]] == [("sebelum", True)]
    assert (back["Ketut"]["polls"][0]["counts"], back["Ketut"]["polls"][0]["mine"]) == ([0, 1], [1])
    after_visits = await visits_of(after, code)
    assert [visit.id for visit in after_visits] == [visit.id for visit in visits]
    assert [visit.left_at for visit in after_visits] == [None] * 3


async def test_over_a_restart_whoever_speaks_keeps_the_floor_and_their_time_and_the_next_is_still_asked(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    late = timedelta()
    before = await make_server(LIMITS, lambda: datetime.now(UTC) + late)
    code, host_key = await make_chaired_meeting(http, before)
    host, made, ketut = [await connect(before) for _ in range(3)]
    seats = {
        "Host": await host.join(code, "Host", host_key=host_key),
        "Made": await made.join(code, "Made"),
        "Ketut": await ketut.join(code, "Ketut"),
    }
    await host.ask("set_policy", speak=False)
    await host.ask("give_floor", participant=seats["Made"]["you"], seconds=300)
    await made.ask("set_media", microphone=True, camera=False, screen=False)
    await host.ask("give_floor", participant=seats["Ketut"]["you"], seconds=120)
    await before.close()

    late = timedelta(seconds=60)
    after = await make_server(LIMITS, lambda: datetime.now(UTC) + late)
    back = {}
    for name, seat in seats.items():
        back[name] = await connect(after)
        joined = await back[name].join(code, name, resume=seat["resume"], person=seat["person"], microphone=False)
    offered = joined["state"]["floor"]
    assert (offered["participant"], offered["taken"]) == (seats["Ketut"]["you"], False)
    assert joined["state"]["spotlit"] == [seats["Made"]["you"]]
    assert 230 < offered["seconds_left"] < 245, "Made's time went on"
    await back["Ketut"].ask("decline_unmute")
    state = (await back["Host"].event("meeting_changed"))["state"]
    assert (state["floor"]["participant"], state["floor"]["taken"]) == (seats["Made"]["you"], True)


async def test_a_floor_whose_holder_does_not_come_back_is_nobodys(
    make_server: MakeServer, http: ClientSession, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await make_server(LIMITS)
    code, host_key = await make_chaired_meeting(http, before)
    host, made = await connect(before), await connect(before)
    seat = await host.join(code, "Host", host_key=host_key)
    speaker = await made.join(code, "Made", microphone=True)
    await host.ask("give_floor", participant=speaker["you"], seconds=None)
    await before.close()

    monkeypatch.setattr("server.meeting.BACK_WITHIN", 1.0)
    again = await connect(await make_server(LIMITS))
    joined = await again.join(code, "Host", resume=seat["resume"], person=seat["person"])
    assert joined["state"]["floor"]["participant"] == speaker["you"]
    while (await again.event("meeting_changed"))["state"]["floor"] is not None:
        pass


async def test_whoever_waited_in_the_lobby_keeps_their_place_over_a_restart(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    before = await make_server(LIMITS)
    code, host_key = await make_chaired_meeting(http, before)
    host, first, second = [await connect(before) for _ in range(3)]
    seat = await host.join(code, "Host", host_key=host_key)
    await host.ask("set_policy", lobby=True)
    early = await first.ask("join", meeting=code, name="Early")
    late = await second.ask("join", meeting=code, name="Late")
    await before.close()
    assert (await first.event("goodbye"))["reason"] == "server_stopping"

    after = await make_server(LIMITS)
    for name, place in (("Late", late), ("Early", early)):
        waiting = await (await connect(after)).ask("join", meeting=code, name=name, person=place["person"])
        assert waiting["type"] == "waiting"
    joined = await (await connect(after)).join(code, "Host", resume=seat["resume"], person=seat["person"])
    assert [waiting["name"] for waiting in joined["waiting"]] == ["Early", "Late"]


async def test_a_seat_is_given_back_once_and_to_nobody_else(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    before = await make_server(LIMITS)
    code, host_key = await make_chaired_meeting(http, before)
    seat = await (await connect(before)).join(code, "Host", host_key=host_key)
    left = await connect(before)
    gone = await left.join(code, "Gone")
    await left.ask("leave")
    await before.close()

    after = await make_server(LIMITS)
    stranger, again, twin = [await connect(after) for _ in range(3)]
    for token in ("", "made up", gone["resume"]):
        assert (await stranger.ask("join", meeting=code, name="X", resume=token))["code"] == "resume_failed"
    assert (await again.join(code, "Host", resume=seat["resume"]))["resumed"] is False
    assert (await twin.join(code, "Host", resume=seat["resume"]))["resumed"] is True, "it is the one seat"
    assert (await again.event("goodbye"))["reason"] == "replaced"


async def test_whoever_comes_back_after_long_has_two_visits_and_after_too_long_the_meeting_has_ended(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    late = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + late

    before = await make_server(LIMITS, clock)
    code, host_key = await make_chaired_meeting(http, before)
    seat = await (await connect(before)).join(code, "Host", host_key=host_key)
    await before.close()

    late = timedelta(minutes=10)
    after = await make_server(LIMITS, clock)
    again = await connect(after)
    assert (await again.join(code, "Host", resume=seat["resume"]))["you"] == seat["you"]
    first, second = await visits_of(after, code)
    assert first.left_at is not None
    assert second.left_at is None
    assert second.arrived_at - first.left_at >= timedelta(minutes=9)
    await after.close()

    late = timedelta(minutes=60)
    last = await make_server(LIMITS, clock)
    assert last.app[DIRECTORY].live(code) is None
    assert await last.app[RECORDS].settle(5)
    record = await last.app[RECORDS].meetings.find(code)
    assert record is not None
    assert record.ended_at is not None
    assert record.ended_at < clock() - timedelta(minutes=40), "it ended when somebody was last seen"


@pytest.mark.parametrize("way", ["away", "vanished", "fresh"])
async def test_whoever_goes_without_leaving_for_good_gets_their_seat_again_with_new_media(
    make_server: MakeServer, http: ClientSession, connect: Connect, way: str
) -> None:
    server = await make_server(LIMITS)
    code, host_key = await make_chaired_meeting(http, server)
    host, made, again = [await connect(server) for _ in range(3)]
    await host.join(code, "Host", host_key=host_key)
    seat = await made.join(code, "Made")
    await made.ask("raise_hand", raised=True)
    await host.ask("set_policy", locked=True)
    if way == "away":
        await made.ask("leave", away=True)
    elif way == "vanished":
        await made.vanish()
    if way != "fresh":
        while seat["you"] not in (await host.event("participants_changed"))["left"]:
            pass
    joined = await again.join(code, "Made", resume=seat["resume"], person=seat["person"], fresh=way == "fresh")
    assert (joined["you"], joined["resumed"]) == (seat["you"], False)
    assert (await again.event("subscribe_offer"))["sdp"]
    (me,) = [person for person in joined["participants"] if person["id"] == seat["you"]]
    assert me["hand"] == 1
    here = set()
    while seat["you"] not in here:  # for the others, they went and came, in this order
        event = await host.event("participants_changed")
        here = {person["id"] for person in event["changed"]} - set(event["left"])
    if way == "fresh":
        assert (await made.event("goodbye"))["reason"] == "replaced"
    assert len([visit for visit in await visits_of(server, code) if visit.name == "Made"]) == 1


async def test_whoever_leaves_or_is_removed_gets_no_seat_back(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server(LIMITS)
    code, host_key = await make_chaired_meeting(http, server)
    host, left, removed, away, again = [await connect(server) for _ in range(5)]
    await host.join(code, "Host", host_key=host_key)
    seats = [await left.join(code, "A"), await removed.join(code, "B")]
    await left.ask("leave")
    await host.ask("remove", participant=seats[1]["you"])
    for seat in seats:
        assert (await again.ask("join", meeting=code, name="X", resume=seat["resume"]))["code"] == "resume_failed"
    phone, desk = await away.join(code, "C"), await connect(server)
    await away.ask("leave", away=True)
    there = await desk.join(code, "C", person=phone["person"])
    await host.ask("remove", participant=there["you"], ban=True)
    assert (await again.ask("join", meeting=code, name="C", resume=phone["resume"]))["code"] == "banned"
