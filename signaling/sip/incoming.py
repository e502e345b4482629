"""A session that somebody else asked for, until it is answered: ringing, early media, CANCEL (RFC 3261, 13.3)."""

from __future__ import annotations

from signaling.sip.authorization import Authorization
from signaling.sip.dialog import Dialog, new_tag
from signaling.sip.message import IncomingRequest
from signaling.sip.resending import UntilPrack
from signaling.sip.session import ALLOW, SDP, SUPPORTED, EndReason, Ground, Owner, Session
from signaling.sip.session_timer import Interval
from signaling.sip.transactions import InviteServer, ServerTransaction

RING_AGAIN = 60.0
"""Seconds after which a provisional response is said again, so that no proxy gives up (RFC 3261, 13.3.1.1)."""


UNDECIDED = 180.0
"""Seconds after which a call that nobody took is refused, as proxies do (RFC 3261, 16.6, timer C)."""


class IncomingSession(Session):
    """Made of an INVITE. ValueError when no dialog can be made of it."""

    def __init__(
        self,
        ground: Ground,
        owner: Owner,
        authorization: Authorization,
        request: IncomingRequest,
        transaction: InviteServer,
        interval: Interval,
    ) -> None:
        super().__init__(ground, owner, authorization)
        self.dialog = Dialog.of_request(request, new_tag(), ground.contact(request.source))
        self._invite, self._interval = transaction, interval
        self._late_offer = request.sdp() is None
        self._peer_allows = request.tokens("Allow")
        self._reliable = "100rel" in request.tokens("Require")
        self._pracks = UntilPrack(ground.scheduler, request.cseq.sequence, lambda: self.reject(504))
        self._described = False
        """A description went in a reliable response."""
        self._answered = False
        """The answer to our offer in a reliable response has come."""
        self._accept_waits: str | None = None
        transaction.on_failure = lambda: ground.remove_session(self)
        transaction.on_cancel = self.cancel
        self.timers.start("undecided", UNDECIDED, lambda: self.reject(480, "no_answer"))
        ground.add_dialog(self.dialog, self)

    def close(self) -> None:
        """The user agent ends: no timer is left."""
        super().close()
        self._pracks.stop()

    def ring(self) -> None:
        """180."""
        self._provisional(180, None)

    def progress(self, sdp: str) -> None:
        """183 with a description; without it where it would be an offer that nothing makes reliable (RFC 3262, 5)."""
        self._provisional(183, sdp if self._reliable or not self._late_offer else None)

    def accept(self, sdp: str) -> None:
        """200, once a description that was sent before it is acknowledged (RFC 3262, 3)."""
        if self.state != "early" or self._accept_waits is not None:
            return
        if self._described and self._pracks.busy:
            self._accept_waits = sdp
            return
        self._finish_provisional()
        self.state = "confirmed"
        self._sdp = sdp
        self.accept_invite(
            self._invite,
            "" if self._described else sdp,
            self._interval,
            expects_answer=self._late_offer and not self._described,
        )

    def reject(self, status: int, reason: EndReason = "refused") -> None:
        """A final answer of 300 and more. Nothing when there is one already."""
        if self.state != "early":
            return
        self._finish_provisional()
        self.respond(self._invite, status)
        self.end(reason, status)
        self.ground.remove_session(self)

    def hang_up(self, reason: EndReason = "hung_up") -> None:
        """A refusal, or a BYE."""
        if self.state == "early":
            self.reject(480, reason)
        else:
            super().hang_up(reason)

    def cancel(self) -> None:
        """The caller sent CANCEL. Too late when the answer has gone (RFC 3261, 9.2)."""
        self.reject(487, "cancelled")

    def receive_prack(self, request: IncomingRequest, transaction: ServerTransaction) -> None:
        """A provisional response has arrived; the PRACK may carry an answer, or an offer (RFC 3262, 5)."""
        if not self._pracks.acknowledge(request):
            self.respond(transaction, 481)
            return
        sdp = request.sdp()
        if sdp is not None and self._late_offer and self._described and not self._answered:
            self._answered = True
            self.respond(transaction, 200)
            self.owner.tell("answered", sdp)
        elif sdp is not None:
            if (answer := self._renegotiated(sdp, transaction)) is None:
                return
            self.respond(transaction, 200, [SDP], answer.encode())
        else:
            self.respond(transaction, 200)
        if self._accept_waits is not None and not self._pracks.busy:
            waiting, self._accept_waits = self._accept_waits, None
            self.accept(waiting)

    def early_busy(self) -> bool:
        """An offer may be changed before the final response once it was answered reliably (RFC 3311, 5.2)."""
        return self.state == "early" and not (self._described and not self._pracks.busy)

    def _receive_bye(self, transaction: ServerTransaction) -> None:
        if self.state == "early":
            self.respond(transaction, 200)
            self.cancel()
        else:
            super()._receive_bye(transaction)

    def _provisional(self, code: int, sdp: str | None) -> None:
        assert self.dialog is not None
        if self.state != "early" or self._accept_waits is not None:
            return
        headers = [("Contact", self.dialog.contact), ("Allow", ALLOW), ("Supported", SUPPORTED)]
        headers += [("Record-Route", route) for route in self._invite.request.headers.getlist("Record-Route")]
        headers += [SDP] if sdp else []
        body = (sdp or "").encode()
        if self._reliable:
            self._described = self._described or sdp is not None
            self._pracks.send(
                lambda number: self.respond(
                    self._invite, code, [*headers, ("Require", "100rel"), ("RSeq", str(number))], body
                )
            )
            return

        def send() -> None:
            self.respond(self._invite, code, headers, body)
            self.timers.start("ring again", RING_AGAIN, send)

        send()

    def _finish_provisional(self) -> None:
        self._pracks.stop()
        self.timers.stop("ring again")
        self.timers.stop("undecided")
