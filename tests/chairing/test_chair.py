"""What a chair's powers do to a room, and to whom they don't reach."""

from __future__ import annotations

from typing import Any

import pytest

from server.chairing.chair import Chair, LastHostError, NoSuchParticipantError, RankError
from server.chairing.lobby import Waiting
from server.participant import Participant, Person
from server.roles import Role
from server.room import NotPermittedError, Room, ScreenTakenError


class Hall:
    """A room with a host, a co-host and two guests, and what was heard of it."""

    def __init__(self) -> None:
        self.room = Room(inherits=False)
        self.chair = Chair(self.room)
        self.host = self.room.join("host", "Host", role=Role.HOST)
        self.cohost = self.room.join("cohost", "Co-host", role=Role.COHOST)
        self.made = self.room.join("made", "Made", microphone=True, camera=True)
        self.ketut = self.room.join("ketut", "Ketut", microphone=True)
        self.heard: list[tuple[Any, ...]] = []
        for name in ("changed", "lobby", "asked", "declined", "removed", "ended"):
            self.chair.on(name, lambda *arguments, name=name: self.heard.append((name, *arguments)))
        self.acts: list[str] = []
        self.chair.on("acted", lambda act: self.acts.append(act.action))

    def unmute(self, participant: Participant, now: float = 0.0) -> None:
        self.room.set_media(participant, microphone=True, camera=participant.camera, screen=participant.screen)
        self.chair.unmuted(participant, now)


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_muting_everybody_spares_the_chairs(hall: Hall) -> None:
    hall.unmute(hall.cohost)
    hall.chair.mute(hall.host)
    assert [p.microphone for p in (hall.cohost, hall.made, hall.ketut)] == [True, False, False]
    assert hall.made.camera, "only microphones"


def test_nobody_does_anything_to_who_is_above_them(hall: Hall) -> None:
    for power in (
        lambda: hall.chair.mute(hall.cohost, "host"),
        lambda: hall.chair.remove(hall.cohost, "host", ban=True),
        lambda: hall.chair.set_role(hall.cohost, "host", Role.LISTENER),
        lambda: hall.chair.rename(hall.cohost, "host", "Somebody"),
    ):
        with pytest.raises(RankError):
            power()
    assert not hall.acts
    with pytest.raises(NoSuchParticipantError):
        hall.chair.mute(hall.host, "nobody")


def test_whoever_was_muted_may_unmute_where_the_policy_says_so_and_elsewhere_only_when_asked(hall: Hall) -> None:
    hall.chair.mute(hall.host, "made")
    hall.unmute(hall.made)
    hall.chair.set_policy(hall.host, {"speak": False})
    assert hall.made.microphone, "what is on stays on"
    hall.chair.mute(hall.host, "made")
    with pytest.raises(NotPermittedError):
        hall.unmute(hall.made)
    hall.chair.ask_unmute(hall.host, "made")
    assert ("asked", hall.made, False) in hall.heard
    hall.unmute(hall.made)
    hall.chair.mute(hall.host)
    with pytest.raises(NotPermittedError):
        hall.unmute(hall.made)


def test_the_floor_is_whose_it_is_once_they_unmute(hall: Hall) -> None:
    hall.chair.set_policy(hall.host, {"speak": False})
    hall.chair.mute(hall.host)
    hall.chair.raise_hand(hall.made, True)
    hall.chair.give_floor(hall.host, "made", 120.0, now=0.0)
    assert hall.made.hand is None
    assert (hall.chair.floor.offered, hall.chair.floor.holder) == ("made", None)
    assert ("asked", hall.made, True) in hall.heard
    hall.unmute(hall.made, now=10.0)
    assert (hall.chair.floor.holder, hall.chair.spotlit) == ("made", ["made"])
    assert hall.chair.floor.left(now=70.0) == 60.0
    hall.chair.end_floor(hall.host)
    assert (hall.made.microphone, hall.chair.spotlit) == (False, [])
    with pytest.raises(NotPermittedError):
        hall.unmute(hall.made)


