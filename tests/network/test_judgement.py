"""What a stretch of a record comes to."""

from __future__ import annotations

import pytest

from tests.network.demands import DEMANDS, estimate_fits, flows_within, queue_is_short, voice_goes_on
from tests.network.impairment import Conditions, Slice
from tests.network.judgement import judge, seconds_to_flow
from tests.network.link_record import DirectionRecord
from tests.network.sampling import Sample, received
from tests.network.scenarios import BROAD, FREE, NARROW, SCENARIOS, fitting
from tests.network.voices import Gap


def said(at: float, frames: int, width: int = 320) -> Sample:
    return {
        "at": at,
        "video": {"v0": {"framesDecoded": frames, "frameWidth": width}},
        "audio": {"a0": {"concealedSamples": 0, "totalSamplesReceived": at * 48_000}},
        "incoming": None,
        "outgoing": None,
    }


def test_a_picture_flows_from_when_enough_frames_come_in_each_of_three_seconds() -> None:
    frames = [0, 10, 10, 19, 20, 26, 34, 42, 50]
    samples = [said(at, count) for at, count in enumerate(frames)]
    assert seconds_to_flow(samples, 0, 8, 320) == 4  # neither the first second nor the third goes on
    assert seconds_to_flow(samples, 3, 8, 320) == 1
    assert seconds_to_flow(samples, 3, 6, 320) is None
    assert seconds_to_flow([said(at, at * 6) for at in range(4)], 0, 3, 320) == 0


def test_a_picture_that_is_smaller_than_fits_does_not_flow_yet() -> None:
    samples = [said(at, at * 10, width) for at, width in enumerate([640, 320, 320, 640, 640, 640])]
    assert seconds_to_flow(samples, 0, 5, 640) == 2
    assert seconds_to_flow(samples, 0, 5, 320) == 0


def test_the_layer_that_fits_leaves_room_for_a_voice() -> None:
    assert fitting(FREE) == fitting(BROAD) == 640
    assert fitting(NARROW) == 320
    assert fitting(Conditions(rate=100_000)) == 0


def test_estimates_and_queues_are_judged_when_they_have_settled_and_gaps_from_the_beginning() -> None:
    slices = [(second / 10, Slice(carried_bytes=2_500, waits={60 if second < 50 else 4: 10})) for second in range(200)]
    link = DirectionRecord(slices, [Gap(0.5, 0.25), Gap(12.0, 0.15)], [])
    estimates = [(float(at), 900_000.0 if at < 8 else 240_000.0) for at in range(20)]
    samples = [said(at, at * 10) for at in range(21)]
    judged = judge(link, samples, estimates, 0, 20, 300_000, 320)
    assert judged.estimate_share == pytest.approx(0.8)
    assert (judged.waits.p95, judged.waits_from_the_beginning.p95) == (25, 305)
    assert judged.carried == pytest.approx(200_000)
    assert (judged.longest_gap, judged.gaps_over_200_ms) == (0.25, 1)
    got = received(samples)
    assert [judging(judged, got)[0] for judging in (estimate_fits, queue_is_short, voice_goes_on, flows_within(3))] == [
        True, True, False, True,
    ]  # fmt: skip


def test_every_demand_is_on_a_stretch_that_there_is() -> None:
    stretches = {scenario.name: len(scenario.phases) for scenario in SCENARIOS}
    for demand in DEMANDS:
        assert -stretches[demand.scenario] <= demand.stretch < stretches[demand.scenario]
