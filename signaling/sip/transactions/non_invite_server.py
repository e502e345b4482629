"""The server transaction of everything but INVITE (RFC 3261, 17.2.2)."""

from __future__ import annotations

from typing import Literal

from signaling.sip.message import IncomingRequest
from signaling.sip.transactions.timers import GIVE_UP
from signaling.sip.transactions.transaction import ServerTransaction

State = Literal["trying", "proceeding", "completed", "terminated"]


class NonInviteServer(ServerTransaction):
    """Answers a request, and its repetitions with the same."""

    state: State = "trying"

    def start(self) -> None:
        """A request whose session never answers it is forgotten, too."""
        self._timers.start("J", GIVE_UP, self._end)

    def respond(self, code: int, data: bytes) -> None:
        """Send a response. Nothing after a final one."""
        if self.state not in ("trying", "proceeding"):
            return
        self._last = data
        self.state = "proceeding"
        if code >= 200:
            self.state = "completed"
            self._timers.start("J", 0 if self.request.source.reliable else GIVE_UP, self._end)
        self._send(data)

    def receive(self, _: IncomingRequest) -> None:
        """The request again."""
        if self.state in ("proceeding", "completed"):
            self._send(self._last)

    def fail(self) -> None:
        """The transport can't send."""
        if self.state != "terminated":
            self._end()
