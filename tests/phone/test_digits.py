"""Digits by RFC 4733: once a press, whatever the network does to its packets."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.phone.digits import DIGITS, DigitReader, press


@given(
    st.lists(st.sampled_from(DIGITS), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_each_press_is_told_once_whatever_is_lost_twice_or_out_of_order(
    pressed: list[str], chance: random.Random
) -> None:
    reader, told = DigitReader(), []
    for number, digit in enumerate(pressed):
        packets = press(digit, clock_rate=8_000)
        arriving = [packet for packet in packets if chance.random() < 0.6] or [packets[-1]]
        arriving += chance.sample(arriving, len(arriving) // 2)
        chance.shuffle(arriving)
        told += [reader.receive(1_000 + number * 4_000, packet) for packet in arriving]
    assert [digit for digit in told if digit] == pressed


def test_a_packet_of_an_earlier_press_is_no_new_one() -> None:
    reader = DigitReader()
    assert reader.receive(8_000, press("1", clock_rate=8_000)[0]) == "1"
    assert reader.receive(12_000, press("2", clock_rate=8_000)[0]) == "2"
    assert reader.receive(8_000, press("1", clock_rate=8_000)[-1]) is None


def test_a_press_that_goes_on_in_another_segment_is_one() -> None:
    reader = DigitReader()
    assert reader.receive(0, struct.pack("!BBH", 5, 10, 0xFFFF)) == "5"
    assert reader.receive(0xFFFF, struct.pack("!BBH", 5, 10, 160)) is None
    assert reader.receive(0xFFFF, struct.pack("!BBH", 5, 0x8A, 320)) is None
    assert reader.receive(0xFFFF + 320, struct.pack("!BBH", 5, 10, 160)) == "5"


@given(st.integers(0, 2**33), st.binary(max_size=3) | st.binary(max_size=8).map(lambda rest: b"\x10" + rest))
def test_other_events_and_rubbish_are_no_digits(timestamp: int, payload: bytes) -> None:
    assert DigitReader().receive(timestamp, payload) is None


def test_nothing_but_digits_is_sent() -> None:
    with pytest.raises(ValueError, match="substring"):
        press("x", clock_rate=8_000)
