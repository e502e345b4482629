"""A dialog: what two user agents know of each other between the first response and the BYE (RFC 3261, 12)."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass, field

from sipmessage import URI

from signaling.sip import fields
from signaling.sip.message import IncomingRequest, IncomingResponse, OutgoingRequest
from signaling.sip.peer import Peer

DialogId = tuple[str, str, str]
"""Call-ID, our tag, theirs."""

MAX_ROUTES = 20


def new_tag() -> str:
    """A tag that nobody guesses."""
    return secrets.token_hex(8)


@dataclass(slots=True)
class Dialog:
    """One dialog. Its requests are numbered and routed here."""

    call_id: str
    local_tag: str
    remote_tag: str
    local: str
    """Our From or To, without its tag."""
    remote: str
    """Theirs, with their tag as they wrote it."""
    target: str
    """The URI that requests are for: their Contact."""
    routes: list[str]
    """Members of Route, in our order."""
    peer: Peer
    """Where their last request came from or our first went."""
    contact: str
    """Our Contact, a URI in brackets."""
    local_sequence: int = field(default_factory=lambda: secrets.randbelow(2**20) + 1)
    remote_sequence: int = -1

    @classmethod
    def of_request(cls, request: IncomingRequest, tag: str, contact: str) -> Dialog:
        """The dialog that answering an INVITE makes (12.1.1). ValueError when its Contact or route can't be read."""
        target = request.contact()
        if target is None:
            raise ValueError("an INVITE needs a Contact")
        return cls(
            call_id=request.call_id,
            local_tag=tag,
            remote_tag=request.from_tag,
            local=request.headers["To"],
            remote=request.headers["From"],
            target=target,
            routes=_routes(request.headers.getlist("Record-Route")),
            peer=request.source,
            contact=contact,
            remote_sequence=request.cseq.sequence,
        )

    @classmethod
    def of_response(
        cls, invite: OutgoingRequest, response: IncomingResponse, tag: str, peer: Peer, contact: str
    ) -> Dialog:
        """The dialog that a response to our INVITE makes (12.1.2). ValueError when its route can't be read."""
        return cls(
            call_id=response.call_id,
            local_tag=tag,
            remote_tag=response.to_tag,
            local=(invite.header("From") or "").rpartition(";tag=")[0],
            remote=response.headers["To"],
            target=response.contact() or invite.uri,
            routes=_routes(response.headers.getlist("Record-Route"))[::-1],
            peer=peer,
            contact=contact,
            local_sequence=response.cseq.sequence,
        )

    @property
    def id(self) -> DialogId:
        """What its messages are known by."""
        return self.call_id, self.local_tag, self.remote_tag

    def request(
        self, method: str, headers: list[tuple[str, str]] | None = None, body: bytes = b"", sequence: int | None = None
    ) -> OutgoingRequest:
        """The next request (12.2.1.1). ``sequence`` is given for an ACK: that of its INVITE."""
        if sequence is None:
            self.local_sequence += 1
            sequence = self.local_sequence
        uri, routes = self.target, list(self.routes)
        if routes and not _is_loose(routes[0]):
            # A strict router of RFC 2543 takes the first route as the request's URI.
            uri, routes = fields.uri_text(routes[0]), [*routes[1:], f"<{self.target}>"]
        common = [("Max-Forwards", "70"), *(("Route", route) for route in routes)]
        common += [("From", f"{self.local};tag={self.local_tag}"), ("To", self.remote)]
        common += [("Call-ID", self.call_id), ("CSeq", f"{sequence} {method}")]
        if method not in ("BYE", "PRACK"):
            common.append(("Contact", self.contact))
        return OutgoingRequest(method, uri, [*common, *(headers or [])], body)

    def next_hop(self) -> tuple[str, int] | None:
        """IP address and port that the first route or the target names; None where it names no address."""
        try:
            uri = URI.parse(fields.uri_text(self.routes[0]) if self.routes else self.target)
            return str(ipaddress.ip_address(uri.host.strip("[]"))), uri.port or (
                5061 if self.peer.transport == "tls" else 5060
            )
        except (ValueError, TypeError):
            return None

    def in_order(self, request: IncomingRequest) -> bool:
        """Whether this request is newer than those before (12.2.2); it counts from now on."""
        if request.cseq.sequence <= self.remote_sequence:
            return False
        self.remote_sequence = request.cseq.sequence
        return True

    def refresh_target(self, message: IncomingRequest | IncomingResponse) -> None:
        """An INVITE, UPDATE or its 2xx says where the peer is now (12.2.1.2)."""
        self.target = message.contact() or self.target


def _routes(values: list[str]) -> list[str]:
    routes = fields.split_list(values)
    if len(routes) > MAX_ROUTES:
        raise ValueError("too many routes")
    for route in routes:
        fields.address(route)
    return routes


def _is_loose(route: str) -> bool:
    parameters = fields.uri_text(route).split(";")[1:]
    return any(parameter.partition("=")[0].strip().lower() == "lr" for parameter in parameters)
