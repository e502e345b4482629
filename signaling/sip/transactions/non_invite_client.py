"""The client transaction of everything but INVITE (RFC 3261, 17.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from signaling.sip.message import IncomingResponse, OutgoingRequest
from signaling.sip.scheduler import Scheduler, Timers
from signaling.sip.transactions.timers import GIVE_UP, T1, T2, T4

State = Literal["trying", "proceeding", "completed", "terminated"]


class NonInviteClient:
    """Sends a request until its final response comes, which goes up once."""

    def __init__(
        self,
        request: OutgoingRequest,
        via: str,
        *,
        reliable: bool,
        scheduler: Scheduler,
        send: Callable[[bytes], None],
        on_response: Callable[[IncomingResponse], None],
        on_failure: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        self.request, self.via = request, via
        self.state: State = "trying"
        self._reliable, self._send = reliable, send
        self._on_response, self._on_failure, self._on_end = on_response, on_failure, on_end
        self._timers = Timers(scheduler)
        self._wait = T1
        self._data = request.encode(via)

    def start(self) -> None:
        """Send it."""
        if self.state != "trying":
            return
        self._timers.start("F", GIVE_UP, self.fail)
        if not self._reliable:
            self._timers.start("E", self._wait, self._retransmit)
        self._send(self._data)

    def receive(self, response: IncomingResponse) -> None:
        """A response that matches."""
        if self.state not in ("trying", "proceeding"):
            return
        if response.code < 200:
            self.state = "proceeding"
            self._on_response(response)
            return
        self.state = "completed"
        self._timers.clear()
        self._timers.start("K", 0 if self._reliable else T4, self._end)
        self._on_response(response)

    def fail(self) -> None:
        """Nobody answered (timer F), or the transport can't send."""
        if self.state not in ("trying", "proceeding"):
            return
        self._end()
        self._on_failure()

    def _retransmit(self) -> None:
        self._wait = T2 if self.state == "proceeding" else min(2 * self._wait, T2)
        self._timers.start("E", self._wait, self._retransmit)
        self._send(self._data)

    def close(self) -> None:
        """The user agent ends: nothing is sent or told any more."""
        self.state = "terminated"
        self._timers.clear()

    def _end(self) -> None:
        self.state = "terminated"
        self._timers.clear()
        self._on_end()
