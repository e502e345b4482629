"""One call, as whoever decides about it sees it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Literal

import structlog
from pyee import EventEmitter

from signaling.sip import fields
from signaling.sip.message import IncomingRequest
from signaling.sip.peer import Peer, Transport
from signaling.sip.session import EndReason, Session

log = structlog.get_logger()

MAX_NUMBER = 40
MAX_NAME = 64
_SEPARATORS = re.compile(r"[-.()\s]")


class Call(EventEmitter):
    """A call, of either direction. Events:

    - ``ringing`` ()
    - ``early`` (sdp): early media of a call of ours
    - ``answered`` (sdp): the answer to our offer, of a call of ours or after a late offer
    - ``digit`` (digit): by INFO
    - ``ended`` (reason, status): once; also for what the owner ends. After it nothing comes.
    """

    def __init__(
        self,
        *,
        direction: Literal["in", "out"],
        number: str,
        dialled: str,
        trunk: str,
        peer: Peer,
        display_name: str = "",
        offer: str | None = None,
    ) -> None:
        super().__init__()
        self.id = secrets.token_hex(6)
        """For logs and records; it says nothing."""
        self.direction: Literal["in", "out"] = direction
        self.number = number[:MAX_NUMBER]
        """Of the other end, as the trunk says it. Hostile text."""
        self.display_name = display_name[:MAX_NAME]
        """Hostile text; may be empty."""
        self.dialled = dialled[:MAX_NUMBER]
        """The user part of the request's URI."""
        self.trunk = trunk
        self.transport: Transport = peer.transport
        self.remote_ip = peer.ip
        self.offer = offer
        """Their description; None for a late offer (RFC 3261, 13.2.1), and for calls of ours."""
        self.over: tuple[EndReason, int | None] | None = None
        """Why it ended, and with which SIP status; None while it has not."""
        self.renegotiate: Callable[[str | None], str] = self._refuse
        """Set by the owner: the offer of a re-INVITE or UPDATE, None for one that wants ours. Gives our description;
        ValueError: 488, and the session stays as it is.
        """
        self._session: Session | None = None

    def bind(self, session: Session) -> None:
        """What carries the call out; done once by the user agent."""
        self._session = session

    def ring(self) -> None:
        """Tell the caller that it rings (180)."""
        self._bound.ring()

    def progress(self, sdp: str) -> None:
        """Early media (183)."""
        self._bound.progress(sdp)

    def accept(self, sdp: str) -> None:
        """Take the call: ``sdp`` is the answer, or our offer after a late one."""
        self._bound.accept(sdp)

    def reject(self, status: int) -> None:
        """Refuse the call with a SIP status of 400 to 699."""
        self._bound.reject(status)

    def hang_up(self) -> None:
        """End the call, whatever its state asks for."""
        self._bound.hang_up()

    def tell(self, event: str, *values: object) -> None:
        """Emit an event; what a listener raises is its fault and is logged."""
        if self.over is not None:
            return
        if event == "ended":
            reason, status = values
            self.over = reason, status  # type: ignore[assignment]
        try:
            self.emit(event, *values)
        except Exception:
            log.exception("a listener of a call failed", call=self.id, what=event)
        if event == "ended":
            self.remove_all_listeners()

    @property
    def _bound(self) -> Session:
        assert self._session is not None, "a call is bound when it is made"
        return self._session

    @staticmethod
    def _refuse(_: str | None) -> str:
        raise ValueError("nobody answers offers of this call")


def caller_of(request: IncomingRequest) -> tuple[str, str]:
    """Number and name of who calls: as the trunk asserts them (RFC 3325), else as From says."""
    addresses = [request.from_]
    for value in request.headers.getlist("P-Asserted-Identity"):
        try:
            addresses = [*(fields.address(member) for member in fields.split_list([value])), *addresses]
        except ValueError:
            continue
    number = next((_SEPARATORS.sub("", address.uri.user) for address in addresses if address.uri.user), "")
    name = next((address.name for address in addresses if address.name), "")
    return "".join(filter(str.isprintable, number))[:MAX_NUMBER], "".join(filter(str.isprintable, name))[:MAX_NAME]
