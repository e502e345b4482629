"""Whose camera goes into which slot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.participant import Tile, View
from server.subscriptions import (
    Assignment,
    assign_slots,
    largest_useful_layer,
    layers_watched,
    speaker_first,
    view_before_any,
    wanted_tiles,
)

PEOPLE = [chr(ord("a") + n) for n in range(12)]
ME = PEOPLE[0]

people = st.sampled_from(PEOPLE)
tiles = st.lists(st.builds(Tile, people, st.integers(1, 2160)), max_size=20)
orders = st.lists(people, unique=True)
cameras = st.sets(people)


@st.composite
def occupied(draw: st.DrawFn) -> list[str | None]:
    """Slots as an earlier assignment may have left them."""
    holders: list[str | None] = list(draw(st.lists(people, unique=True, max_size=6)))
    return draw(st.permutations(holders + [None] * draw(st.integers(0, 3)))) or [None]


def assigned(
    current: list[str | None], view: list[Tile], on: set[str], speakers: list[str] | None = None
) -> list[str | None]:
    return [a.participant if a else None for a in assign_slots(ME, current, view, on, speakers or [])]


@given(occupied(), tiles, cameras, orders)
def test_nobody_is_in_two_slots_and_nobody_sees_themselves(
    current: list[str | None], view: list[Tile], on: set[str], speakers: list[str]
) -> None:
    shown = [person for person in assigned(current, view, on, speakers) if person is not None]
    assert len(set(shown)) == len(shown)
    assert ME not in shown
    assert set(shown) <= on & {tile.participant for tile in view}


@given(occupied(), tiles, cameras, orders)
def test_no_slot_is_empty_while_somebody_wanted_waits(
    current: list[str | None], view: list[Tile], on: set[str], speakers: list[str]
) -> None:
    wanted = (on & {tile.participant for tile in view}) - {ME}
    shown = assigned(current, view, on, speakers)
    assert len(shown) == len(current)
    assert sum(person is not None for person in shown) == min(len(wanted), len(current))


@given(occupied(), tiles, cameras, orders)
def test_whoever_is_still_shown_stays_where_they_were(
    current: list[str | None], view: list[Tile], on: set[str], speakers: list[str]
) -> None:
    shown = assigned(current, view, on, speakers)
    for before, after in zip(current, shown, strict=True):
        if before is not None and before in shown:
            assert after == before


@given(occupied(), tiles, cameras, orders)
def test_what_was_assigned_stays_when_nothing_changes(
    current: list[str | None], view: list[Tile], on: set[str], speakers: list[str]
) -> None:
    once = assigned(current, view, on, speakers)
    assert assigned(once, view, on, speakers) == once


@given(occupied(), tiles, cameras, orders)
def test_with_too_few_slots_recent_speakers_come_first_and_then_the_clients_order(
    current: list[str | None], view: list[Tile], on: set[str], speakers: list[str]
) -> None:
    shown = {person for person in assigned(current, view, on, speakers) if person is not None}
    order = [person for person in dict.fromkeys(tile.participant for tile in view) if person in on and person != ME]
    by_speech = [person for person in speakers if person in order]
    expected = by_speech + [person for person in order if person not in speakers]
    if len(order) > len(current):
        assert shown == set(expected[: len(current)])
    else:
        assert shown == set(order)


def test_a_speaker_takes_the_place_of_one_person_and_of_nobody_else() -> None:
    view = view_before_any("abcdef")
    on = set("bcdef")
    before = assigned([None] * 3, view, on)
    assert before == ["b", "c", "d"]
    assert assigned(before, view, on, ["f"]) == ["b", "c", "f"]


def test_a_camera_that_goes_off_frees_only_its_own_slot() -> None:
    assert assigned(["b", "c", "d"], view_before_any("abcde"), set("bde"), []) == ["b", "e", "d"]


def test_a_hidden_tab_is_shown_nobody() -> None:
    assert assigned(["b", "c"], [], set("bc")) == [None, None]


def test_the_first_of_two_tiles_of_one_person_decides_the_layer() -> None:
    (assignment,) = assign_slots(ME, [None], [Tile("b", 720), Tile("b", 90)], {"b"}, [])
    assert assignment is not None
    assert assignment.max_layer == 2


@pytest.mark.parametrize(("height", "layer"), [(1, 0), (180, 0), (181, 1), (360, 1), (361, 2), (16384, 2)])
def test_the_largest_useful_layer_of_a_tile(height: int, layer: int) -> None:
    assert largest_useful_layer(height) == layer


def test_the_latest_speaker_comes_first_where_speakers_are_shown_but_never_oneself() -> None:
    tiles = (Tile("b", 180), Tile("c", 180))
    assert wanted_tiles("a", View(tiles, speaker_height=720), ["c", "b"]) == [Tile("c", 720), *tiles]
    assert wanted_tiles("c", View(tiles, speaker_height=720), ["c", "b"]) == [Tile("b", 720), *tiles]
    assert wanted_tiles("a", View(tiles, speaker_height=720), []) == list(tiles)
    assert wanted_tiles("a", View(tiles), ["c"]) == list(tiles)


def test_who_is_shown_twice_is_received_once_for_the_larger_tile() -> None:
    assignments = assign_slots("a", [None] * 3, [Tile("c", 720), Tile("b", 180), Tile("c", 180)], {"b", "c"}, ["c"])
    assert assignments == [Assignment("c", 2), Assignment("b", 0), None]


def test_a_camera_is_watched_up_to_the_highest_layer_that_anybody_wants() -> None:
    assignments = [Assignment("a", 0), Assignment("b", 1), None, Assignment("a", 2), Assignment("a", 1)]
    assert layers_watched(assignments) == {"a": 3, "b": 2}


@pytest.mark.parametrize(("height", "temporal"), [(60, 1), (90, 1), (91, 3), (720, 3)])
def test_thumbnails_get_half_of_the_frames(height: int, temporal: int) -> None:
    (assignment,) = assign_slots("a", [None], [Tile("b", height)], {"b"}, [])
    assert assignment is not None
    assert assignment.max_temporal == temporal


def before_others(view: View, shown: str, speakers: list[str]) -> list[str]:
    """Of these who are shown, those who come first on a weak link."""
    assignments = [Assignment(participant, 1) for participant in shown]
    prioritised = speaker_first("a", view, [None, *assignments], speakers)
    assert [a and (a.participant, a.max_layer) for a in prioritised] == [None, *((p, 1) for p in shown)]
    return [a.participant for a in prioritised if a and a.priority == "speaker"]


def test_on_a_weak_link_the_latest_of_those_who_are_shown_comes_first() -> None:
    assert before_others(View(), "bc", []) == []
    assert before_others(View(), "bc", ["b", "c"]) == ["b"]
    assert before_others(View(), "bc", ["a", "c", "b"]) == ["c"], "who watches speaks, and is not shown to themselves"
    assert before_others(View(), "bc", ["d", "c"]) == ["c"], "who is not on the screen needs no room"


def test_where_the_screen_shows_whoever_speaks_that_one_comes_first_or_nobody() -> None:
    view = View(speaker_height=720)
    assert before_others(view, "bc", ["a", "b", "c"]) == ["b"]
    assert before_others(view, "bc", ["d", "b"]) == [], "the large tile shows somebody without a camera"
