"""All transactions of a user agent, and which of them a message belongs to (RFC 3261, 17.1.3 and 17.2.3)."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable

from signaling.sip.message import (
    MAGIC_COOKIE,
    IncomingRequest,
    IncomingResponse,
    OutgoingRequest,
    encode_response,
)
from signaling.sip.peer import LocalAddress, Peer
from signaling.sip.scheduler import Scheduler
from signaling.sip.transactions.invite_client import InviteClient
from signaling.sip.transactions.invite_server import InviteServer
from signaling.sip.transactions.non_invite_client import NonInviteClient
from signaling.sip.transactions.non_invite_server import NonInviteServer

ServerTransaction = InviteServer | NonInviteServer
ClientTransaction = InviteClient | NonInviteClient

MOST = 4096
"""Transactions of others at once. What goes beyond is dropped and counted; its sender repeats itself."""


class Transactions:
    """Gives requests that are new to ``on_request`` once, ACKs of 2xx to ``on_ack``, and responses to who asked."""

    def __init__(
        self,
        scheduler: Scheduler,
        send: Callable[[Peer, bytes], None],
        local: Callable[[Peer], LocalAddress],
        on_request: Callable[[IncomingRequest, ServerTransaction], None],
        on_ack: Callable[[IncomingRequest], None],
        counters: Counter[str],
        most: int = MOST,
    ) -> None:
        self._scheduler, self._send, self._local = scheduler, send, local
        self._on_request, self._on_ack, self._counters, self._most = on_request, on_ack, counters, most
        self._servers: dict[tuple[str, str, str], ServerTransaction] = {}
        self._clients: dict[tuple[str, str], tuple[Peer, ClientTransaction]] = {}

    def __len__(self) -> int:
        return len(self._servers) + len(self._clients)

    def receive(self, message: IncomingRequest | IncomingResponse) -> None:
        """A message that was parsed."""
        if isinstance(message, IncomingResponse):
            found = self._clients.get((message.branch, message.cseq.method))
            if found is None:
                self._counters["stray_response"] += 1
            elif found[0].ip != message.source.ip:
                self._counters["response_from_elsewhere"] += 1
            else:
                found[1].receive(message)
            return
        key = _server_key(message)
        transaction = self._servers.get(key)
        if message.method == "ACK":
            if isinstance(transaction, InviteServer) and transaction.state != "accepted":
                transaction.receive(message)
            elif message.fault is None:
                self._on_ack(message)
        elif transaction is not None:
            transaction.receive(message)
        elif len(self._servers) >= self._most:
            self._counters["too_many_transactions"] += 1
        else:
            self._begin(key, message)

    def knows(self, request: IncomingRequest) -> bool:
        """Whether this request has come before."""
        return _server_key(request) in self._servers

    def close(self) -> None:
        """Forget everything; no timer is left."""
        for transaction in [*self._servers.values(), *(client for _, client in self._clients.values())]:
            transaction.close()
        self._servers.clear()
        self._clients.clear()

    def invite_of(self, cancel: IncomingRequest) -> InviteServer | None:
        """The transaction that a CANCEL wants to end (RFC 3261, 9.2)."""
        found = self._servers.get((*_server_key(cancel)[:2], "INVITE"))
        return found if isinstance(found, InviteServer) else None

    def request(
        self,
        peer: Peer,
        request: OutgoingRequest,
        on_response: Callable[[IncomingResponse], None],
        on_failure: Callable[[], None],
    ) -> ClientTransaction:
        """Send a request. ``on_failure`` comes when no final response does; never within this call."""
        branch = MAGIC_COOKIE + secrets.token_hex(12)
        return self._start(peer, request, branch, on_response, on_failure)

    def cancel(self, peer: Peer, invite: InviteClient) -> None:
        """Ask for the end of an INVITE that a provisional response has come for (RFC 3261, 9.1)."""
        kept = [
            pair for pair in invite.request.headers if pair[0] in ("Route", "From", "To", "Call-ID", "Max-Forwards")
        ]
        sequence = (invite.request.header("CSeq") or "").partition(" ")[0]
        request = OutgoingRequest("CANCEL", invite.request.uri, [*kept, ("CSeq", f"{sequence} CANCEL")])
        branch = invite.via.rpartition("branch=")[2]
        if (branch, "CANCEL") not in self._clients:
            self._start(peer, request, branch, lambda _: None, lambda: None)

    def send_ack(self, peer: Peer, ack: OutgoingRequest) -> None:
        """Send the ACK of a 2xx, which is a transaction of its own without a response (RFC 3261, 13.2.2.4)."""
        self._send(peer, ack.encode(self._via(peer, MAGIC_COOKIE + secrets.token_hex(12))))

    def peer_lost(self, peer: Peer) -> None:
        """What was sent to this peer does not arrive (RFC 3261, 8.1.3.1 and 17.1.4)."""
        for sent_to, transaction in list(self._clients.values()):
            if sent_to == peer:
                transaction.fail()

    def _start(
        self,
        peer: Peer,
        request: OutgoingRequest,
        branch: str,
        on_response: Callable[[IncomingResponse], None],
        on_failure: Callable[[], None],
    ) -> ClientTransaction:
        key = (branch, request.method)
        kind = InviteClient if request.method == "INVITE" else NonInviteClient
        transaction = kind(
            request,
            self._via(peer, branch),
            reliable=peer.reliable,
            scheduler=self._scheduler,
            send=lambda data: self._send(peer, data),
            on_response=on_response,
            on_failure=on_failure,
            on_end=lambda: self._forget_client(key),
        )
        self._clients[key] = (peer, transaction)
        # Not at once: a transport that fails at once would call back into who is just asking.
        self._scheduler.call_later(0, transaction.start)
        return transaction

    def _begin(self, key: tuple[str, str, str], request: IncomingRequest) -> None:
        if request.fault is not None:
            # Without a transaction: whoever sends garbage makes nothing here that lasts (RFC 3261, 8.2.7).
            self._counters[request.fault.code] += 1
            self._send(request.source, encode_response(request, request.fault.status, to_tag=stateless_tag(request)))
            return
        kind = InviteServer if request.method == "INVITE" else NonInviteServer
        transaction = kind(
            request,
            scheduler=self._scheduler,
            send=lambda data: self._send(request.source, data),
            on_end=lambda: self._forget_server(key),
        )
        self._servers[key] = transaction
        transaction.start()
        self._on_request(request, transaction)

    def _forget_client(self, key: tuple[str, str]) -> None:
        self._clients.pop(key, None)

    def _forget_server(self, key: tuple[str, str, str]) -> None:
        self._servers.pop(key, None)

    def _via(self, peer: Peer, branch: str) -> str:
        local = self._local(peer)
        return f"SIP/2.0/{peer.transport.upper()} {local.host}:{local.port};rport;branch={branch}"


def stateless_tag(request: IncomingRequest) -> str:
    """A To tag that repetitions get, too (RFC 3261, 8.2.7)."""
    return hashlib.sha256(f"{request.call_id}\0{request.from_tag}\0{request.branch}".encode()).hexdigest()[:12]


def _server_key(request: IncomingRequest) -> tuple[str, str, str]:
    method = "INVITE" if request.method == "ACK" else request.method
    # Another address of the network can't speak in somebody's transaction by knowing its branch.
    sent_by = f"{request.source.ip} {request.via.host.lower()}:{request.via.port or ''}"
    if request.branch.startswith(MAGIC_COOKIE) and request.branch != MAGIC_COOKIE:
        return request.branch, sent_by, method
    # RFC 2543 gave branches no meaning.
    old = f"{request.call_id}\0{request.from_tag}\0{request.cseq.sequence}\0{request.branch}"
    return hashlib.sha256(old.encode()).hexdigest(), sent_by, method
