"""What a caller hears and what the keys do, in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.phone.menu import (
    ANSWER_WITHIN,
    FAREWELL_WITHIN,
    FIRST_PENALTY,
    IN_WITHIN,
    MOST_ASKED,
    MOST_DIGITS,
    MOST_WRONG,
    PIN_WITHIN,
    STAR_WITHIN,
    Action,
    Enter,
    HangUp,
    Hush,
    Menu,
    Say,
    Stage,
    TellSpeaker,
    ToggleHand,
    ToggleMicrophone,
    TryPin,
)
from server.phone.phrases import NUMBER_WORDS, all_pieces, number_words, pieces


def said(actions: list[Action]) -> list[str]:
    return [phrase for action in actions if isinstance(action, Say) for phrase, _ in action.phrases]


def press(menu: Menu, keys: str, now: float = 0.0) -> list[Action]:
    return [action for key in keys for action in menu.digit(key, now)]


def inside(others: int = 3) -> Menu:
    menu = Menu()
    menu.answered(0)
    press(menu, "123456789#")
    menu.pin_right()
    menu.entered(others)
    return menu


def test_a_caller_is_welcomed_in_indonesian_told_of_english_and_comes_in_by_the_pin() -> None:
    menu = Menu()
    actions = menu.answered(0)
    assert said(actions) == ["welcome", "other_language", "enter_pin"]
    assert [action.language for action in actions if isinstance(action, Say)] == ["id", "en", "id"]
    assert press(menu, "123456789#")[-1] == TryPin("123456789")
    assert menu.pin_right() == []
    [welcome] = menu.entered(21)
    assert welcome == Say((("you_are_in", None), ("others_here", 21)), "id")
    assert said(inside().speaks("nobody", 0)) == ["nobody_speaks", "alone"]


def test_a_wrong_pin_is_said_to_be_wrong_later_each_time_and_the_third_ends_the_call() -> None:
    menu, now, delays = Menu(), 0.0, []
    menu.answered(now)
    for _ in range(MOST_WRONG):
        press(menu, "000000000#", now)
        assert menu.pin_wrong(now, blocked=False) == []
        assert press(menu, "123456789#", now) == [], "nothing is taken meanwhile"
        assert menu.deadline is not None
        delays.append(menu.deadline - now)
        now = menu.deadline
        actions = menu.tick(now)
    assert delays == [FIRST_PENALTY, 2 * FIRST_PENALTY, 4 * FIRST_PENALTY]
    assert said(actions) == ["too_many_tries"]
    assert menu.played() == [HangUp("wrong_pin")]
    assert press(menu, "1#") == []


def test_who_is_blocked_hears_it_after_the_same_delay_as_a_wrong_pin() -> None:
    menu = Menu()
    menu.answered(0)
    press(menu, "123456789#")
    menu.pin_wrong(0, blocked=True)
    assert menu.deadline == FIRST_PENALTY
    assert said(menu.tick(FIRST_PENALTY)) == ["too_many_tries"]


def test_the_pin_is_asked_for_again_and_then_the_call_ends() -> None:
    menu, now = Menu(), 0.0
    menu.answered(now)
    for _ in range(MOST_ASKED - 1):
        press(menu, "12", now)
        assert menu.tick(now + PIN_WITHIN - 0.1) == []
        now += PIN_WITHIN
        assert said(menu.tick(now)) == ["enter_pin"]
    press(menu, "9#", now)
    assert menu.stage is Stage.CHECKING, "what was pressed before the time-out is forgotten"
    menu = Menu()
    menu.answered(0)
    for turn in range(1, MOST_ASKED + 1):
        actions = menu.tick(turn * PIN_WITHIN)
    assert said(actions) == ["no_input"]
    assert menu.tick(MOST_ASKED * PIN_WITHIN + FAREWELL_WITHIN) == [HangUp("no_input")]


def test_whatever_is_pressed_a_call_without_a_pin_ends() -> None:
    menu, now = Menu(), 0.0
    menu.answered(now)
    while menu.stage is Stage.PIN and now < 10 * IN_WITHIN:
        now += PIN_WITHIN - 1
        if menu.deadline is not None and now >= menu.deadline:
            menu.tick(now)
        press(menu, "1*1", now)
    assert menu.stage is Stage.ENDING
    assert now < IN_WITHIN + PIN_WITHIN


def test_the_keys_in_a_meeting_and_nothing_without_the_star() -> None:
    menu = inside()
    assert press(menu, "*6") == [ToggleMicrophone()]
    assert press(menu, "*9") == [ToggleHand()]
    assert press(menu, "*7") == [TellSpeaker()]
    assert said(press(menu, "*0")) == ["help"]
    assert press(menu, "6970#5*5*") == []
    assert menu.digit("6", STAR_WITHIN + 1) == [], "the star was too long ago"


def test_the_language_is_chosen_at_any_time() -> None:
    menu = Menu()
    menu.answered(0)
    actions = press(menu, "*2")
    assert said(actions) == ["language_chosen", "enter_pin"]
    assert all(action.language == "en" for action in actions if isinstance(action, Say))
    assert press(menu, "12#")[-1] == TryPin("12"), "the keys of the language are no part of the PIN"
    menu = inside()
    press(menu, "*2")
    assert menu.microphone(False, by_chair=True) == [Say((("muted_by_chair", None),), "en")]


def test_whoever_is_called_comes_in_by_a_key_and_an_answering_machine_never_does() -> None:
    menu = Menu()
    assert said(menu.picked_up(0)) == ["welcome", "invited", "other_language"]
    assert press(menu, "2#*") == []
    assert press(menu, "1", 10) == [Hush(), Enter()]
    machine = Menu()
    machine.picked_up(0)
    assert said(machine.tick(ANSWER_WITHIN)) == ["no_input"]
    assert machine.played() == [HangUp("no_input")]


@pytest.mark.parametrize("reason", ["refused", "locked", "full", "removed", "meeting_ended", "server_stopping"])
def test_who_is_turned_away_hears_why_once_and_the_call_ends(reason: str) -> None:
    menu = inside()
    assert said(menu.turned_away(reason, 5)) == [reason]  # type: ignore[arg-type]
    assert menu.turned_away("removed", 6) == []
    assert menu.microphone(True, by_chair=True) == []
    assert menu.tick(5 + FAREWELL_WITHIN) == [HangUp(reason)]  # type: ignore[arg-type]
    assert menu.played() == []


@given(st.text(max_size=200), st.sampled_from(["answered", "picked_up"]))
def test_whatever_is_pressed_nobody_comes_in_and_memory_is_bounded(keys: str, begin: str) -> None:
    menu = Menu()
    getattr(menu, begin)(0.0)
    for number, key in enumerate(keys):
        for action in menu.digit(key, number / 10):
            assert not isinstance(action, TryPin) or 1 <= len(action.pin) <= MOST_DIGITS + 1
            assert not isinstance(action, ToggleMicrophone | ToggleHand | TellSpeaker)
    assert menu.stage in (Stage.PIN, Stage.CHECKING, Stage.INVITED, Stage.ENTERING)


def test_numbers_are_spoken_as_people_say_them() -> None:
    assert number_words(0, "id") == ["nol"]
    assert number_words(11, "id") == ["sebelas"]
    assert number_words(17, "id") == ["tujuh", "belas"]
    assert number_words(40, "id") == ["empat", "puluh"]
    assert number_words(122, "id") == ["seratus", "dua", "puluh", "dua"]
    assert number_words(122, "en") == ["one", "hundred", "twenty", "two"]
    assert number_words(13, "en") == ["thirteen"]
    for language in ("id", "en"):
        words = {word for number in range(1000) for word in number_words(number, language)}  # type: ignore[arg-type]
        assert words == set(NUMBER_WORDS[language])  # type: ignore[index]


def test_every_phrase_is_there_in_both_languages_and_counts_people_in_words() -> None:
    assert {piece.name for piece in all_pieces("id")} >= {"welcome", "others_here_before", "others_here_after"}
    assert [piece.name for piece in pieces("others_here", 1, "en")] == ["others_here_one"]
    assert [piece.text for piece in pieces("others_here", 12, "id")] == ["Ada", "dua", "belas", "orang lain di sini"]
    assert len(all_pieces("en")) > 30
