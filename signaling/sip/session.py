"""An INVITE session from its 2xx on: re-INVITE, UPDATE (RFC 3311), digits, session timer, BYE (RFC 3261, 14 and 15)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Literal, Protocol

from signaling.sip import digits, session_timer
from signaling.sip.authorization import Authorization
from signaling.sip.dialog import Dialog
from signaling.sip.message import IncomingRequest, IncomingResponse, encode_response
from signaling.sip.peer import Peer
from signaling.sip.resending import UntilAck
from signaling.sip.scheduler import Scheduler, Timers
from signaling.sip.session_timer import Interval, IntervalTooSmallError, SessionTimer
from signaling.sip.transactions import InviteServer, ServerTransaction, Transactions

EndReason = Literal["hung_up", "cancelled", "busy", "no_answer", "refused", "unreachable", "failed"]
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE"
SUPPORTED = "100rel, timer"
EXTENSIONS = frozenset(("100rel", "timer"))
SDP = ("Content-Type", "application/sdp")


class Ground(Protocol):
    """What sessions stand on: the user agent's core."""

    scheduler: Scheduler
    transactions: Transactions

    def contact(self, peer: Peer) -> str:
        """Our Contact for this peer, a URI in brackets."""
        ...

    def hop(self, dialog: Dialog) -> Peer:
        """Where the dialog's requests go."""
        ...

    def add_dialog(self, dialog: Dialog, session: Session) -> None:
        """Requests in this dialog are for this session."""

    def remove_dialog(self, dialog: Dialog) -> None:
        """Nobody is in this dialog any more."""

    def remove_session(self, session: Session) -> None:
        """Nothing is for this session any more."""


class Owner(Protocol):
    """Who has the session: a call."""

    renegotiate: Callable[[str | None], str]

    def tell(self, event: str, *values: object) -> None:
        """Something has happened; never raises."""


