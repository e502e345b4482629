"""Registration at a PBX or an operator, kept up for as long as we run (RFC 3261, 10.2), and keep-alives by OPTIONS."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from typing import Literal

import structlog

from signaling.sip import fields
from signaling.sip.authorization import Authorization
from signaling.sip.dialog import new_tag
from signaling.sip.message import IncomingResponse, OutgoingRequest
from signaling.sip.peer import Peer
from signaling.sip.scheduler import Timers
from signaling.sip.session import Ground

log = structlog.get_logger()

FIRST_WAIT = 30.0
LONGEST_WAIT = 1800.0
"""Seconds between attempts after failures (RFC 5626, 4.5)."""


class Registration:
    """One registration. ``state`` says how it stands; ``refused`` means that the password or the user is wrong."""

    def __init__(
        self,
        ground: Ground,
        authorization: Authorization,
        *,
        trunk: str,
        peer: Callable[[], Peer | None],
        domain: str,
        user: str,
        expires: int,
        keep_alive: float,
    ) -> None:
        self._ground, self._authorization = ground, authorization
        self._trunk, self._peer, self._domain, self._user = trunk, peer, domain, user
        self._expires, self._keep_alive = expires, keep_alive
        self._call_id, self._tag = secrets.token_hex(16), new_tag()
        self._sequence = secrets.randbelow(2**16) + 1
        self._failures = 0
        self._stopped = False
        self._timers = Timers(ground.scheduler)
        self.state: Literal["new", "registered", "failed", "refused"] = "new"
        self.on_done: Callable[[], None] = lambda: None
        """Called after each attempt, and when it is ended."""

    def start(self) -> None:
        """Register now."""
        self._register(self._expires, tries=3)

    def stop(self) -> bool:
        """End the registration. Whether the registrar is told; ``on_done`` comes then."""
        self._timers.clear()
        self._stopped = True
        if self.state != "registered":
            return False
        self._register(0, tries=1)
        return True

    def peer_lost(self, peer: Peer) -> None:
        """The connection that it went over is gone: it is made again."""
        if self.state == "registered" and not self._stopped and peer == self._peer():
            self._failed("connection lost")

    def _request(self, method: str, uri: str, headers: list[tuple[str, str]]) -> OutgoingRequest:
        self._sequence += 1
        who = f"<sip:{self._user}@{self._domain}>"
        common = [("Max-Forwards", "70"), ("From", f"{who};tag={self._tag}"), ("To", who)]
        common += [("Call-ID", self._call_id), ("CSeq", f"{self._sequence} {method}"), *headers]
        return OutgoingRequest(method, uri, [*common, *self._authorization.headers(method, uri)])

    def _register(self, expires: int, tries: int) -> None:
        peer = self._peer()
        if peer is None:
            self._failed("its name has no address")
            return
        contact = self._ground.contact(peer)
        headers = [("Contact", f"{contact};expires={expires}"), ("Expires", str(expires)), ("Supported", "path")]
        request = self._request("REGISTER", f"sip:{self._domain}", headers)

        def answered(response: IncomingResponse) -> None:
            if response.code < 200:
                return
            if response.code in (401, 407) and tries > 0 and self._authorization.challenged(response):
                self._register(expires, tries - 1)
            elif response.code == 423 and tries > 0 and (longer := self._min_expires(response)) > expires > 0:
                self._expires = longer
                self._register(longer, tries - 1)
            elif response.code < 300:
                self._registered(response, contact, expires)
            else:
                self._failed(str(response.code), refused=response.code in (401, 403, 404, 407))

        self._ground.transactions.request(peer, request, answered, lambda: self._failed("no answer"))

    def _registered(self, response: IncomingResponse, contact: str, expires: int) -> None:
        if self._stopped or expires == 0:
            self.state = "new"
            self.on_done()
            return
        if self.state != "registered":
            log.info("registered", trunk=self._trunk)
        self.state, self._failures = "registered", 0
        granted = self._granted(response, contact, expires)
        # Early enough for some attempts, whatever was granted.
        self._timers.start("register", max(5.0, granted - max(30.0, granted * 0.2)), self.start)
        self._rest()
        self.on_done()

    def _granted(self, response: IncomingResponse, contact: str, expires: int) -> int:
        """Seconds (RFC 3261, 10.2.4): of our Contact, else of the header, else what we asked for."""
        try:
            for member in fields.split_list(response.headers.getlist("Contact")):
                own = fields.address(member).parameters.get("expires")
                if own is not None and fields.uri_text(member).split(";")[0] == contact.strip("<>").split(";")[0]:
                    return max(fields.integer(own, 10**6), 10)
            if (header := response.headers.get("Expires")) is not None:
                return max(fields.integer(header, 10**6), 10)
        except ValueError:
            pass
        return expires

    @staticmethod
    def _min_expires(response: IncomingResponse) -> int:
        try:
            return fields.integer(response.headers.get("Min-Expires") or "", 86_400)
        except ValueError:
            return 0

    def _failed(self, why: str, *, refused: bool = False) -> None:
        if self._stopped:
            self.state = "new"
            self.on_done()
            return
        if self.state not in ("failed", "refused"):
            log.warning("not registered", trunk=self._trunk, why=why)
        self.state = "refused" if refused else "failed"
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._failures, 10))
        self._failures += 1
        self._timers.clear()
        self._timers.start("register", wait * random.uniform(0.5, 1.0), self.start)  # noqa: S311 - nobody's secret
        self.on_done()

    def _rest(self) -> None:
        if self._keep_alive > 0:
            self._timers.start("keep-alive", self._keep_alive, self._ask)

    def _ask(self) -> None:
        """OPTIONS: any answer will do; it keeps NAT open and tells when the registrar is gone."""
        peer = self._peer()
        if peer is None or self.state != "registered":
            return
        request = self._request("OPTIONS", f"sip:{self._domain}", [("Accept", "application/sdp")])
        self._ground.transactions.request(
            peer,
            request,
            lambda response: self._rest() if response.code >= 200 and self.state == "registered" else None,
            lambda: self._failed("no answer to OPTIONS") if self.state == "registered" else None,
        )
