"""What a caller hears and what the keys do. A pure state machine: events and the time go in, actions come out.

Keys: digits and ``#`` before the meeting; in it ``*6`` mutes and unmutes, ``*9`` raises and lowers the hand, ``*7``
says who speaks, ``*0`` says the keys. ``*1`` and ``*2`` choose the language at any time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from server.phone.phrases import Language, Phrase

MOST_DIGITS = 12
"""Longer PINs are none."""
MOST_WRONG = 3
"""So many wrong PINs, and the call ends."""
PIN_WITHIN = 30.0
"""Seconds without a key after which the PIN is asked for again."""
MOST_ASKED = 3
"""So often it is asked for before the call ends."""
IN_WITHIN = 180.0
"""Seconds after which a call ends that has come into no meeting and no lobby, whatever is pressed."""
ANSWER_WITHIN = 20.0
"""Seconds that whoever was called has to press 1: an answering machine never does."""
STAR_WITHIN = 4.0
"""Seconds between the star and its digit."""
FIRST_PENALTY = 1.0
"""Seconds until a wrong PIN is said to be wrong; twice as long the next time."""
FAREWELL_WITHIN = 10.0
"""Seconds after which a call ends though its last phrase has not been heard to the end."""

EndReason = Literal[
    "hung_up",
    "wrong_pin",
    "no_input",
    "refused",
    "locked",
    "full",
    "removed",
    "meeting_ended",
    "server_stopping",
]
LANGUAGE_KEYS: dict[str, Language] = {"1": "id", "2": "en"}


@dataclass(frozen=True)
class Say:
    """Play these phrases, after what is being played where ``interrupt`` is False."""

    phrases: tuple[tuple[Phrase, int | None], ...]
    language: Language
    interrupt: bool = True


@dataclass(frozen=True)
class Hush:
    """Stop what is being played: the caller knows it."""


@dataclass(frozen=True)
class TryPin:
    """Find out whether a PIN is right; then ``pin_right`` or ``pin_wrong``."""

    pin: str = field(repr=False)


@dataclass(frozen=True)
class Enter:
    """Whoever was called wants to come in."""


@dataclass(frozen=True)
class ToggleMicrophone:
    """The caller mutes or unmutes themselves."""


@dataclass(frozen=True)
class ToggleHand:
    """The caller raises or lowers their hand."""


@dataclass(frozen=True)
class TellSpeaker:
    """The caller asks who speaks; then ``speaks``."""


@dataclass(frozen=True)
class HangUp:
    """End the call."""

    reason: EndReason


Action = Say | Hush | TryPin | Enter | ToggleMicrophone | ToggleHand | TellSpeaker | HangUp


class Stage(Enum):
    """How far a call has come."""

    NEW = "new"
    PIN = "pin"
    CHECKING = "checking"
    """A PIN is being looked up, or its refusal is kept back."""
    INVITED = "invited"
    """Whoever was called is to press 1."""
    ENTERING = "entering"
    WAITING = "waiting"
    """In the lobby."""
    IN = "in"
    ENDING = "ending"
    """The last phrase is being played."""
    OVER = "over"


class Menu:
    """One call. Every method returns what is to be done; ``deadline`` is when ``tick`` is to be called."""

    def __init__(self, language: Language = "id") -> None:
        self.language: Language = language
        self.stage = Stage.NEW
        self.deadline: float | None = None
        self._give_up_at = float("inf")
        self._digits = ""
        self._star_at: float | None = None
        self._wrong = 0
        self._asked = 0
        self._penalty_over: float | None = None
        self._last_try = False
        self._reason: EndReason = "hung_up"

    # The call

    def answered(self, now: float) -> list[Action]:
        """Somebody called, and was answered: the PIN is asked for."""
        self.stage, self._give_up_at = Stage.PIN, now + IN_WITHIN
        other: Language = "en" if self.language == "id" else "id"
        return [self._say("welcome"), Say((("other_language", None),), other, interrupt=False), *self._ask(now)]

    def picked_up(self, now: float) -> list[Action]:
        """Somebody was called, and answers."""
        self.stage, self.deadline = Stage.INVITED, now + ANSWER_WITHIN
        other: Language = "en" if self.language == "id" else "id"
        return [self._say("welcome", "invited"), Say((("other_language", None),), other, interrupt=False)]

    def digit(self, digit: str, now: float) -> list[Action]:
        """A key was pressed: ``0`` to ``9``, ``*``, ``#``; others are passed over."""
        if len(digit) != 1 or digit not in "0123456789*#" or self.stage in (Stage.NEW, Stage.ENDING, Stage.OVER):
            return []
        if digit == "*":
            self._star_at = now
            return []
        starred = self._star_at is not None and now - self._star_at <= STAR_WITHIN
        self._star_at = None
        if starred and digit in LANGUAGE_KEYS:
            return self._choose(LANGUAGE_KEYS[digit], now)
        if self.stage is Stage.IN:
            return self._key(digit) if starred else []
        if self.stage is Stage.PIN:
            return self._pin_digit(digit, now)
        if self.stage is Stage.INVITED and digit == "1":
            self.stage, self.deadline = Stage.ENTERING, None
            return [Hush(), Enter()]
        return []

    def tick(self, now: float) -> list[Action]:
        """The deadline has come."""
        if self.deadline is None or now < self.deadline:
            return []
        self.deadline = None
        if self.stage is Stage.PIN and now >= self._give_up_at:
            return self._end("no_input", "no_input", now=now)
        if self.stage is Stage.ENDING:
            return self._over()
        if self.stage is Stage.PIN:
            self._digits = ""
            return self._end("no_input", "no_input", now=now) if self._asked >= MOST_ASKED else self._ask(now)
        if self.stage is Stage.INVITED:
            return self._end("no_input", "no_input", now=now)
        if self.stage is Stage.CHECKING and self._penalty_over is not None:
            return self._wrong_now(now)
        return []

    def played(self) -> list[Action]:
        """What was to be played has been heard to the end."""
        return self._over() if self.stage is Stage.ENDING else []

    # The PIN

    def pin_wrong(self, now: float, *, blocked: bool) -> list[Action]:
        """No meeting has this PIN; ``blocked``: they have tried too often, whether it was right or not."""
        self._wrong += 1
        self._last_try = blocked or self._wrong >= MOST_WRONG
        self._penalty_over = self.deadline = now + FIRST_PENALTY * 2 ** (self._wrong - 1)
        return []

    def pin_right(self) -> list[Action]:
        """There is a meeting with this PIN."""
        self.stage, self.deadline = Stage.ENTERING, None
        return []

    # The meeting

    def waits(self) -> list[Action]:
        """They are in the lobby."""
        self.stage = Stage.WAITING
        return [self._say("waiting_room")]

    def entered(self, others: int) -> list[Action]:
        """They are in, with so many others."""
        self.stage = Stage.IN
        how_many: tuple[Phrase, int | None] = ("others_here", others) if others else ("alone", None)
        return [Say((("you_are_in", None), how_many), self.language)]

    def turned_away(self, reason: EndReason, now: float) -> list[Action]:
        """They don't come in, or not any more."""
        phrases: dict[EndReason, Phrase] = {
            "refused": "refused",
            "locked": "locked",
            "full": "full",
            "removed": "removed",
            "meeting_ended": "meeting_ended",
            "server_stopping": "server_stopping",
        }
        phrase = phrases.get(reason)
        return self._end(reason, phrase, now=now) if phrase else self._end(reason, None, now=now)

    def microphone(self, on: bool, *, by_chair: bool) -> list[Action]:
        """Their microphone is on or off now."""
        if self.stage is not Stage.IN:
            return []
        return [self._say("unmuted" if on else "muted_by_chair" if by_chair else "muted")]

    def may_not_unmute(self) -> list[Action]:
        """The chair has not left that open to them."""
        return [self._say("may_not_unmute")]

    def asked_to_unmute(self, floor: bool) -> list[Action]:
        """The chair asks them to unmute; ``floor``: the floor is theirs when they do."""
        return [self._say("floor_offered" if floor else "asked_to_unmute")] if self.stage is Stage.IN else []

    def hand(self, raised: bool) -> list[Action]:
        """Their hand is up or down now, whoever lowered it."""
        return [self._say("hand_raised" if raised else "hand_lowered")] if self.stage is Stage.IN else []

    def speaks(self, who: Literal["you", "somebody", "nobody"], others: int) -> list[Action]:
        """Who speaks now, and how many others are here. Names are not spoken: no voice can be trusted with them."""
        phrase: dict[str, Phrase] = {"you": "you_speak", "somebody": "somebody_speaks", "nobody": "nobody_speaks"}
        how_many: tuple[Phrase, int | None] = ("others_here", others) if others else ("alone", None)
        return [Say(((phrase[who], None), how_many), self.language)]

    # Within

    def _say(self, *phrases: Phrase) -> Say:
        return Say(tuple((phrase, None) for phrase in phrases), self.language)

    def _ask(self, now: float) -> list[Action]:
        self._asked += 1
        self._digits = ""
        self.stage, self.deadline = Stage.PIN, min(now + PIN_WITHIN, self._give_up_at)
        return [Say((("enter_pin", None),), self.language, interrupt=False)]

    def _pin_digit(self, digit: str, now: float) -> list[Action]:
        self.deadline = min(now + PIN_WITHIN, self._give_up_at)
        if digit != "#":
            # What is too long is wrong, and is not kept.
            self._digits = (self._digits + digit)[: MOST_DIGITS + 1]
            return [Hush()]
        if not self._digits:
            return []
        pin, self._digits = self._digits, ""
        self.stage, self.deadline, self._penalty_over = Stage.CHECKING, None, None
        return [Hush(), TryPin(pin)]

    def _wrong_now(self, now: float) -> list[Action]:
        self._penalty_over = None
        if self._last_try:
            return self._end("wrong_pin", "too_many_tries", now=now)
        self._asked = 0
        return [self._say("wrong_pin"), *self._ask(now)]

    def _key(self, digit: str) -> list[Action]:
        match digit:
            case "6":
                return [ToggleMicrophone()]
            case "9":
                return [ToggleHand()]
            case "7":
                return [TellSpeaker()]
            case "0":
                return [self._say("help")]
        return []

    def _choose(self, language: Language, now: float) -> list[Action]:
        self.language = language
        chosen = self._say("language_chosen")
        if self.stage is Stage.PIN:
            self._asked = max(0, self._asked - 1)
            return [chosen, *self._ask(now)]
        if self.stage is Stage.INVITED:
            return [self._say("language_chosen", "invited")]
        return [chosen]

    def _end(self, reason: EndReason, phrase: Phrase | None, *, now: float) -> list[Action]:
        if self.stage in (Stage.ENDING, Stage.OVER):
            return []
        self._reason = reason
        if phrase is None:
            return self._over()
        self.stage, self.deadline = Stage.ENDING, now + FAREWELL_WITHIN
        return [self._say(phrase)]

    def _over(self) -> list[Action]:
        self.stage, self.deadline = Stage.OVER, None
        return [HangUp(self._reason)]
