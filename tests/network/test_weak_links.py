"""Two people in real browsers meet over a weak link. What they get is recorded; what they must get is in a table."""

from __future__ import annotations

import asyncio

import pytest

from tests.network.recording import RESULTS, play, see_and_hear_each_other
from tests.network.scenarios import EXPECTED, SCENARIOS, Scenario
from tests.network.sides import GoodSide, WeakSide, meet

pytestmark = [pytest.mark.network, pytest.mark.browser]

SECONDS = 7.0
"""How long a link is watched. ``scripts/weak-links`` takes more time."""


ACCUSTOMED = 4.0
"""Seconds in which the browsers' and the server's estimates rise before anything is measured."""

COMES_BACK = ("free", "broad", "outage")
"""Where the link is good at the end, and media must be there again."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_two_people_meet_over_a_weak_link(scenario: Scenario, good_side: GoodSide, weak_side: WeakSide) -> None:
    meeting = await meet(good_side, weak_side, scenario.before)
    await see_and_hear_each_other(meeting, 20)
    await asyncio.sleep(ACCUSTOMED)
    record = await play(scenario, SECONDS, meeting, weak_side.link)
    record.write(RESULTS)
    expected = EXPECTED[scenario.name]
    assert expected.weak.shortfalls(record.received["weak"], record.gaps["weak"]) == []
    assert expected.good.shortfalls(record.received["good"], record.gaps["good"]) == []
    assert record.server[-1].estimate is not None
    if scenario.name in COMES_BACK:
        await see_and_hear_each_other(meeting, 10)
    for page in meeting.pages().values():
        assert page.errors == []  # type: ignore[attr-defined]
