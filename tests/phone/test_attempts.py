"""Guessing PINs over the telephone, in virtual time."""

from __future__ import annotations

from server.phone.attempts import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    FREE,
    LONGEST_WAIT,
    SOURCE_BURST,
    TOTAL_BURST,
    Attempts,
)


def guess(attempts: Attempts, seconds: float, caller: str = "", sources: int = 1) -> int:
    """How many PINs somebody gets tried who tries whenever they may."""
    now, tried = 0.0, 0
    while now < seconds:
        source = f"trunk {tried % sources}"
        if (wait := attempts.wait(source, caller, now)) > 0:
            now += wait
            continue
        attempts.failed(source, caller, now)
        tried += 1
        now += 0.01
    return tried


def test_one_caller_waits_twice_as_long_after_each_failure() -> None:
    attempts, waits, now = Attempts(), [], 0.0
    for _ in range(FREE + 9):
        attempts.failed("t", "a", now)
        waits.append(attempts.wait("t", "a", now))
        now += waits[-1]
    assert waits[: FREE - 1] == [0] * (FREE - 1)
    assert waits[FREE - 1 : FREE + 2] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT


def test_a_day_of_guessing_by_one_caller_over_one_trunk_and_by_all_trunks_is_hopeless() -> None:
    day = 24 * 3600.0
    assert guess(Attempts(), day, "one") < 40
    assert guess(Attempts(), day) <= SOURCE_BURST + day / 30 + 1
    assert guess(Attempts(), day, sources=500) <= TOTAL_BURST + day / 10 + 1


def test_who_entered_a_right_pin_lately_is_not_shut_out_by_others_guessing() -> None:
    attempts = Attempts()
    attempts.succeeded("village head", 0)
    guess(attempts, 10, sources=500)
    assert attempts.wait("trunk 0", "somebody else", 10) > 0
    assert attempts.wait("trunk 0", "village head", 10) == 0
    for _ in range(FREE):
        attempts.failed("trunk 0", "village head", 10)
    assert attempts.wait("trunk 0", "village head", 10) == FIRST_WAIT
    assert attempts.wait("trunk 0", "village head", FORGOTTEN_AFTER + 1) == 0


def test_a_right_pin_and_a_day_forget_failures() -> None:
    attempts = Attempts()
    for _ in range(FREE + 3):
        attempts.failed("t", "a", 0)
        attempts.failed("t", "b", 0)
    attempts.succeeded("a", 1)
    assert attempts.wait("t", "a", 1) == 0
    attempts.failed("t", "b", FORGOTTEN_AFTER + 1)
    assert attempts.wait("t", "b", FORGOTTEN_AFTER + 1) == 0


def test_memory_is_bounded_however_many_call() -> None:
    attempts = Attempts(most=50)
    for number in range(5_000):
        attempts.failed(f"t{number}", f"a{number}", number)
        attempts.succeeded(f"b{number}", number)
    assert len(attempts) <= 150
