"""One telephone call, from its answer to its end: what its keys do, what it hears, and its seat in a meeting."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from server.chairing.lobby import LobbyFullError
from server.directory import Directory, NoSuchMeetingError, ServerStoppingError
from server.door import BannedError, LockedError, Newcomer, Place
from server.media import SdpError
from server.meeting import Meeting
from server.participant import Participant, Person
from server.phone import Leg
from server.phone.attempts import Attempts
from server.phone.calls import CallState
from server.phone.menu import (
    Action,
    EndReason,
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
from server.phone.numbers import Caller as Who
from server.phone.recordings import Recordings
from server.records import CallRecord, Records
from server.roles import Power, may
from server.room import NotPermittedError, RoomFullError
from server.seat import DepartureReason, Seat
from signaling.newcomers import person_key
from signaling.sip.call import Call

log = structlog.get_logger()

STALE_PLAYED = 0.2
"""Seconds after an order to play in which what was heard to the end is what was played before it."""

_GONE: dict[DepartureReason, EndReason] = {
    "removed": "removed",
    "banned": "removed",
    "meeting_ended": "meeting_ended",
    "server_stopping": "server_stopping",
}
_CAME_TO_NOTHING = {
    "busy": CallState.BUSY,
    "no_answer": CallState.NO_ANSWER,
    "cancelled": CallState.CANCELLED,
}


@dataclass(frozen=True)
class Desk:
    """What all calls share."""

    directory: Directory
    records: Records
    recordings: Recordings
    attempts: Attempts
    lines: Callable[[Who], int]
    """Which line of a number a call is, of those that are in calls now: 0 for the first."""


class Caller:
    """Whoever is at the other end of one call. Nothing of them, but for the trunk, is ever logged."""

    def __init__(
        self, desk: Desk, call: Call, leg: Leg, who: Who, menu: Menu, *, meeting: Meeting | None = None, id_: str = ""
    ) -> None:
        """``meeting``, ``id_``: which one calls them, and by what id its ``calls`` know the call."""
        self.call, self.who = call, who
        self._desk, self._leg, self._menu = desk, leg, menu
        self._inviting = meeting
        self._id = id_ or secrets.token_hex(8)
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._code = ""
        """Of the meeting that they come into."""
        self._place: Place | None = None
        self._seat: Seat | None = None
        self.line = desk.lines(who)
        self._digits_by: str | None = None
        self._said_at = 0.0
        self._microphone, self._hand = False, False
        self._own_doing = False
        self._reason: str | None = None
        self.over = asyncio.Event()
        self._record = CallRecord(
            id=self._id,
            direction=call.direction,
            number=who.number,
            trunk=call.trunk,
            transport=call.transport,
            began_at=desk.records.now(),
        )
        self._keep()
        call.renegotiate = self._renegotiate
        call.on("digit", lambda digit: self._digit("info", digit))
        call.on("ended", self._ended)
        leg.on("digit", lambda digit: self._digit("rtp", digit))
        leg.on("played", self._played)
        leg.on("silent", self._silent)
        if meeting is not None:
            call.on("ringing", lambda: meeting.calls.set_state(self._id, CallState.RINGING))
            meeting.calls.on("cancelled", self._cancelled)

    # The call

    def answer(self) -> None:
        """Take a call that came in, and greet the caller."""
        call, leg = self.call, self._leg
        try:
            if call.offer is None:
                call.on("answered", self._agreed)
                call.accept(leg.offer(secure=call.transport == "tls", toward=call.remote_ip))
            else:
                call.accept(leg.answer(call.offer))
                self._greet()
        except SdpError:
            self._reason = "no_codec"
            call.reject(488)

    def expect_answer(self) -> None:
        """Wait for whoever is called to answer."""
        self.call.on("answered", self._agreed)

    def say_goodbye(self) -> None:
        """The server stops."""
        if self._menu.stage is Stage.NEW:
            self.call.hang_up()
        else:
            self._do(self._menu.turned_away("server_stopping", self._loop.time()))

    def _agreed(self, sdp: str) -> None:
        try:
            self._leg.accept_answer(sdp)
        except SdpError:
            self._reason = "no_codec"
            self.call.hang_up()
            return
        self._greet()

    def _greet(self) -> None:
        self._record.answered_at = self._desk.records.now()
        self._keep()
        now = self._loop.time()
        if self._inviting is None:
            self._do(self._menu.answered(now))
        else:
            self._inviting.calls.set_state(self._id, CallState.ANSWERED)
            self._do(self._menu.picked_up(now))

    def _renegotiate(self, offer: str | None) -> str:
        """A re-INVITE's answer, or our offer; SdpError is a ValueError, which refuses it."""
        if offer is None:
            return self._leg.offer(secure=self.call.transport == "tls", toward=self.call.remote_ip)
        return self._leg.answer(offer)

    def _cancelled(self, id_: str) -> None:
        if id_ == self._id:
            self.call.hang_up()

    def _silent(self) -> None:
        """Nothing comes of the call any more. In a meeting, its seat knows."""
        if self._seat is None:
            self._reason = "silent"
            self.call.hang_up()

    def _ended(self, reason: str, _: int | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        self._menu.stage = Stage.OVER
        if (place := self._leave_place()) is not None:
            place.give_up()
        was_in = self._seat
        if (seat := self._leave_seat()) is not None:
            seat.meeting.depart(seat, "left")
        if (meeting := self._inviting) is not None:
            meeting.calls.remove_listener("cancelled", self._cancelled)
            answered = self._record.answered_at is not None
            come_to = CallState.ENDED if answered else _CAME_TO_NOTHING.get(reason, CallState.FAILED)
            meeting.calls.set_state(self._id, come_to)
        elif was_in is not None:
            was_in.meeting.calls.set_state(self._id, CallState.ENDED)
        self._leg.close()
        self._record.ended_at = self._desk.records.now()
        self._record.reason = self._reason or reason
        self._keep()
        sound = self._leg.statistics
        log.info(
            "call ended",
            call=self.call.id,
            trunk=self.call.trunk,
            reason=self._record.reason,
            codec=sound.codec,
            secure=sound.secure,
            packets=sound.packets,
            lost=sound.lost,
            jitter_ms=round(sound.jitter, 1),
        )
        self.over.set()

    # What they press and hear

    def _digit(self, by: str, digit: str) -> None:
        """A key. Some telephones send each by both methods: the one that comes first counts for the whole call."""
        if self._digits_by is None:
            self._digits_by = by
        if self._digits_by == by:
            self._do(self._menu.digit(digit, self._loop.time()))

    def _played(self) -> None:
        if self._loop.time() - self._said_at > STALE_PLAYED:
            self._do(self._menu.played())

    def _tick(self) -> None:
        self._timer = None
        self._do(self._menu.tick(self._loop.time()))

    def _do(self, actions: Iterable[Action]) -> None:
        for action in actions:
            self._act(action)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._menu.deadline is not None and self.call.over is None:
            self._timer = self._loop.call_at(self._menu.deadline, self._tick)

    def _act(self, action: Action) -> None:
        match action:
            case Say():
                self._said_at = self._loop.time()
                self._leg.play(self._desk.recordings.files(action), interrupt=action.interrupt)
            case Hush():
                self._leg.stop_playing()
            case TryPin(pin=pin):
                self._run(self._try(pin))
            case Enter():
                self._come_invited()
            case ToggleMicrophone():
                self._toggle_microphone()
            case ToggleHand():
                self._toggle_hand()
            case TellSpeaker():
                self._tell_speaker()
            case HangUp(reason=reason):
                self._reason = reason
                self.call.hang_up()

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what a caller wanted failed", call=self.call.id, exc_info=error)
            self._reason = "failed"
            self.call.hang_up()

    # Coming in

    async def _try(self, pin: str) -> None:
        code = await self._desk.directory.code_of_pin(pin)
        # All at once from here on, so that nobody tries more by many calls at a time.
        now, attempts = self._loop.time(), self._desk.attempts
        source, caller = f"{self.call.trunk} {self.call.remote_ip}", self.who.digest
        if attempts.wait(source, caller, now) > 0:
            log.info("a caller has tried too many PINs", call=self.call.id, trunk=self.call.trunk)
            self._do(self._menu.pin_wrong(now, blocked=True))
        elif code is None:
            attempts.failed(source, caller, now)
            self._do(self._menu.pin_wrong(now, blocked=False))
        else:
            attempts.succeeded(caller, now)
            self._do(self._menu.pin_right())
            await self._enter(code)

    def _come_invited(self) -> None:
        """Who was called comes in past lobby and lock: a chair wanted them."""
        meeting = self._inviting
        assert meeting is not None
        live = self._desk.directory.live(meeting.code)
        if live is None or live.meeting is not meeting:
            self._turn_away("meeting_ended")
            return
        meeting.chair.lobby.remember(self._person(meeting.code).key)
        self._run(self._enter(meeting.code))

    async def _enter(self, code: str) -> None:
        self._code = code
        newcomer = Newcomer(self.who.name, self._person(code), microphone=True, leg=self._leg)
        try:
            entered = await self._desk.directory.enter(code, newcomer)
        except LockedError:
            self._turn_away("locked")
        except (RoomFullError, LobbyFullError):
            self._turn_away("full")
        except ServerStoppingError:
            self._turn_away("server_stopping")
        except (BannedError, NoSuchMeetingError):
            self._turn_away("refused")
        else:
            self._entered(entered)

    def _entered(self, entered: Seat | Place) -> None:
        if self.call.over is not None:
            if isinstance(entered, Seat):
                entered.meeting.depart(entered, "left")
            else:
                entered.give_up()
        elif isinstance(entered, Seat):
            self._sit(entered)
        else:
            self._place = entered
            entered.on("admitted", self._admitted)
            entered.on("refused", self._refused)
            entered.on("replaced", self._replaced)
            self._do(self._menu.waits())

    def _person(self, code: str) -> Person:
        """Who they are in one meeting. Two calls of one number at a time are two people: an office has one number."""
        known = self.who.digest or self._id
        line = f" {self.line}" if self.line else ""
        # In place of an address: whoever calls by a line of a banned number, or withholds theirs as a banned one did,
        # waits in the lobby.
        address = f"tel {self.who.digest}"
        return Person(key=person_key(code, f"tel {known}{line}"), address=address, phone=self.who.number)

    def _turn_away(self, reason: EndReason) -> None:
        self._do(self._menu.turned_away(reason, self._loop.time()))

    # The lobby

    def _admitted(self) -> None:
        place = self._leave_place()
        if place is not None:
            self._run(self._enter(self._code))

    def _refused(self, reason: Literal["refused", "meeting_ended", "server_stopping"]) -> None:
        self._leave_place()
        self._turn_away(reason)

    def _replaced(self) -> None:
        self._leave_place()
        self.call.hang_up()

    def _leave_place(self) -> Place | None:
        place, self._place = self._place, None
        if place is not None:
            place.remove_listener("admitted", self._admitted)
            place.remove_listener("refused", self._refused)
            place.remove_listener("replaced", self._replaced)
        return place

    # The seat

    def _sit(self, seat: Seat) -> None:
        meeting, me = seat.meeting, seat.participant
        self._seat = seat
        self._microphone, self._hand = me.microphone, me.hand is not None
        seat.on("gone", self._gone)
        meeting.room.on("changed", self._changed)
        meeting.chair.on("asked", self._asked)
        meeting.calls.came(self._id, self.who.number, me.id)
        live = self._desk.directory.live(meeting.code)
        self._record.meeting, self._record.participant = live.record.id if live else None, me.id
        self._keep()
        self._do(self._menu.entered(len(meeting.room) - 1))

    def _leave_seat(self) -> Seat | None:
        seat, self._seat = self._seat, None
        if seat is not None:
            seat.remove_listener("gone", self._gone)
            seat.meeting.room.remove_listener("changed", self._changed)
            seat.meeting.chair.remove_listener("asked", self._asked)
        return seat

    def _gone(self, reason: DepartureReason) -> None:
        seat = self._leave_seat()
        if seat is not None:
            seat.meeting.calls.set_state(self._id, CallState.ENDED)
        if (why := _GONE.get(reason)) is not None:
            self._turn_away(why)
        else:
            self._reason = reason
            self.call.hang_up()

    def _changed(self, participant: Participant) -> None:
        if self._seat is None or participant is not self._seat.participant:
            return
        microphone, hand = participant.microphone, participant.hand is not None
        if microphone != self._microphone:
            self._microphone = microphone
            self._do(self._menu.microphone(microphone, by_chair=not self._own_doing))
        if hand != self._hand:
            self._hand = hand
            self._do(self._menu.hand(hand))

    def _asked(self, participant: Participant, floor: bool) -> None:
        if self._seat is not None and participant is self._seat.participant:
            self._do(self._menu.asked_to_unmute(floor))

    def _toggle_microphone(self) -> None:
        if (seat := self._seat) is None:
            return
        self._own_doing = True
        try:
            seat.meeting.set_media(seat, microphone=not seat.participant.microphone, camera=False)
        except NotPermittedError:
            self._do(self._menu.may_not_unmute())
        finally:
            self._own_doing = False

    def _toggle_hand(self) -> None:
        if (seat := self._seat) is not None and may(seat.participant.role, Power.RAISE_HAND):
            seat.meeting.chair.raise_hand(seat.participant, seat.participant.hand is None)

    def _tell_speaker(self) -> None:
        if (seat := self._seat) is not None:
            dominant = seat.meeting.room.dominant
            who: Literal["you", "somebody", "nobody"] = "nobody" if dominant is None else "somebody"
            if dominant is seat.participant:
                who = "you"
            self._do(self._menu.speaks(who, len(seat.meeting.room) - 1))

    def _keep(self) -> None:
        self._desk.records.calls.put(self._record)
