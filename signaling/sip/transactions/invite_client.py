"""The INVITE client transaction (RFC 3261, 17.1.1, with the state "accepted" of RFC 6026, 7.2)."""

from __future__ import annotations

from typing import Literal

from signaling.sip.message import IncomingResponse, OutgoingRequest
from signaling.sip.transactions.timers import GIVE_UP, T4
from signaling.sip.transactions.transaction import ClientTransaction

State = Literal["calling", "proceeding", "completed", "accepted", "terminated"]


class InviteClient(ClientTransaction):
    """Sends an INVITE until something answers, and acknowledges refusals. Every 2xx goes up to be acknowledged."""

    state: State = "calling"
    waiting = frozenset({"calling", "proceeding"})
    _ack = b""

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
