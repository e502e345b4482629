"""The telephone calls of one meeting, as its chairs see them; and whom it may call. Pure but for ids."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from pyee import EventEmitter

from server.act import Act
from server.participant import Participant
from server.phone.budget import Budget
from server.phone.numbers import DialRules

MOST_AT_ONCE = 5
"""So many may be called by one meeting at a time."""
BURST, REFILL = 30, 60.0
"""Calls that one meeting may make: at once, and seconds for one more."""
MOST_SHOWN = 20
"""So many that came to nothing stay in the list."""


class NoTelephoneError(Exception):
    """This server calls nobody."""


class TooManyCallsError(Exception):
    """Others are being called: one waits for them."""


class NoSuchCallError(Exception):
    """There is no such call any more."""


class CallState(StrEnum):
    """What has come of a call."""

    CALLING = "calling"
    RINGING = "ringing"
    ANSWERED = "answered"
    """They hear what this is about, and have not come in yet."""
    IN = "in"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ENDED = "ended"
    """They were in, and are gone; or did not want to come in."""


_UNDER_WAY = (CallState.CALLING, CallState.RINGING, CallState.ANSWERED)


@dataclass(frozen=True)
class PhoneCall:
    """One call."""

    id: str
    direction: Literal["in", "out"]
    number: str = field(repr=False)
    """In full, for chairs; empty where it is withheld."""
    state: CallState
    participant: str | None = None
    """Whose it is, while they are in."""

    @property
    def is_under_way(self) -> bool:
        """Whether somebody is being called."""
        return self.direction == "out" and self.state in _UNDER_WAY


class PhoneCalls(EventEmitter):
    """The calls. Events: ``changed`` (); ``cancelled`` (id: str): it is to be given up; ``acted`` (Act)."""

    def __init__(self, rules: DialRules, place: Callable[[PhoneCall], None] | None, everybody: Budget) -> None:
        """``place``: calls somebody; None: nobody can be called. ``everybody``: what all meetings together may do."""
        super().__init__()
        self._rules, self._place = rules, place
        self._budgets = (everybody, Budget(BURST, REFILL))
        self._calls: dict[str, PhoneCall] = {}

    def __iter__(self) -> Iterator[PhoneCall]:
        return iter(self._calls.values())

    def dial(self, actor: Participant, number: str, now: float) -> PhoneCall:
        """Call somebody. ``now`` is monotonic, in s.

        Raises BadNumberError, NumberNotAllowedError, TooManyCallsError or NoTelephoneError.
        """
        if self._place is None or not self._rules.prefixes:
            raise NoTelephoneError
        number = self._rules.number(number)
        earlier = [call for call in self if call.number == number and call.direction == "out"]
        if under_way := next((call for call in earlier if call.is_under_way), None):
            return under_way
        if sum(call.is_under_way for call in self) >= MOST_AT_ONCE:
            raise TooManyCallsError
        if any(budget.wait(now) > 0 for budget in self._budgets):
            raise TooManyCallsError
        for budget in self._budgets:
            budget.spend(now)
        for call in earlier:
            if call.state is not CallState.IN:
                del self._calls[call.id]
        call = PhoneCall(secrets.token_hex(8), "out", number, CallState.CALLING)
        self._put(call)
        self.emit("acted", Act(actor, "dial", None, {"number": number}))
        self._place(call)
        return call

    def cancel(self, actor: Participant, id_: str) -> None:
        """Give a call up, or take what came of it off the list. Raises NoSuchCallError."""
        call = self._calls.get(id_)
        if call is None or call.direction == "in" or call.state is CallState.IN:
            raise NoSuchCallError
        if call.is_under_way:
            self.emit("acted", Act(actor, "cancel_call", None, {"number": call.number}))
            self.set_state(id_, CallState.CANCELLED)
            self.emit("cancelled", id_)
        del self._calls[id_]
        self.emit("changed")

    def close(self) -> None:
        """The meeting is over: nobody is called any more."""
        for call in [call for call in self if call.is_under_way]:
            self.set_state(call.id, CallState.CANCELLED)
            self.emit("cancelled", call.id)

    def came(self, id_: str, number: str, participant: str) -> None:
        """Who called, or was called, is in."""
        before = self._calls.get(id_)
        direction = before.direction if before else "in"
        self._put(PhoneCall(id_, direction, number, CallState.IN, participant))

    def set_state(self, id_: str, state: CallState) -> None:
        """Something came of a call. Calls that came in and are over are on no list."""
        call = self._calls.get(id_)
        if call is None or call.state is state:
            return
        if call.direction == "in" and state is not CallState.IN:
            del self._calls[id_]
            self.emit("changed")
        else:
            self._put(replace(call, state=state, participant=None))

    def _put(self, call: PhoneCall) -> None:
        self._calls.pop(call.id, None)
        self._calls[call.id] = call
        over = [each.id for each in self if not each.is_under_way and each.state is not CallState.IN]
        for id_ in over[:-MOST_SHOWN]:
            del self._calls[id_]
        self.emit("changed")
