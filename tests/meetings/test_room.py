"""Who is in a room, and what the others are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.participant import MAX_NAME, Participant, clean_name
from server.roles import ALLOWED, Power, Role, may
from server.room import BadNameError, NotPermittedError, Room, RoomFullError


class Listening:
    """A room's events, in order."""

    def __init__(self, room: Room) -> None:
        self.heard: list[tuple[str, str | None]] = []
        for name in ("joined", "changed", "left", "dominant"):
            room.on(name, lambda participant, name=name: self._hear(name, participant))
        room.on("emptied", lambda: self.heard.append(("emptied", None)))

    def _hear(self, name: str, participant: Participant | None) -> None:
        self.heard.append((name, participant.id if participant else None))


def test_the_first_to_arrive_is_the_host_and_all_are_listed_by_arrival() -> None:
    room = Room()
    people = [room.join(id, id) for id in ("c", "a", "b")]
    assert list(room) == people
    assert [person.role for person in people] == [Role.HOST, Role.PARTICIPANT, Role.PARTICIPANT]


def test_the_hosts_role_passes_to_whoever_is_here_longest() -> None:
    room = Room()
    first, second, third = (room.join(id, id) for id in "abc")
    heard = Listening(room).heard
    room.leave(third)
    room.leave(first)
    assert second.role is Role.HOST
    assert heard == [("left", "c"), ("left", "a"), ("changed", "b")]


def test_a_room_is_full_at_its_capacity_and_has_room_again_when_one_leaves() -> None:
    room = Room(capacity=2)
    room.join("a", "A")
    second = room.join("b", "B")
    with pytest.raises(RoomFullError):
        room.join("c", "C")
    room.leave(second)
    room.join("c", "C")


def test_only_what_is_another_now_is_told() -> None:
    room = Room()
    person = room.join("a", "A", camera=True)
    heard = Listening(room).heard
    room.set_media(person, microphone=False, camera=True)
    assert heard == []
    room.set_media(person, microphone=True, camera=True)
    assert heard == [("changed", "a")]


def test_a_speaker_who_leaves_is_no_longer_the_dominant_one() -> None:
    room = Room()
    a, b = room.join("a", "A"), room.join("b", "B")
    heard = Listening(room).heard
    room.speaks(a)
    room.speaks(a)
    room.speaks(b)
    assert room.recent_speakers == ["b", "a"]
    room.leave(b)
    assert room.dominant is None
    assert room.recent_speakers == ["a"]
    assert heard == [("dominant", "a"), ("dominant", "b"), ("dominant", None), ("left", "b")]


def test_leaving_twice_is_leaving_once_and_the_last_one_empties_the_room() -> None:
    room = Room()
    person = room.join("a", "A")
    heard = Listening(room).heard
    room.leave(person)
    room.leave(person)
    assert heard == [("left", "a"), ("emptied", None)]


def test_what_is_not_allowed_is_off_at_first_and_refused_later() -> None:
    room = Room()
    host = room.join("a", "A", microphone=True)
    listener = room.join("b", "B", microphone=True, camera=True, role=Role.LISTENER)
    assert (host.microphone, listener.microphone, listener.camera) == (True, False, False)
    with pytest.raises(NotPermittedError):
        room.set_media(listener, microphone=True, camera=False)
    assert not listener.microphone


def test_whoever_becomes_a_listener_is_switched_off() -> None:
    room = Room()
    room.join("a", "A")
    person = room.join("b", "B", microphone=True, camera=True)
    room.set_media(person, microphone=True, camera=True, screen=True)
    room.set_role(person, Role.LISTENER)
    assert (person.microphone, person.camera, person.screen, room.sharer) == (False, False, False, None)


def test_without_a_host_by_arrival_nobody_inherits_the_role() -> None:
    room = Room(inherits=False)
    guest, host = room.join("a", "A"), room.join("b", "B", role=Role.HOST)
    room.leave(host)
    assert guest.role is Role.PARTICIPANT


def test_hands_are_in_the_order_in_which_they_were_raised() -> None:
    room = Room()
    first, second, third = (room.join(id, id) for id in "abc")
    for person in (second, third, first):
        room.raise_hand(person, True)
    room.raise_hand(second, False)
    room.raise_hand(second, True)
    assert room.hands == [third, first, second]


def test_every_role_is_in_the_table() -> None:
    assert set(ALLOWED) == set(Role)
    assert all(may(Role.HOST, power) for power in Power)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("  Ni   Luh\t Sari\n", "Ni Luh Sari"),
        ("I Made \u202eyraS", "I Made yraS"),
        ("\u2066Wayan\u2069\u200f", "Wayan"),
        ("A\u0000\u0007\u001b[31mB", "A[31mB"),
        ("Ke\u0301tut", "K\u00e9tut"),
        ("e\u202e\u0301", "\u00e9"),
        ("\u1b05\u1b13\u1b44", "\u1b05\u1b13\u1b44"),  # Balinese script
        ("\U0001f469\u200d\U0001f33e", "\U0001f469\u200d\U0001f33e"),  # joined emoji stay joined
        ("\u200d\u200c", ""),
        ("\u3164\u2800", ""),
        ("\u0301\u0301", ""),
        ("\ud800", ""),
        ("\u2028\u2029", ""),
        ("x" * 200, "x" * MAX_NAME),
    ],
)
def test_names_are_cleaned(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


@given(st.text(max_size=100))
def test_a_cleaned_name_is_clean(name: str) -> None:
    cleaned = clean_name(name)
    assert clean_name(cleaned) == cleaned
    assert len(cleaned) <= MAX_NAME
    assert cleaned == cleaned.strip()
    assert not set(cleaned) & set(
        map(chr, (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
    )


def test_a_name_that_shows_nothing_lets_nobody_in() -> None:
    room = Room()
    with pytest.raises(BadNameError):
        room.join("a", "\u202e \u200d")
    assert len(room) == 0


def test_a_name_does_not_slip_into_a_log_with_its_participant() -> None:
    assert "Secret" not in repr(Room().join("a", "Secret"))
