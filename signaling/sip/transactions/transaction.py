"""What transactions have in common, whatever they carry (RFC 3261, 17): how they begin, fail and end."""

from __future__ import annotations

from collections.abc import Callable

from signaling.sip.message import IncomingRequest, IncomingResponse, OutgoingRequest
from signaling.sip.scheduler import Scheduler, Timers
from signaling.sip.transactions.timers import T1


class Transaction:
    """It ends once."""

    state: str

    def __init__(self, scheduler: Scheduler, send: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self._send, self._on_end = send, on_end
        self._timers = Timers(scheduler)

    def close(self) -> None:
        """The user agent ends: nothing is sent or told any more."""
        self.state = "terminated"
        self._timers.clear()

    def _end(self) -> None:
        self.close()
        self._on_end()


class ClientTransaction(Transaction):
    """A request of ours, as it waits for its responses."""

    waiting: frozenset[str]
    """The states in which no final response has come."""

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
        super().__init__(scheduler, send, on_end)
        self.request, self.via = request, via
        self._reliable = reliable
        self._on_response, self._on_failure = on_response, on_failure
        self._wait = T1
        self._data = request.encode(via)

    def fail(self) -> None:
        """Nobody answered (timer B or F), or the transport can't send."""
        if self.state not in self.waiting:
            return
        self._end()
        self._on_failure()


class ServerTransaction(Transaction):
    """A request of a peer's, as it waits for our responses."""

    def __init__(
        self,
        request: IncomingRequest,
        *,
        scheduler: Scheduler,
        send: Callable[[bytes], None],
        on_end: Callable[[], None],
    ) -> None:
        super().__init__(scheduler, send, on_end)
        self.request = request
        self.on_failure: Callable[[], None] = lambda: None
        """Called when a refusal of an INVITE is never acknowledged (timer H)."""
        self._last = b""
