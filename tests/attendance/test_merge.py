"""Whose visits are one person's, and what becomes of their times."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.attendance import Line, SameName, Visit, merge
from server.attendance.phone import normal_number
from tests.attendance.scripted import MADE, NOW, at, visit

NAMED = {"name": "Made", "unit": "Desa Mas"}


def test_what_two_devices_spend_together_counts_once() -> None:
    [line] = merge([visit("a", 0, 60, **NAMED), visit("b", 50, 70, **NAMED)], NOW)
    assert (line.arrived, line.left, line.visits) == (at(0), at(70), 1)
    assert line.total == timedelta(minutes=70)


def test_who_comes_again_has_several_visits_and_no_time_between_them() -> None:
    [line] = merge([visit("a", 0, 10), visit("a", 30, 45)], NOW)
    assert (line.arrived, line.left, line.visits) == (at(0), at(45), 2)
    assert line.total == timedelta(minutes=25)


def test_who_is_here_on_one_device_has_not_left() -> None:
    [line] = merge([visit("a", 0, None, **NAMED), visit("b", 20, 30, **NAMED)], at(60))
    assert line.left is None
    assert line.total == timedelta(minutes=60)


def test_a_name_is_the_same_however_it_is_written() -> None:
    fullwidth = "\uff2d\uff41\uff44\uff45"
    assert len(merge([visit("a", 0, 1, **NAMED), visit("b", 2, 3, name=f" {fullwidth} ", unit="DESA  MAS")], NOW)) == 1


def test_equal_names_of_different_units_are_different_people() -> None:
    assert len(merge([visit("a", 0, 1, **NAMED), visit("b", 2, 3, name="Made", unit="Desa Ubud")], NOW)) == 2


@pytest.mark.parametrize(("same_name", "people"), [(SameName.WITH_UNIT, 3), (SameName.ALWAYS, 2), (SameName.NEVER, 4)])
def test_how_much_of_a_name_must_be_the_same_can_be_chosen(same_name: SameName, people: int) -> None:
    visits = [
        visit("a", 0, 1, **NAMED),
        visit("b", 2, 3, **NAMED),
        visit("c", 4, 5, name="Wayan"),
        visit("d", 6, 7, name="Wayan"),
    ]
    assert len(merge(visits, NOW, same_name)) == people


def test_callers_with_different_numbers_are_never_one_person() -> None:
    callers = [visit("+62811111111", 0, 1, **NAMED), visit("+62822222222", 0, 1, **NAMED)]
    for same_name in SameName:
        assert len(merge(callers, NOW, same_name)) == 2


def test_a_browser_that_could_be_either_of_two_callers_is_neither() -> None:
    callers = [visit("+62811111111", 0, 1, **NAMED), visit("+62822222222", 0, 1, **NAMED)]
    assert len(merge([*callers, visit("a", 5, 6, **NAMED)], NOW)) == 3


def test_one_number_in_two_spellings_is_one_number() -> None:
    spelt = visit("b", 2, 3, phone="0811 111 111", **NAMED)
    assert len(merge([visit("+62811111111", 0, 1, **NAMED), spelt], NOW)) == 1


def test_the_line_says_what_they_called_themselves_last() -> None:
    renamed = [visit("a", 0, 10, name="made"), visit("a", 20, 30, name="Ni Made Sukerti", unit="Desa Mas")]
    [line] = merge([*renamed, visit("a", 40, 50, name="Ni Made Sukerti", unit="")], NOW)
    assert (line.name, line.unit) == ("Ni Made Sukerti", "Desa Mas")


def test_a_clock_that_was_set_back_takes_no_time_away() -> None:
    [line] = merge([visit("a", 10, 5), visit("a", 20, 30)], NOW)
    assert line.total == timedelta(minutes=10)
    assert all(stay.left and stay.arrived <= stay.left for stay in line.stays)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Visit("a", "", "", "", None, "browser", "participant", datetime(2026, 11, 25), None)


def test_personal_data_is_not_in_what_a_log_would_show() -> None:
    one = visit("+6281234567890", 0, 1, **MADE)
    for shown in (repr(one), repr(merge([one], NOW))):
        assert "Sukerti" not in shown
        assert "81234567890" not in shown


@st.composite
def _visits(draw: st.DrawFn) -> Visit:
    arrived = draw(st.integers(0, 100))
    left = draw(st.none() | st.integers(0, 60))
    name = draw(st.sampled_from(["Made", "MADE ", "Wayan", ""]))
    unit = draw(st.sampled_from(["Desa Mas", "desa  mas", "Bappeda", ""]))
    phone = draw(st.sampled_from([None, None, "+62811111111", "0811111111", "+62822222222", "?"]))
    key = draw(st.sampled_from("abcdef"))
    return visit(key, arrived, None if left is None else arrived + left, name=name, unit=unit, phone=phone)


visit_lists = st.lists(_visits(), max_size=12)
same_names = st.sampled_from(SameName)


@given(visit_lists, same_names)
def test_nobody_is_here_longer_than_from_first_to_last_and_nobody_is_lost(visits: list[Visit], how: SameName) -> None:
    lines = merge(visits, at(160), how)
    for line in lines:
        assert timedelta() <= line.total <= (line.left or at(160)) - line.arrived
        assert line.visits <= len(visits)
    assert len(lines) <= len({v.person for v in visits})
    assert {stay.arrived for line in lines for stay in line.stays} <= {v.arrived for v in visits}
    assert bool(lines) == bool(visits)


@given(visit_lists, same_names)
def test_the_time_of_a_person_is_each_minute_in_which_any_device_was_here(visits: list[Visit], how: SameName) -> None:
    now = at(160)
    for key in {v.person for v in visits}:
        own = [v for v in visits if v.person == key]
        [line] = merge(own, now, how)
        minutes = {m for m in range(160) for v in own if v.arrived <= at(m) < (v.left or now)}
        assert line.total == timedelta(minutes=len(minutes))


@given(visit_lists.flatmap(lambda visits: st.tuples(st.just(visits), st.permutations(visits))), same_names)
def test_the_order_of_visits_makes_no_difference(orders: tuple[list[Visit], list[Visit]], how: SameName) -> None:
    assert merge(orders[0], NOW, how) == merge(orders[1], NOW, how)


@given(visit_lists, same_names)
def test_what_was_merged_merges_to_itself(visits: list[Visit], how: SameName) -> None:
    lines = merge(visits, NOW, how)
    again = [v for number, line in enumerate(lines) for v in _as_visits(f"{number:03}", line)]
    assert sorted(_content(line) for line in merge(again, NOW, how)) == sorted(map(_content, lines))
    assert merge([*visits, *visits], NOW, how) == lines


@given(visit_lists, same_names)
def test_no_line_has_two_numbers_that_callers_of_different_keys_had(visits: list[Visit], how: SameName) -> None:
    numbers = {key: {normal_number(v.phone) for v in visits if v.person == key} - {None} for key in "abcdef"}
    told = [next(iter(known)) for known in numbers.values() if len(known) == 1]
    if all(len(known) <= 1 for known in numbers.values()):
        assert {line.phone for line in merge(visits, NOW, how)} - {None} == set(told)


def _as_visits(key: str, line: Line) -> list[Visit]:
    return [
        Visit(key, line.name, line.unit, line.position, line.phone, device, line.role, stay.arrived, stay.left)
        for stay in line.stays
        for device in line.devices
    ]


def _content(line: Line) -> tuple[object, ...]:
    return (line.name, line.unit, line.phone or "", line.devices, repr(line.stays), line.total)
