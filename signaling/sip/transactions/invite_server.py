"""The INVITE server transaction (RFC 3261, 17.2.1, with the state "accepted" of RFC 6026, 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from signaling.sip.message import IncomingRequest, encode_response
from signaling.sip.scheduler import Scheduler
from signaling.sip.transactions.timers import GIVE_UP, T1, T2, T4
from signaling.sip.transactions.transaction import ServerTransaction

State = Literal["proceeding", "accepted", "completed", "confirmed", "terminated"]


class InviteServer(ServerTransaction):
    """Answers an INVITE and its repetitions. A 2xx is sent by the session until its ACK; repetitions end here then."""

    state: State = "proceeding"
    _wait = T1

    def __init__(
        self,
        request: IncomingRequest,
        *,
        scheduler: Scheduler,
        send: Callable[[bytes], None],
        on_end: Callable[[], None],
    ) -> None:
        super().__init__(request, scheduler=scheduler, send=send, on_end=on_end)
        self.on_cancel: Callable[[], None] = lambda: None
        """Called when a CANCEL comes while it is not answered."""

    def start(self) -> None:
        """Say 100 at once: the caller stops repeating itself (17.2.1)."""
        self.respond(100, encode_response(self.request, 100))

    def respond(self, code: int, data: bytes) -> None:
        """Send a response of the session's. Nothing after a final one, but for the 2xx that is sent again."""
        if self.state == "accepted" and 200 <= code < 300:
            self._send(data)
        if self.state != "proceeding":
            return
        self._last = data
        if 200 <= code < 300:
            self.state = "accepted"
            self._timers.start("L", GIVE_UP, self._end)
        elif code >= 300:
            self.state = "completed"
            self._timers.start("H", GIVE_UP, self._give_up)
            if not self.request.source.reliable:
                self._timers.start("G", self._wait, self._retransmit)
        self._send(data)

    def receive(self, request: IncomingRequest) -> None:
        """The INVITE again, or the ACK to a refusal."""
        if request.method == "ACK":
            if self.state == "completed":
                self.state = "confirmed"
                self._timers.clear()
                self._timers.start("I", 0 if request.source.reliable else T4, self._end)
        elif self.state in ("proceeding", "completed"):
            self._send(self._last)

    def fail(self) -> None:
        """The transport can't send."""
        self._give_up()

    def _retransmit(self) -> None:
        self._wait = min(2 * self._wait, T2)
        self._timers.start("G", self._wait, self._retransmit)
        self._send(self._last)

    def _give_up(self) -> None:
        if self.state == "terminated":
            return
        self._end()
        self.on_failure()