def test_the_next_speaker_gets_the_floor_from_the_one_before(hall: Hall) -> None:
    hall.chair.give_floor(hall.host, "made", None, now=0.0)
    assert hall.chair.floor.holder == "made", "at once, since they speak already"
    hall.chair.mute(hall.host, "ketut")
    hall.chair.give_floor(hall.host, "ketut", 60.0, now=5.0)
    assert (hall.chair.floor.holder, hall.chair.floor.offered) == ("made", "ketut")
    hall.unmute(hall.ketut, now=6.0)
    assert (hall.chair.floor.holder, hall.chair.floor.offered) == ("ketut", None)


def test_whoever_declines_or_leaves_does_not_get_the_floor(hall: Hall) -> None:
    hall.chair.mute(hall.host)
    hall.chair.give_floor(hall.host, "made", None, now=0.0)
    hall.chair.decline(hall.made)
    assert ("declined", hall.made) in hall.heard
    hall.unmute(hall.made)
    assert hall.chair.floor.holder is None
    hall.chair.give_floor(hall.host, "made", None, now=0.0)
    hall.room.leave(hall.made)
    assert (hall.chair.floor.holder, hall.chair.spotlit) == (None, [])


def test_one_screen_is_shared_at_a_time_unless_the_host_allows_more(hall: Hall) -> None:
    def share(participant: Participant) -> None:
        hall.room.set_media(participant, microphone=False, camera=False, screen=True)

    share(hall.made)
    with pytest.raises(ScreenTakenError):
        share(hall.ketut)
    hall.chair.set_policy(hall.host, {"several_screens": True})
    share(hall.ketut)
    assert hall.room.sharers == ["ketut", "made"]
    hall.chair.stop_screen(hall.host, "ketut")
    assert hall.room.sharer is hall.made


def test_whoever_is_banned_stays_out_and_others_of_their_address_wait(hall: Hall) -> None:
    guest = hall.room.join("guest", "Guest", person=Person("key", address="192.0.2.7"))
    phone = hall.room.join("phone", "Guest", person=Person("key", address="192.0.2.8"))
    hall.chair.remove(hall.host, "guest", ban=True)
    assert [heard[1] for heard in hall.heard if heard[0] == "removed"] == [guest, phone]
    entries = [hall.chair.bans.entry(key, address).value for key, address in (("key", None), ("other", "192.0.2.7"))]
    assert entries == ["refused", "wait"]
    assert hall.chair.bans.entry("other", "192.0.2.9").value == "open"


def test_those_who_wait_are_admitted_in_order_and_need_not_wait_again(hall: Hall) -> None:
    admitted: list[Waiting] = []
    hall.chair.on("admitted", admitted.extend)
    for name in "abc":
        hall.chair.wait(Waiting(name, name, Person(f"key-{name}"), since=0.0))
    hall.chair.admit(hall.host, ["c", "a", "gone"])
    assert [waiting.id for waiting in admitted] == ["a", "c"]
    assert hall.chair.lobby.knows("key-a")
    hall.chair.refuse(hall.host, ["b"])
    assert not hall.chair.lobby.knows("key-b")
    assert len(hall.chair.lobby) == 0


def test_switching_the_lobby_off_lets_everybody_in(hall: Hall) -> None:
    hall.chair.set_policy(hall.host, {"lobby": True})
    hall.chair.wait(Waiting("a", "A", Person("key-a"), since=0.0))
    hall.chair.set_policy(hall.host, {"lobby": False})
    assert hall.chair.lobby.knows("key-a")


def test_the_only_host_stays_host_until_there_is_another(hall: Hall) -> None:
    with pytest.raises(LastHostError):
        hall.chair.set_role(hall.host, "host", Role.PARTICIPANT)
    hall.chair.set_role(hall.host, "cohost", Role.HOST)
    hall.chair.set_role(hall.host, "host", Role.LISTENER)
    assert hall.host.role is Role.LISTENER


def test_what_was_done_is_told_for_the_records_and_what_changes_nothing_is_not(hall: Hall) -> None:
    hall.chair.set_policy(hall.host, {"lobby": True})
    hall.chair.set_policy(hall.host, {"lobby": True})
    hall.chair.stop_camera(hall.host, "made")
    hall.chair.stop_camera(hall.host, "made")
    hall.chair.spotlight(hall.host, ["made", "made", "nobody"])
    hall.chair.end(hall.host)
    assert hall.acts == ["set_policy", "stop_camera", "spotlight", "end"]
    assert hall.chair.spotlit == ["made"]
