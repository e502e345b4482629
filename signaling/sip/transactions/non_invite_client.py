"""The client transaction of everything but INVITE (RFC 3261, 17.1.2)."""

from __future__ import annotations

from typing import Literal

from signaling.sip.message import IncomingResponse
from signaling.sip.transactions.timers import GIVE_UP, T2, T4
from signaling.sip.transactions.transaction import ClientTransaction

State = Literal["trying", "proceeding", "completed", "terminated"]


class NonInviteClient(ClientTransaction):
    """Sends a request until its final response comes, which goes up once."""

    state: State = "trying"
    waiting = frozenset({"trying", "proceeding"})

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

    def _retransmit(self) -> None:
        self._wait = T2 if self.state == "proceeding" else min(2 * self._wait, T2)
        self._timers.start("E", self._wait, self._retransmit)
        self._send(self._data)
