"""Telephone numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.attendance.phone import normal_number, shown_number


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("+62 812-3456-789", "+628123456789"),
        ("0812 3456 789", "+628123456789"),
        ("(0361) 943 123", "+62361943123"),
        ("628123456789", "+628123456789"),
        ("0062 812 3456 789", "+628123456789"),
        ("+62 (0)812 3456 789", "+628123456789"),
        ("\uff10\uff18\uff11\uff12 3456 789", "+628123456789"),
        ("+65 9123 4567", "+6591234567"),
        ("1042", "1042"),
        ("62 31", "6231"),
        ("anonymous", None),
        ("+", None),
        ("", None),
        (None, None),
        ("0" * 40, None),
        ("+62 1", None),
        ("01", "01"),
        ("0812x3456", None),
    ],
)
def test_each_number_has_one_spelling(written: str | None, normal: str | None) -> None:
    assert normal_number(written) == normal


@pytest.mark.parametrize(
    ("number", "shown", "masked"),
    [
        ("+628123456789", "+62 812 3456 789", "+62 812 •••• 789"),
        ("+6281234567890", "+62 812 3456 7890", "+62 812 •••• 890"),
        ("+6591234567", "+65 912 3456 7", "+65 •••• 67"),
        ("+670771234567", "+670 771 2345 67", "+670 771 •••• 567"),
        ("+12025550123", "+1 202 5550 123", "+1 202 •••• 123"),
        ("1042", "1042", "•••• 42"),
    ],
)
def test_numbers_are_shown_in_groups_and_masked_in_the_middle(number: str, shown: str, masked: str) -> None:
    assert (shown_number(number), shown_number(number, masked=True)) == (shown, masked)


@given(st.text(alphabet="0123456789+-() /x", max_size=20))
def test_a_normal_number_is_normal_and_its_mask_hides_digits(written: str) -> None:
    number = normal_number(written)
    if number is None:
        return
    assert normal_number(number) == number
    assert shown_number(number).replace(" ", "") == number
    hidden = len(re.sub(r"\D", "", number)) - len(re.sub(r"\D", "", shown_number(number, masked=True)))
    assert hidden >= 1 or len(number) == 2
