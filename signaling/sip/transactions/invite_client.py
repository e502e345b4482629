"""The INVITE client transaction (RFC 3261, 17.1.1, with the state "accepted" of RFC 6026, 7.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from signaling.sip.message import IncomingResponse, OutgoingRequest
from signaling.sip.scheduler import Scheduler, Timers
from signaling.sip.transactions.timers import GIVE_UP, T1, T4

State = Literal["calling", "proceeding", "completed", "accepted", "terminated"]


class InviteClient:
    """Sends an INVITE until something answers, and acknowledges refusals. Every 2xx goes up to be acknowledged."""

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
        self.state: State = "calling"
        self._reliable, self._send = reliable, send
        self._on_response, self._on_failure, self._on_end = on_response, on_failure, on_end
        self._timers = Timers(scheduler)
        self._wait = T1
        self._data = request.encode(via)
        self._ack = b""

    def start(self) -> None:
        """Send it."""
        if self.state != "calling":
            return
        self._timers.start("B", GIVE_UP, self.fail)
        if not self._reliable:
            self._timers.start("A", self._wait, self._retransmit)
        self._send(self._data)

    def receive(self, response: IncomingResponse) -> None:
        """A response that matches."""
        if self.state in ("calling", "proceeding"):
            self._timers.clear()
            if response.code < 200:
                self.state = "proceeding"
            elif response.code < 300:
                self.state = "accepted"
                self._timers.start("M", GIVE_UP, self._end)
            else:
                self.state = "completed"
                self._acknowledge(response)
                # D is 0 over reliable transports; kept a moment, so that a response does not come up twice.
                self._timers.start("D", T4 if self._reliable else GIVE_UP, self._end)
            self._on_response(response)
        elif self.state == "completed" and response.code >= 300:
            self._send(self._ack)
        elif self.state == "accepted" and 200 <= response.code < 300:
            self._on_response(response)

    def fail(self) -> None:
        """Nobody answered (timer B), or the transport can't send."""
        if self.state not in ("calling", "proceeding"):
            return
        self._end()
        self._on_failure()

    def _retransmit(self) -> None:
        self._wait *= 2
        self._timers.start("A", self._wait, self._retransmit)
        self._send(self._data)

    def _acknowledge(self, response: IncomingResponse) -> None:
        kept = [pair for pair in self.request.headers if pair[0] in ("Route", "From", "Call-ID", "Max-Forwards")]
        sequence = (self.request.header("CSeq") or "").partition(" ")[0]
        headers = [*kept, ("To", response.headers["To"]), ("CSeq", f"{sequence} ACK")]
        self._ack = OutgoingRequest("ACK", self.request.uri, headers).encode(self.via)
        self._send(self._ack)

    def close(self) -> None:
        """The user agent ends: nothing is sent or told any more."""
        self.state = "terminated"
        self._timers.clear()

    def _end(self) -> None:
        self.state = "terminated"
        self._timers.clear()
        self._on_end()
