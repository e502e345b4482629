"""What a record of ``getStats()`` comes to."""

from __future__ import annotations

import pytest

from tests.network.impairment import Conditions
from tests.network.sampling import Sample, received
from tests.network.scenarios import Expectation, Phase, Scenario
from tests.network.voices import Gap


def said(at: float, *, frames: int, frozen: float = 0.0, width: int = 640, lost: int = 0, made_up: int = 0) -> Sample:
    """What a page says that receives one camera and one voice."""
    video = {"framesDecoded": frames, "totalFreezesDuration": frozen, "frameWidth": width}
    return {
        "at": at,
        "video": {"v0": {**video, "packetsReceived": frames * 9, "packetsLost": lost}},
        "audio": {"a0": {"concealedSamples": made_up, "totalSamplesReceived": at * 48_000}},
        "incoming": None,
        "outgoing": {"availableOutgoingBitrate": 250_000},
    }


def test_a_picture_that_stands_still_at_the_end_is_frozen_though_chromium_has_not_counted_it_yet() -> None:
    frames = [0, 10, 20, 20, 20]
    got = received([said(at, frames=count, frozen=0.5 if at else 0.0) for at, count in enumerate(frames)])
    assert got.frozen == pytest.approx((0.5 + 2) / 4)
    assert received([said(at, frames=0) for at in range(3)]).frozen == 1.0
    assert received([said(at, frames=at * 10) for at in range(3)]).frozen == 0.0


def test_a_freeze_is_told_of_the_time_when_it_was_though_chromium_counts_it_when_it_ends() -> None:
    counted = [(0, 0.0), (10, 0.0), (10, 0.0), (10, 0.0), (20, 3.0), (30, 3.0)]
    samples = [said(at, frames=frames, frozen=frozen) for at, (frames, frozen) in enumerate(counted)]
    assert received(samples[:4]).frozen == pytest.approx(2 / 3)
    assert received(samples[3:], samples[:3]).frozen == pytest.approx(1 / 2)
    assert received(samples).frozen == pytest.approx(3 / 5)


def test_a_picture_that_chromium_takes_for_paused_stood_still_all_the_same() -> None:
    frames = [0, 10, *[20] * 7, 30]
    assert received([said(at, frames=count) for at, count in enumerate(frames)]).frozen == pytest.approx(6 / 9)


def test_only_what_came_between_the_first_sample_and_the_last_counts() -> None:
    samples = [
        said(10, frames=100, lost=50, made_up=48_000),
        said(11, frames=110, lost=55, width=320, made_up=48_000 + 4_800),
        said(12, frames=120, lost=70, width=320, made_up=48_000 + 9_600),
    ]
    got = received(samples)
    assert got.frames_per_s == pytest.approx(10)
    assert got.video_lost == pytest.approx(20 / (20 + 180))
    assert got.concealed == pytest.approx(0.1)
    assert got.widths == [640, 320]
    assert (got.estimate_in_kbit_s, got.estimate_out_kbit_s) == (None, 250)


def test_an_expectation_names_what_falls_short_and_nothing_else() -> None:
    got = received([said(0, frames=0), said(1, frames=5, frozen=0.4), said(2, frames=10, frozen=0.4)])
    assert Expectation().shortfalls(got) == []
    assert Expectation(max_frozen=0.25, max_concealed=0.1, min_frames_per_s=5).shortfalls(got) == []
    assert len(Expectation(max_frozen=0.1, max_concealed=0.1, min_frames_per_s=6).shortfalls(got)) == 2
    gaps = [Gap(0.1, 0.15), Gap(0.6, 0.25)]
    assert Expectation(max_gap=0.3).shortfalls(got, gaps) == []
    assert Expectation(max_gap=0.2).shortfalls(got, gaps) == ["nothing of the voice for 250 ms, 200 ms at most"]


def test_phases_share_what_those_of_a_fixed_length_leave() -> None:
    good, bad = Conditions(), Conditions(loss=1.0)
    scenario = Scenario("", "", (Phase(good, 3.0), Phase(bad, 1.0), Phase(good), Phase(bad)))
    assert scenario.timetable(10) == [(3.0, good), (1.0, bad), (3.0, good), (3.0, bad)]
