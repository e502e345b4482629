"""Responses to an INVITE that the session itself sends until they are acknowledged: 2xx, and reliable 1xx."""

from __future__ import annotations

import re
import secrets
from collections import deque
from collections.abc import Callable

from signaling.sip.message import IncomingRequest
from signaling.sip.scheduler import Scheduler, Timers
from signaling.sip.transactions.timers import GIVE_UP, T1, T2

_RACK = re.compile(r"([0-9]{1,10})\s+([0-9]{1,10})\s+(\S+)\s*\Z")
MOST_WAITING = 8


class UntilAck:
    """A 2xx, over every transport: a proxy may lose it on its way (RFC 3261, 13.3.1.4)."""

    def __init__(
        self, scheduler: Scheduler, sequence: int, send: Callable[[], None], on_lost: Callable[[], None]
    ) -> None:
        self.sequence = sequence
        self._send, self._wait, self._timers = send, T1, Timers(scheduler)
        self._timers.start("again", self._wait, self._again)
        self._on_lost = on_lost
        self._timers.start("lost", GIVE_UP, self._lose)

    def stop(self) -> None:
        """The ACK has come."""
        self._timers.clear()

    def _lose(self) -> None:
        self.stop()
        self._on_lost()

    def _again(self) -> None:
        self._wait = min(2 * self._wait, T2)
        self._timers.start("again", self._wait, self._again)
        self._send()


class UntilPrack:
    """Reliable provisional responses, one after another (RFC 3262, 3)."""

    def __init__(self, scheduler: Scheduler, sequence: int, on_lost: Callable[[], None]) -> None:
        self._sequence, self._on_lost, self._timers = sequence, on_lost, Timers(scheduler)
        self._number = secrets.randbelow(2**16) + 1
        self._waiting: deque[Callable[[int], None]] = deque()
        self._wait = T1

    @property
    def busy(self) -> bool:
        """Whether one is not acknowledged yet."""
        return bool(self._waiting)

    def send(self, send: Callable[[int], None]) -> None:
        """Send one with its RSeq, at once or after those before it."""
        if len(self._waiting) >= MOST_WAITING:
            return
        self._waiting.append(send)
        if len(self._waiting) == 1:
            self._begin()

    def acknowledge(self, prack: IncomingRequest) -> bool:
        """Whether this PRACK is for the one that waits."""
        found = _RACK.match(prack.headers.get("RAck") or "")
        if not found or not self._waiting:
            return False
        if (int(found[1]), int(found[2]), found[3].upper()) != (self._number, self._sequence, "INVITE"):
            return False
        self._timers.clear()
        self._waiting.popleft()
        self._number += 1
        if self._waiting:
            self._begin()
        return True

    def stop(self) -> None:
        """The INVITE is answered or refused."""
        self._timers.clear()
        self._waiting.clear()

    def _begin(self) -> None:
        self._wait = T1
        self._timers.start("again", self._wait, self._again)
        self._timers.start("lost", GIVE_UP, self._lose)
        self._waiting[0](self._number)

    def _lose(self) -> None:
        self.stop()
        self._on_lost()

    def _again(self) -> None:
        self._wait *= 2
        self._timers.start("again", self._wait, self._again)
        self._waiting[0](self._number)
