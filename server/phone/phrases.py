"""What is said to callers: each phrase's text in each language, and how numbers are spoken. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Phrase = Literal[
    "welcome",
    "other_language",
    "enter_pin",
    "wrong_pin",
    "too_many_tries",
    "no_input",
    "invited",
    "waiting_room",
    "refused",
    "locked",
    "full",
    "you_are_in",
    "alone",
    "others_here",
    "somebody_speaks",
    "you_speak",
    "nobody_speaks",
    "muted",
    "muted_by_chair",
    "unmuted",
    "may_not_unmute",
    "asked_to_unmute",
    "floor_offered",
    "hand_raised",
    "hand_lowered",
    "help",
    "language_chosen",
    "removed",
    "meeting_ended",
    "server_stopping",
]
PHRASES: tuple[Phrase, ...] = get_args(Phrase)

TEXTS = Path(__file__).parent / "texts"
"""The folder of the texts, a TOML file for each language."""
NUMBER = "{n}"
"""Where a phrase says how many."""
MOST = 999
"""The highest number that is spoken."""

_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", *_TEENS)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_INDONESIAN = (*_UNITS, "sepuluh", "sebelas")

NUMBER_WORDS: dict[Language, tuple[str, ...]] = {
    "en": (*_ENGLISH, *_TENS[2:], "hundred"),
    "id": (*_INDONESIAN, "belas", "puluh", "seratus", "ratus"),
}
"""The words of which all numbers are made: a sound each."""


def number_words(number: int, language: Language) -> list[str]:
    """How a number is spoken. ValueError below 0 and above ``MOST``."""
    if not 0 <= number <= MOST:
        raise ValueError(f"only 0 to {MOST} are spoken")
    return _english(number) if language == "en" else _indonesian(number)


def _english(number: int) -> list[str]:
    if number < 20:
        return [_ENGLISH[number]]
    if number < 100:
        return [_TENS[number // 10], *([_ENGLISH[number % 10]] if number % 10 else [])]
    return [_ENGLISH[number // 100], "hundred", *(_english(number % 100) if number % 100 else [])]


def _indonesian(number: int) -> list[str]:
    if number < 12:
        return [_INDONESIAN[number]]
    if number < 20:
        return [_INDONESIAN[number - 10], "belas"]
    if number < 100:
        return [_INDONESIAN[number // 10], "puluh", *([_INDONESIAN[number % 10]] if number % 10 else [])]
    hundreds = ["seratus"] if number < 200 else [_INDONESIAN[number // 100], "ratus"]
    return [*hundreds, *(_indonesian(number % 100) if number % 100 else [])]


@dataclass(frozen=True)
class Piece:
    """One sound of which phrases are put together."""

    name: str
    """The file's, without its ending."""
    text: str


def pieces(phrase: Phrase, number: int | None, language: Language) -> list[Piece]:
    """The sounds of a phrase, in order. ValueError for a phrase that says how many, without a number."""
    texts = _texts(language)
    if number == 1 and f"{phrase}_one" in texts:
        return [Piece(f"{phrase}_one", texts[f"{phrase}_one"])]
    text = texts[phrase]
    if NUMBER not in text:
        return [Piece(phrase, text)]
    if number is None:
        raise ValueError(f"{phrase} says how many")
    before, after = (part.strip(" .,") for part in text.split(NUMBER))
    spoken = [Piece(f"number_{word}", word) for word in number_words(min(number, MOST), language)]
    around = (Piece(f"{phrase}_before", before), *spoken, Piece(f"{phrase}_after", after))
    return [piece for piece in around if piece.text]


def all_pieces(language: Language) -> list[Piece]:
    """Every sound that there has to be for a language, each once."""
    found: dict[str, Piece] = {}
    for phrase in PHRASES:
        for number in (1, 2):
            found |= {piece.name: piece for piece in pieces(phrase, number, language)}
    found |= {f"number_{word}": Piece(f"number_{word}", word) for word in NUMBER_WORDS[language]}
    return list(found.values())


@cache
def _texts(language: Language) -> dict[str, str]:
    texts: dict[str, str] = tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
    return texts