class Session:
    """One session. ``state``: "early" until its INVITE has a final answer, "confirmed", "ended"."""

    def __init__(self, ground: Ground, owner: Owner, authorization: Authorization) -> None:
        self.ground, self.owner, self.authorization = ground, owner, authorization
        self.state: Literal["early", "confirmed", "ended"] = "early"
        self.dialog: Dialog | None = None
        self.timers = Timers(ground.scheduler)
        self.timer = SessionTimer(ground.scheduler, self._refresh, lambda: self.hang_up("failed"))
        self._unacknowledged: UntilAck | None = None
        self._expects_answer = False
        """Our offer went in a 2xx; the answer comes in the ACK (RFC 3261, 13.2.1)."""
        self._bye_waits = False
        self._asking = False
        """A re-INVITE or UPDATE of ours is not answered."""
        self._peer_allows: frozenset[str] = frozenset()
        self._sdp = ""
        """Our last description, sent again in a refresh."""

    # What the owner does

    def hang_up(self, reason: EndReason = "hung_up") -> None:
        """End a confirmed session with a BYE; not before the ACK of its 2xx, though (RFC 3261, 15)."""
        if self.state == "ended":
            return
        self.end(reason, None)
        if self._unacknowledged:
            self._bye_waits = True
        else:
            self._bye()

    def close(self) -> None:
        """The user agent ends: no timer is left."""
        self.state = "ended"
        self.timers.clear()
        self.timer.stop()
        if self._unacknowledged:
            self._unacknowledged.stop()

    def ring(self) -> None:
        """180, where the call came in and is not answered."""

    def progress(self, sdp: str) -> None:
        """183, where the call came in and is not answered."""

    def accept(self, sdp: str) -> None:
        """200, where the call came in and is not answered."""

    def reject(self, status: int) -> None:
        """A refusal, where the call came in and is not answered."""

    def end(self, reason: EndReason, status: int | None) -> None:
        """It is over for the owner. The dialog stays until the other end knows."""
        if self.state == "ended":
            return
        self.state = "ended"
        self.timers.clear()
        self.timer.stop()
        self.owner.tell("ended", reason, status)

    # What comes

    def receive(self, request: IncomingRequest, transaction: ServerTransaction) -> None:
        """A request in the dialog, but for ACK and CANCEL."""
        assert self.dialog is not None
        self._peer_allows = request.tokens("Allow") or self._peer_allows
        if not self.dialog.in_order(request):
            self.respond(transaction, 500)
            return
        self.dialog.peer = request.source
        if request.method == "BYE":
            self._receive_bye(transaction)
        elif self.state == "ended":
            self.respond(transaction, 481)
        elif unknown := request.tokens("Require") - EXTENSIONS:
            self.respond(transaction, 420, [("Unsupported", ", ".join(sorted(unknown)))])
        elif request.method == "INVITE" and isinstance(transaction, InviteServer):
            self._receive_invite(request, transaction)
        elif request.method == "UPDATE":
            self._receive_update(request, transaction)
        elif request.method == "INFO":
            self._receive_info(request, transaction)
        elif request.method == "PRACK":
            self.receive_prack(request, transaction)
        elif request.method == "OPTIONS":
            self.respond(transaction, 200, [("Allow", ALLOW), ("Accept", "application/sdp"), ("Supported", SUPPORTED)])
        else:
            self.respond(transaction, 405, [("Allow", ALLOW)])

    def acknowledge(self, ack: IncomingRequest) -> None:
        """The ACK of a 2xx."""
        if self._unacknowledged is None or ack.cseq.sequence != self._unacknowledged.sequence:
            return
        self._unacknowledged.stop()
        self._unacknowledged = None
        if self._bye_waits:
            self._bye()
        elif self._expects_answer and self.state == "confirmed":
            self._expects_answer = False
            if (answer := ack.sdp()) is None:
                self.hang_up("failed")
            else:
                self.owner.tell("answered", answer)

    def receive_prack(self, _: IncomingRequest, transaction: ServerTransaction) -> None:
        """Nothing that was sent reliably waits here (RFC 3262, 3)."""
        self.respond(transaction, 481)

    def early_busy(self) -> bool:
        """Whether an offer of either end stands unanswered before the INVITE's final response."""
        return self.state == "early"

    # Parts that the sessions of both directions use

    def respond(
        self,
        transaction: ServerTransaction,
        code: int,
        headers: list[tuple[str, str]] | None = None,
        body: bytes = b"",
    ) -> None:
        """Answer a request of this dialog."""
        tag = self.dialog.local_tag if self.dialog else ""
        transaction.respond(code, encode_response(transaction.request, code, to_tag=tag, headers=headers, body=body))

    def accept_invite(self, transaction: InviteServer, sdp: str, interval: Interval, *, expects_answer: bool) -> None:
        """Send a 2xx until its ACK comes. ``sdp`` may be empty where the answer went reliably before it."""
        assert self.dialog is not None
        request = transaction.request
        headers = [("Contact", self.dialog.contact), ("Allow", ALLOW), ("Supported", SUPPORTED)]
        headers += self._timer_headers(interval) + ([SDP] if sdp else [])
        headers += [("Record-Route", route) for route in request.headers.getlist("Record-Route")]
        data = encode_response(request, 200, to_tag=self.dialog.local_tag, headers=headers, body=sdp.encode())
        self._expects_answer = expects_answer
        self._unacknowledged = UntilAck(
            self.ground.scheduler,
            request.cseq.sequence,
            lambda: transaction.respond(200, data),
            self._ack_lost,
        )
        self.timer.agreed(interval)
        transaction.respond(200, data)

    def interval_for(self, request: IncomingRequest, transaction: ServerTransaction) -> Interval | None:
        """What the session timer is to be; None when the request was refused for it."""
        try:
            return session_timer.for_request(request)
        except IntervalTooSmallError:
            self.respond(transaction, 422, [("Min-SE", str(session_timer.MIN_SE))])
        except ValueError:
            self.respond(transaction, 400)
        return None

    def ask(
        self,
        method: str,
        headers: list[tuple[str, str]],
        body: bytes,
        done: Callable[[IncomingResponse | None], None],
        tries: int = 2,
    ) -> None:
        """Send a request in the dialog, again when challenged; ``done`` gets its final response, None if none comes."""
        dialog = self.dialog
        assert dialog is not None
        request = dialog.request(method, [*headers, *self.authorization.headers(method, dialog.target)], body)

        def answered(response: IncomingResponse) -> None:
            if response.code < 200:
                return
            if response.code in (401, 407) and tries > 0 and self.authorization.challenged(response):
                self.ask(method, headers, body, done, tries - 1)
                return
            done(response)

        self.ground.transactions.request(self.ground.hop(dialog), request, answered, lambda: done(None))

    # Within

    def _receive_bye(self, transaction: ServerTransaction) -> None:
        self.respond(transaction, 200)
        if self._unacknowledged:
            self._unacknowledged.stop()
            self._unacknowledged = None
        self.end("hung_up", None)
        self.ground.remove_session(self)

    def _receive_invite(self, request: IncomingRequest, transaction: InviteServer) -> None:
        if self._unacknowledged or self.state == "early":
            self.respond(transaction, 500, [("Retry-After", str(secrets.randbelow(10)))])
        elif self._asking:
            self.respond(transaction, 491)
        elif request.body and request.sdp() is None:
            self.respond(transaction, 415, [("Accept", "application/sdp")])
        elif (interval := self.interval_for(request, transaction)) and (
            sdp := self._renegotiated(request.sdp(), transaction)
        ) is not None:
            assert self.dialog is not None
            self.dialog.refresh_target(request)
            self.accept_invite(transaction, sdp, interval, expects_answer=request.sdp() is None)

    def _receive_update(self, request: IncomingRequest, transaction: ServerTransaction) -> None:
        offer = request.sdp()
        if offer is not None and self._asking:
            self.respond(transaction, 491)
        elif offer is not None and (self._unacknowledged or self.early_busy()):
            self.respond(transaction, 500, [("Retry-After", str(secrets.randbelow(10)))])
        elif interval := self.interval_for(request, transaction):
            sdp = "" if offer is None else self._renegotiated(offer, transaction)
            if sdp is None:
                return
            assert self.dialog is not None
            self.dialog.refresh_target(request)
            headers = [("Contact", self.dialog.contact), ("Allow", ALLOW), ("Supported", SUPPORTED)]
            if self.state == "confirmed":
                headers += self._timer_headers(interval)
                self.timer.agreed(interval)
            self.respond(transaction, 200, headers + ([SDP] if sdp else []), sdp.encode())

    def _receive_info(self, request: IncomingRequest, transaction: ServerTransaction) -> None:
        kind = request.content_type()
        if not request.body:
            self.respond(transaction, 200)
        elif kind not in digits.CONTENT_TYPES:
            self.respond(transaction, 415, [("Accept", ", ".join(digits.CONTENT_TYPES))])
        elif (digit := digits.digit_of(kind, request.body)) is None:
            self.respond(transaction, 400)
        else:
            self.respond(transaction, 200)
            self.owner.tell("digit", digit)

    def _renegotiated(self, offer: str | None, transaction: ServerTransaction) -> str | None:
        try:
            self._sdp = self.owner.renegotiate(offer)
        except ValueError:
            self.respond(transaction, 488)
            return None
        return self._sdp

    def _timer_headers(self, interval: Interval) -> list[tuple[str, str]]:
        headers = [("Session-Expires", session_timer.header_of_response(interval))]
        if interval.refresher == "them":
            headers.append(("Require", "timer"))
        return headers

    def _refresh(self) -> None:
        """Half of the session's time is over and it is ours to prolong (RFC 4028, 7.4)."""
        if self.state != "confirmed" or self.timer.interval is None:
            return
        if self._asking or self._unacknowledged:
            self.timers.start("refresh again", 2.0, self._refresh)
            return
        self._asking = True
        seconds = self.timer.interval.seconds
        headers = [("Session-Expires", f"{seconds};refresher=uac"), ("Min-SE", str(session_timer.MIN_SE))]
        headers += [("Supported", SUPPORTED), ("Allow", ALLOW)]
        if "update" in self._peer_allows:
            self.ask("UPDATE", headers, b"", self._refreshed)
        else:
            self.ask("INVITE", [*headers, SDP], self._sdp.encode(), self._refreshed)

    def _refreshed(self, response: IncomingResponse | None) -> None:
        self._asking = False
        if response is not None and response.cseq.method == "INVITE" and response.code < 300:
            # As often as the 2xx comes (RFC 3261, 13.2.2.4).
            assert self.dialog is not None
            ack = self.dialog.request("ACK", sequence=response.cseq.sequence)
            self.ground.transactions.send_ack(self.ground.hop(self.dialog), ack)
        if self.state != "confirmed":
            return
        assert self.dialog is not None
        if response is None or response.code in (408, 481):
            self.hang_up("failed")
        elif response.code < 300:
            self.dialog.refresh_target(response)
            agreed = session_timer.of_response(response)
            known = self.timer.interval.seconds if self.timer.interval else session_timer.SESSION_EXPIRES
            self.timer.agreed(agreed or Interval(known, "us"))
        elif response.code in (491, 500):
            self.timers.start("refresh again", 2.1 + secrets.randbelow(190) / 100, self._refresh)  # 14.1

    def _ack_lost(self) -> None:
        self._unacknowledged = None
        self.end("failed", None)
        self._bye()

    def _bye(self) -> None:
        self._bye_waits = False
        self.ask("BYE", [], b"", lambda _: self.ground.remove_session(self))
