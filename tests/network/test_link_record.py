"""What is told of a link's queue and of voices."""

from __future__ import annotations

import pytest

from tests.network.impairment import Conditions, Direction
from tests.network.link_record import DirectionRecord, Waits
from tests.network.voices import Gap

PACKET = bytes(1000)
"""8,000 bits: 10 ms at 800 kbit/s."""


def record_of(link: Direction, gaps: list[Gap] | None = None) -> DirectionRecord:
    return DirectionRecord([(number / 10, did) for number, did in sorted(link.slices.items())], gaps or [], [])


def test_a_packet_waits_for_those_before_it_and_not_for_itself() -> None:
    link = Direction(Conditions(rate=800_000, queue=1.0, delay=0.5))
    for _ in range(20):
        link.offer(1.0, PACKET)
    link.arrived(9.0)
    record = record_of(link)
    assert record.waits(1, 2) == Waits(p50=95, p95=185, longest=195)
    assert record.waits(2, 3) == Waits(0, 0, 0)
    assert record.carried(1, 2) == 160_000


def test_the_wait_goes_on_where_the_rate_changes_in_the_midst() -> None:
    link = Direction(Conditions(rate=800_000))
    link.offer(0.0, PACKET)
    link.offer(0.0, PACKET)
    link.change(0.005, Conditions(rate=80_000))
    link.arrived(1.0)
    assert record_of(link).waits(0, 1).longest == 60  # the first leaves after 55 ms


def test_each_second_tells_what_was_carried_dropped_and_lost() -> None:
    link = Direction(Conditions(rate=80_000, queue=0.5, loss=0.2), seed=2)
    for number in range(200):
        link.offer(number / 100, PACKET)
    link.arrived(9.0)
    rows = record_of(link).by_second(3)
    assert rows[1]["carried"] == pytest.approx(80_000, abs=8_000)
    assert rows[1]["wait_p50_ms"] == pytest.approx(550, abs=60)
    assert sum(row["queue_drops"] for row in rows) == link.counters.queue_drops > 100
    assert sum(row["lost"] for row in rows) == link.counters.lost > 0


def test_a_gap_is_of_the_time_when_it_ends() -> None:
    record = record_of(Direction(Conditions()), [Gap(0.9, 0.3), Gap(1.5, 0.2), Gap(3.0, 0.15)])
    assert record.longest_gap(0, 1) == 0.0
    assert record.longest_gap(1, 3) == 0.3
    assert record.longest_gap(3, 4) == 0.15
