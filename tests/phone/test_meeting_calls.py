"""The calls of one meeting: whom it may call, how often, and what is shown of it. In virtual time."""

from __future__ import annotations

import pytest

from server.participant import Participant, Person
from server.phone.budget import Budget
from server.phone.calls import BURST, MOST_SHOWN, REFILL, CallState, PhoneCall, PhoneCalls, TooManyCallsError
from server.phone.numbers import BadNumberError, DialRules, NumberNotAllowedError, PhoneBook, read_names
from server.roles import Role

HOST = Participant("h", "Host", Role.HOST, Person("h"))


def calls_of(placed: list[PhoneCall], everybody: Budget | None = None) -> PhoneCalls:
    return PhoneCalls(DialRules(("+62",)), placed.append, everybody or Budget(1_000, 1))


def dial_all(calls: PhoneCalls, times: int, now: float) -> int:
    """How many of so many calls, none of which is answered, can be made."""
    made = 0
    for number in range(times):
        try:
            call = calls.dial(HOST, f"+6281234{number:05}", now)
        except TooManyCallsError:
            continue
        calls.set_state(call.id, CallState.NO_ANSWER)
        made += 1
    return made


def test_one_meeting_calls_so_many_and_all_meetings_together_so_many() -> None:
    calls = calls_of([])
    assert dial_all(calls, 100, 0) == BURST
    assert dial_all(calls, 100, 10 * REFILL) == 10
    everybody = Budget(5, 60)
    assert sum(dial_all(calls_of([], everybody), 100, 0) for _ in range(10)) == 5


def test_the_list_is_bounded_and_what_is_over_goes_first() -> None:
    placed: list[PhoneCall] = []
    calls = calls_of(placed)
    kept = calls.dial(HOST, "+62811111111", 0)
    for turn in range(100):
        call = calls.dial(HOST, f"+6281234{turn:05}", turn * 1_000.0)
        calls.set_state(call.id, CallState.BUSY)
    assert len(list(calls)) == MOST_SHOWN + 1
    assert kept.id in {call.id for call in calls}


def test_the_end_of_the_meeting_gives_up_whoever_is_being_called() -> None:
    calls = calls_of([])
    given_up: list[str] = []
    calls.on("cancelled", given_up.append)
    ringing, over = calls.dial(HOST, "+62811111111", 0), calls.dial(HOST, "+62811111112", 0)
    calls.set_state(over.id, CallState.BUSY)
    calls.close()
    assert given_up == [ringing.id]


@pytest.mark.parametrize("written", ["", "abc", "+", "++62811", "0" * 50, "+62 811; rm", "sip:+62811@x", "\ud800"])
def test_what_is_no_number_is_not_called(written: str) -> None:
    with pytest.raises((BadNumberError, NumberNotAllowedError)):
        DialRules(("+62", "0", "1")).number(written)


def test_a_caller_is_who_the_operators_list_says_or_the_masked_number_or_nobody_in_particular() -> None:
    names = read_names("number,name\n0811 1222 333, Kepala Desa \u202eBatuan\n\n+6281234567890,Ayu,more\n")
    book = PhoneBook(names)
    assert book.caller("628111222333").name == "Kepala Desa Batuan"
    assert book.caller("08123456789").name == "+62 812 •••• 789"
    for withheld in ("", "anonymous", "Anonymous <sip:x>"):
        caller = book.caller(withheld)
        assert (caller.number, caller.name, caller.digest) == ("", "Telepon", "")
    assert "8123" not in repr(book.caller("08123456789")), "numbers are not for logs"
    for bad in ("x,y\nno number,Ayu", "0811122233\n0811122234,"):
        with pytest.raises(ValueError, match="line 2"):
            read_names(bad)
