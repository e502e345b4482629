"""The jitter buffer in virtual time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.phone.jitter_buffer import JitterBuffer
from server.phone.media_thread import arrival

RATE = 8_000


class Scene:
    """Packets with arrival times, pulled out every 20 ms from a phase on."""

    def __init__(self, arrivals: Iterable[tuple[float, int]], *, phase: float = 0.007) -> None:
        """``arrivals``: when (s), and which packet of 20 ms."""
        self.buffer = JitterBuffer(RATE)
        self.told: list[str] = []
        self.played: list[int] = []
        self.waited: list[float] = []
        """Seconds from arrival to play, by packet played."""
        arrived: dict[int, float] = {}
        waiting = sorted(arrivals)
        end = waiting[-1][0] + 0.5
        tick = phase
        while tick < end:
            while waiting and waiting[0][0] <= tick:
                at, number = waiting.pop(0)
                arrived.setdefault(number, at)
                self.buffer.insert(at, number, number * 160, number.to_bytes(4, "big"))
            popped = self.buffer.pop(tick)
            self.told.append(popped.kind)
            if popped.kind == "packet":
                number = int.from_bytes(popped.payload, "big")
                self.played.append(number)
                self.waited.append(tick - number * 0.02)
            tick += 0.02


def test_on_a_good_network_nothing_is_kept_longer_than_until_the_next_tick() -> None:
    scene = Scene((i * 0.02, i) for i in range(500))
    assert scene.played == list(range(500))
    assert max(scene.waited) <= 0.02 + 1e-6
    assert scene.buffer.delay < 1e-6


@pytest.mark.parametrize("spread", [0.01, 0.04, 0.08])
def test_jitter_costs_as_much_delay_as_it_has_and_hardly_a_hole(spread: float) -> None:
    chance = random.Random(1)
    scene = Scene((i * 0.02 + chance.random() * spread, i) for i in range(1_500))
    settled = scene.told[100:-30]
    assert settled.count("packet") >= 0.97 * len(settled)
    assert sorted(scene.played) == scene.played
    assert max(scene.waited[200:]) <= spread + 0.045
    assert scene.buffer.delay <= spread


def test_what_is_lost_is_told_in_its_place() -> None:
    scene = Scene((i * 0.02, i) for i in range(300) if i % 10)
    told = Counter(scene.told)
    assert told["packet"] == 270
    assert told["lost"] == 29, "the first was never missed"


def test_after_a_silence_without_packets_it_goes_on_at_the_right_time() -> None:
    talk = [*range(50), *range(200, 250)]  # 3 s of silence, without a gap in sequence numbers
    buffer, played = JitterBuffer(RATE), []
    tick = 0.007
    while tick < 6:
        for sequence, number in enumerate(talk):
            if tick - 0.02 < number * 0.02 <= tick:
                buffer.insert(number * 0.02, sequence, number * 160, bytes([number]))
        popped = buffer.pop(tick)
        if popped.kind == "packet":
            played.append((popped.payload[0], tick))
        assert popped.kind != "lost"
        tick += 0.02
    assert [number for number, _ in played] == talk
    assert all(tick - number * 0.02 <= 0.021 for number, tick in played)


def test_a_sender_whose_numbers_begin_anew_is_heard_at_once() -> None:
    buffer = JitterBuffer(RATE)
    for i in range(100):
        buffer.insert(i * 0.02, 100_000 + i, 5_000_000 + i * 160, b"old")
        buffer.pop(i * 0.02)
    popped = []
    for i in range(100, 110):
        buffer.insert(i * 0.02, 7 + i, i * 160, b"new")
        popped.append(buffer.pop(i * 0.02))
    assert sum(one.payload == b"new" for one in popped) >= 9


@given(
    st.lists(st.tuples(st.floats(0, 3, allow_nan=False), st.integers(0, 70_000), st.integers(0, 2**34)), max_size=300)
)
def test_whatever_comes_it_stays_small_and_goes_forward(packets: list[tuple[float, int, int]]) -> None:
    buffer = JitterBuffer(RATE)
    for at, sequence, timestamp in sorted(packets):
        buffer.insert(at, sequence, timestamp, b"")
        buffer.pop(at)
        assert 0 <= buffer.delay <= 0.2
        assert len(buffer._packets) <= 50


def test_ticks_that_are_caught_up_with_leave_the_delay_as_it_was() -> None:
    buffer = JitterBuffer(48_000)
    came = 0
    for tick in range(300):
        behind = max(0, 203 - tick) if tick >= 200 else 0  # the thread was held up until what should have been tick 203
        while came <= tick + behind:
            buffer.insert(arrival(tick * 0.02, (tick + behind) * 0.02 + 0.001), came, came * 960, b"")
            came += 1
        buffer.pop(tick * 0.02)
    assert buffer.delay < 0.001
