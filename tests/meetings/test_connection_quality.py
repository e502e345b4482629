"""What is said of somebody's connection, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.connection_quality import RISE_AFTER, SETTLING, ConnectionSigns, Quality, SteadyQuality, judge
from server.quality_watch import LOOK_EVERY, QualityWatch
from server.room import Room

GOOD = ConnectionSigns(0.0, 0.01, 0.04, 4_000_000, pictures=9)
ORDER = list(Quality)
shares = st.one_of(st.none(), st.floats(0, 1))
signs = st.builds(
    ConnectionSigns,
    shares,
    shares,
    st.one_of(st.none(), st.floats(0, 10)),
    st.one_of(st.none(), st.integers(0, 10**8)),
    pictures=st.just(10),
    paused=st.integers(0, 10),
    silence=st.floats(0, 30),
)


@pytest.mark.parametrize(
    ("change", "quality"),
    [
        ({}, Quality.GOOD),
        ({"lost_up": 0.04}, Quality.FAIR),
        ({"lost_down": 0.12}, Quality.POOR),
        ({"round_trip": 0.5}, Quality.FAIR),
        ({"round_trip": 1.2}, Quality.POOR),
        ({"paused": 1}, Quality.GOOD),
        ({"paused": 4}, Quality.FAIR),
        ({"paused": 9}, Quality.POOR),
        ({"estimate": 250_000}, Quality.FAIR),
        ({"estimate": 60_000}, Quality.POOR),
        ({"pictures": 0, "paused": 0}, Quality.GOOD),
        ({"silence": 6.0}, Quality.GOOD),
        ({"silence": 7.0}, Quality.LOST),
    ],
)
def test_a_connection_is_as_good_as_the_worst_of_its_signs(change: dict[str, float], quality: Quality) -> None:
    assert judge(replace(GOOD, **change)) is quality


def test_of_a_connection_that_nothing_is_known_of_nothing_bad_is_said() -> None:
    assert judge(ConnectionSigns()) is Quality.GOOD


@given(signs, signs)
def test_what_is_worse_in_every_sign_is_never_said_to_be_better(one: ConnectionSigns, other: ConnectionSigns) -> None:
    def worse(a: float | None, b: float | None) -> float:
        return max(a or 0.0, b or 0.0)

    both = ConnectionSigns(
        worse(one.lost_up, other.lost_up),
        worse(one.lost_down, other.lost_down),
        worse(one.round_trip, other.round_trip),
        min((e for e in (one.estimate, other.estimate) if e is not None), default=None),
        pictures=10,
        paused=max(one.paused, other.paused),
        silence=max(one.silence, other.silence),
    )
    assert ORDER.index(judge(both)) == max(ORDER.index(judge(one)), ORDER.index(judge(other)))


def told(looks: list[Quality], every: float = LOOK_EVERY) -> list[Quality]:
    """What is said after each look, once a connection has settled."""
    steady = SteadyQuality(-SETTLING)
    said = []
    for number, quality in enumerate(looks):
        steady.look(quality, number * every)
        said.append(steady.told)
    return said


def test_one_bad_moment_is_passed_over_and_two_are_told() -> None:
    good, fair, poor = Quality.GOOD, Quality.FAIR, Quality.POOR
    assert told([good, poor, good, poor, good]) == [good] * 5
    assert told([good, poor, fair, poor, poor]) == [good, good, fair, fair, poor]


def test_it_rises_when_it_has_lasted_and_to_the_worst_of_that_time() -> None:
    good, fair, poor = Quality.GOOD, Quality.FAIR, Quality.POOR
    assert told([poor, poor, fair, good, good, good, good]) == [good, poor, poor, poor, poor, fair, good]


def test_lost_is_told_at_once_and_that_it_is_back_too() -> None:
    good, lost, poor = Quality.GOOD, Quality.LOST, Quality.POOR
    assert told([good, lost, good, good, good, good])[:4] == [good, lost, poor, poor]
    assert told([good, lost, good, good, good, good])[-1] is good


def test_nothing_is_said_of_what_has_not_settled_but_that_it_is_lost() -> None:
    steady = SteadyQuality(100.0)
    assert not steady.look(Quality.POOR, 100.0)
    assert not steady.look(Quality.POOR, 100.0 + SETTLING - 1)
    assert steady.look(Quality.POOR, 100.0 + SETTLING)
    assert SteadyQuality(100.0).look(Quality.LOST, 100.0)


@given(st.lists(st.tuples(st.sampled_from(ORDER), st.floats(0.5, 4))))
def test_it_rises_only_when_every_look_of_that_time_was_better(looks: list[tuple[Quality, float]]) -> None:
    steady, now = SteadyQuality(-SETTLING), 0.0
    seen: list[tuple[float, int]] = []
    for quality, wait in looks:
        now += wait
        before = ORDER.index(steady.told)
        changed = steady.look(quality, now)
        after = ORDER.index(steady.told)
        seen.append((now, ORDER.index(quality)))
        assert changed == (before != after)
        if after < before and before < ORDER.index(Quality.LOST):
            assert all(degree <= after for at, degree in seen if at > now - RISE_AFTER)
        if after > before:
            assert seen[-1][1] >= after


async def test_whose_quality_changed_is_told_together_and_nothing_else_is() -> None:
    room = Room()
    heard: list[list[str]] = []
    room.on("qualities", lambda people: heard.append([person.id for person in people]))
    now = dict.fromkeys(("a", "b", "c"), GOOD)
    for name in now:
        room.join(name, name)
    watch = QualityWatch(room, lambda participant: now[participant.id])
    watch.look(0.0)
    now |= {"a": replace(GOOD, lost_up=0.2), "c": replace(GOOD, silence=9.0)}
    for number in range(1, 8):
        watch.look(number * LOOK_EVERY)
    assert heard == [["c"], ["a"]]
    assert [person.quality for person in room] == [Quality.POOR, Quality.GOOD, Quality.LOST]
    (a, *_) = room
    room.leave(a)
    watch.look(20.0)
    room.join("a", "a")
    watch.look(22.0)
    watch.look(24.0)
    assert [person.quality for person in room][-1] is Quality.GOOD, "it begins anew"
