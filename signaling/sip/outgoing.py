"""A session that we ask for, until it is answered: challenges, early media, PRACK, CANCEL, forks (RFC 3261, 13.2)."""

from __future__ import annotations

import secrets

from signaling.sip import fields, session_timer
from signaling.sip.authorization import Authorization
from signaling.sip.dialog import Dialog, new_tag
from signaling.sip.message import IncomingResponse, OutgoingRequest
from signaling.sip.peer import Peer
from signaling.sip.session import ALLOW, SDP, SUPPORTED, EndReason, Ground, Owner, Session
from signaling.sip.transactions import InviteClient, ServerTransaction
from signaling.sip.transactions.timers import GIVE_UP

MOST_FORKS = 8
"""Telephones that may ring at once for one call; what more of them say is not heard."""


class OutgoingSession(Session):
    """One call of ours."""

    def __init__(
        self,
        ground: Ground,
        owner: Owner,
        authorization: Authorization,
        *,
        peer: Peer,
        uri: str,
        from_uri: str,
        offer: str,
        ring_seconds: float,
    ) -> None:
        super().__init__(ground, owner, authorization)
        self._peer, self._uri, self._sdp = peer, uri, offer
        self._tag, self._call_id = new_tag(), secrets.token_hex(16)
        self._from = f"<{from_uri}>"
        self._sequence = secrets.randbelow(2**20) + 1
        self._contact = ground.contact(peer)
        self._min_se = session_timer.MIN_SE
        self._tries = 3
        self._early: dict[str, Dialog] = {}
        self._reliable: dict[str, int] = {}
        """The last RSeq of each fork."""
        self._acks: dict[str, OutgoingRequest] = {}
        """By their tag: what each 2xx is answered with, as often as it comes."""
        self._early_sdp = ""
        self._provisional = self._rings = False
        self._cancelled: tuple[EndReason, int | None] | None = None
        self._transaction: InviteClient | None = None
        self._invite: OutgoingRequest | None = None
        self.timers.start("no answer", ring_seconds, lambda: self._cancel("no_answer"))

    def start(self) -> None:
        """Send the INVITE, anew after a challenge or an interval that was too small."""
        headers = [("Max-Forwards", "70"), ("From", f"{self._from};tag={self._tag}"), ("To", f"<{self._uri}>")]
        headers += [("Call-ID", self._call_id), ("CSeq", f"{self._sequence} INVITE"), ("Contact", self._contact)]
        headers += [("Allow", ALLOW), ("Supported", SUPPORTED)]
        headers += [("Session-Expires", str(max(session_timer.SESSION_EXPIRES, self._min_se)))]
        headers += [("Min-SE", str(self._min_se)), SDP, *self.authorization.headers("INVITE", self._uri)]
        invite = OutgoingRequest("INVITE", self._uri, headers, self._sdp.encode())
        self._invite, self._provisional = invite, False
        transaction = self.ground.transactions.request(
            self._peer, invite, lambda response: self._receive_response(invite, response), self._unanswered
        )
        assert isinstance(transaction, InviteClient)
        self._transaction = transaction

    def hang_up(self, reason: EndReason = "hung_up") -> None:
        """CANCEL, or a BYE."""
        if self.state == "early":
            self._cancel("cancelled" if reason == "hung_up" else reason)
        else:
            super().hang_up(reason)

    def early_busy(self) -> bool:
        """Before the final response our offer is answered only reliably, by a fork (RFC 3311, 5.2)."""
        return self.state == "early" and not self._early_sdp

    def _cancel(self, reason: EndReason) -> None:
        if self.state != "early":
            return
        self.end(reason, None)
        self._cancelled = reason, None
        if self._provisional:
            self._send_cancel()
        # Else the first provisional response brings it (9.1); a final one or the transaction's end need none.

    def _send_cancel(self) -> None:
        assert self._transaction is not None
        self.ground.transactions.cancel(self._peer, self._transaction)
        # Whoever never says 487 is not waited for (9.1).
        self.timers.start("cancelled", GIVE_UP, self._transaction.fail)

    def _receive_bye(self, transaction: ServerTransaction) -> None:
        if self.state != "early":
            super()._receive_bye(transaction)
            return
        # A fork ends itself, which proxies turn into a final response; where none of that comes, nothing may stay.
        self.respond(transaction, 200)
        self._cancel("hung_up")

    def _receive_response(self, invite: OutgoingRequest, response: IncomingResponse) -> None:
        if invite is not self._invite:
            return
        if response.code < 200:
            self._receive_provisional(response)
        elif response.code < 300:
            self._receive_success(response)
        else:
            self._receive_refusal(response)

    def _receive_provisional(self, response: IncomingResponse) -> None:
        first, self._provisional = not self._provisional, True
        if self._cancelled:
            if first:
                self._send_cancel()
            return
        if response.code == 100 or not response.to_tag or self.state != "early":
            return
        dialog = self._fork(response)
        if dialog is None or not self._is_new(dialog, response):
            return
        if response.code in (180, 181, 182) and not self._rings:
            self._rings = True
            self.owner.tell("ringing")
        sdp = response.sdp()
        if sdp is not None and sdp != self._early_sdp:
            self._early_sdp = sdp
            self.owner.tell("early", sdp)

    def _fork(self, response: IncomingResponse) -> Dialog | None:
        assert self._invite is not None
        known = self._early.get(response.to_tag)
        if known is not None or len(self._early) >= MOST_FORKS:
            return known
        try:
            dialog = Dialog.of_response(self._invite, response, self._tag, self._peer, self._contact)
        except ValueError:
            return None
        self._early[response.to_tag] = dialog
        self.dialog = self.dialog or dialog
        self.ground.add_dialog(dialog, self)
        return dialog

    def _is_new(self, dialog: Dialog, response: IncomingResponse) -> bool:
        """Acknowledge a reliable response; whether it is the next one (RFC 3262, 4)."""
        number = response.headers.get("RSeq")
        if number is None or "100rel" not in response.tokens("Require"):
            return True
        try:
            sequence = fields.integer(number)
        except ValueError:
            return False
        last = self._reliable.get(dialog.remote_tag)
        if last is not None and sequence != last + 1:
            return False
        self._reliable[dialog.remote_tag] = sequence
        dialog.refresh_target(response)
        rack = ("RAck", f"{sequence} {response.cseq.sequence} INVITE")
        prack = dialog.request("PRACK", [rack, *self.authorization.headers("PRACK", dialog.target)])
        self.ground.transactions.request(self.ground.hop(dialog), prack, lambda _: None, lambda: None)
        return True

    def _receive_success(self, response: IncomingResponse) -> None:
        if ack := self._acks.get(response.to_tag):
            self.ground.transactions.send_ack(self.ground.hop(self._early[response.to_tag]), ack)
            return
        if len(self._acks) >= MOST_FORKS:
            return
        dialog = self._fork(response)
        if dialog is None:
            self._fail("failed", response.code)
            return
        dialog.refresh_target(response)
        assert self._invite is not None
        # With the credentials of its INVITE, since nobody can challenge it (RFC 3261, 22.1).
        credentials = [pair for pair in self._invite.headers if pair[0] in ("Authorization", "Proxy-Authorization")]
        self._acks[response.to_tag] = ack = dialog.request("ACK", credentials, sequence=response.cseq.sequence)
        self.ground.transactions.send_ack(self.ground.hop(dialog), ack)
        if self.state == "early":
            self._establish(dialog, response)
        elif dialog is not self.dialog or self._cancelled:
            # Another telephone was quicker, or we were not waiting any more.
            bye = dialog.request("BYE", self.authorization.headers("BYE", dialog.target))
            hop = self.ground.hop(dialog)
            self.ground.transactions.request(hop, bye, lambda _: self._over(dialog), lambda: self._over(dialog))

    def _establish(self, dialog: Dialog, response: IncomingResponse) -> None:
        self.dialog, self.state = dialog, "confirmed"
        self.timers.clear()
        self._peer_allows = response.tokens("Allow")
        self.timer.agreed(session_timer.of_response(response))
        answer = response.sdp() or self._early_sdp
        if answer:
            self.owner.tell("answered", answer)
        else:
            super().hang_up("failed")

    def _over(self, dialog: Dialog) -> None:
        if self._cancelled or dialog is self.dialog:
            self._forget()

    def _receive_refusal(self, response: IncomingResponse) -> None:
        if self._cancelled:
            self._forget()
            return
        if self.state != "early":
            return
        mended = self._takes_interval(response) or self.authorization.challenged(response)
        if mended and self._tries > 0:
            self._again()
        else:
            self._fail(_reason(response.code), response.code)

    def _takes_interval(self, response: IncomingResponse) -> bool:
        if response.code != 422:
            return False
        try:
            self._min_se = fields.integer(response.headers.get("Min-SE") or "", 86_400)
        except ValueError:
            return False
        return self._min_se > session_timer.MIN_SE

    def _again(self) -> None:
        self._tries -= 1
        self._sequence += 1
        for dialog in self._early.values():
            self.ground.remove_dialog(dialog)
        self._early, self._reliable, self.dialog = {}, {}, None
        self.start()

    def _unanswered(self) -> None:
        if self._cancelled:
            self._forget()
        elif self.state == "early":
            self._fail("unreachable", None)

    def _fail(self, reason: EndReason, status: int | None) -> None:
        self.end(reason, status)
        self._forget()

    def _forget(self) -> None:
        self.timers.clear()
        self.ground.remove_session(self)


def _reason(code: int) -> EndReason:
    if code in (486, 600):
        return "busy"
    if code in (408, 480, 487):
        return "no_answer"
    if code in (500, 502, 503, 504):
        return "unreachable"
    return "refused"  # a redirection (3xx), too: nobody makes us call elsewhere
