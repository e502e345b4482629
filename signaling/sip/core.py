"""The user agent core without its sockets: which dialog, session or new call a message is for (RFC 3261, 8, 12.2.2)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from signaling.sip.dialog import Dialog, DialogId
from signaling.sip.message import IncomingRequest, IncomingResponse, encode_response
from signaling.sip.peer import LocalAddress, Peer
from signaling.sip.scheduler import Scheduler
from signaling.sip.session import ALLOW, EXTENSIONS, SUPPORTED, Session
from signaling.sip.transactions import InviteServer, ServerTransaction, Transactions, stateless_tag

OnInvite = Callable[[IncomingRequest, InviteServer], None]


class Core:
    """Implements ``session.Ground``. Whoever calls ``receive`` has seen to it that the source may speak to us."""

    def __init__(
        self,
        scheduler: Scheduler,
        send: Callable[[Peer, bytes], None],
        local: Callable[[Peer], LocalAddress],
        on_invite: OnInvite,
        *,
        is_ours: Callable[[IncomingRequest], bool] = lambda _: True,
        contact_user: Callable[[Peer], str] = lambda _: "balai",
        same_side: Callable[[str, str], bool] = lambda known, ip: known == ip,
        connected: Callable[[Peer], bool] = lambda _: True,
        counters: Counter[str] | None = None,
    ) -> None:
        self.scheduler = scheduler
        self.counters: Counter[str] = Counter() if counters is None else counters
        self.transactions = Transactions(
            scheduler, send, local, self._receive_request, self._receive_ack, self.counters
        )
        self._local, self._on_invite, self._is_ours, self._contact_user = local, on_invite, is_ours, contact_user
        self._same_side, self._connected = same_side, connected
        self._dialogs: dict[DialogId, Session] = {}
        self._empty: asyncio.Event | None = None
        self._halves: Counter[tuple[str, str]] = Counter()
        """Call-ID and their tag of each dialog, by which an INVITE is known that came by two ways (8.2.2.2)."""

    @property
    def dialogs(self) -> int:
        """How many dialogs there are."""
        return len(self._dialogs)

    def receive(self, message: IncomingRequest | IncomingResponse) -> None:
        """A message that was parsed."""
        self.transactions.receive(message)

    def contact(self, peer: Peer) -> str:
        """Our Contact for this peer, a URI in brackets."""
        local = self._local(peer)
        transport = "" if peer.transport == "udp" else f";transport={peer.transport}"
        return f"<sip:{self._contact_user(peer)}@{local.host}:{local.port}{transport}>"

    def hop(self, dialog: Dialog) -> Peer:
        """Where the dialog's requests go (RFC 3261, 8.1.2): what its route or target names, if that is of one trunk.

        Else where its messages come from: behind NAT that is right, and nobody makes us send to others. Over TCP
        and TLS it is the connection that they come by, for as long as there is one.
        """
        named = dialog.next_hop()
        if named is None or not self._same_side(dialog.peer.ip, named[0]):
            return dialog.peer
        if dialog.peer.reliable and self._connected(dialog.peer):
            return dialog.peer
        return Peer(dialog.peer.transport, *named)

    def add_dialog(self, dialog: Dialog, session: Session) -> None:
        """Requests in this dialog are for this session."""
        if dialog.id not in self._dialogs:
            self._halves[dialog.call_id, dialog.remote_tag] += 1
        self._dialogs[dialog.id] = session

    def remove_dialog(self, dialog: Dialog) -> None:
        """Nobody is in this dialog any more."""
        self._remove(dialog.id)

    def remove_session(self, session: Session) -> None:
        """Nothing is for this session any more."""
        for known in [known for known, kept in self._dialogs.items() if kept is session]:
            self._remove(known)

    async def emptied(self) -> None:
        """Return when there is no dialog any more."""
        if self._dialogs:
            self._empty = asyncio.Event()
            await self._empty.wait()

    def close(self) -> None:
        """Forget everything; no timer is left."""
        self.transactions.close()
        for session in set(self._dialogs.values()):
            session.close()
        self._dialogs.clear()
        self._halves.clear()

    def _remove(self, known: DialogId) -> None:
        if self._dialogs.pop(known, None) is not None:
            if not self._dialogs and self._empty is not None:
                self._empty.set()
            half = known[0], known[2]
            self._halves[half] -= 1
            if not self._halves[half]:
                del self._halves[half]

    def _session_of(self, request: IncomingRequest) -> Session | None:
        session = self._dialogs.get((request.call_id, request.to_tag, request.from_tag))
        # Whoever knows a dialog's tags but is somebody else's machine is not in it.
        if session is None or session.dialog is None or not self._same_side(session.dialog.peer.ip, request.source.ip):
            return None
        return session

    def _receive_ack(self, request: IncomingRequest) -> None:
        if session := self._session_of(request):
            session.acknowledge(request)
        else:
            self.counters["stray_ack"] += 1

    def _receive_request(self, request: IncomingRequest, transaction: ServerTransaction) -> None:
        if request.method == "CANCEL":
            self._receive_cancel(request, transaction)
        elif request.to_tag:
            if session := self._session_of(request):
                session.receive(request, transaction)
            else:
                self._answer(transaction, 481)
        elif not self._is_ours(request):
            self.counters["not_for_us"] += 1
            self._answer(transaction, 404)
        elif unknown := request.tokens("Require") - EXTENSIONS:
            self._answer(transaction, 420, [("Unsupported", ", ".join(sorted(unknown)))])
        elif isinstance(transaction, InviteServer):
            self._receive_invite(request, transaction)
        elif request.method == "OPTIONS":
            self._answer(transaction, 200, [("Allow", ALLOW), ("Accept", "application/sdp"), ("Supported", SUPPORTED)])
        elif request.method in ("BYE", "UPDATE", "PRACK", "INFO"):
            self._answer(transaction, 481)
        else:
            self.counters["method_not_allowed"] += 1
            self._answer(transaction, 405, [("Allow", ALLOW)])

    def _receive_cancel(self, request: IncomingRequest, transaction: ServerTransaction) -> None:
        invite = self.transactions.invite_of(request)
        if invite is None:
            self._answer(transaction, 481)
            return
        self._answer(transaction, 200)
        if invite.state == "proceeding":
            invite.on_cancel()

    def _receive_invite(self, request: IncomingRequest, transaction: InviteServer) -> None:
        if (request.call_id, request.from_tag) in self._halves:
            self._answer(transaction, 482)
        elif request.body and request.sdp() is None:
            self._answer(transaction, 415, [("Accept", "application/sdp")])
        elif request.contact() is None:
            self._answer(transaction, 400)
        else:
            self._on_invite(request, transaction)

    def _answer(self, transaction: ServerTransaction, code: int, headers: list[tuple[str, str]] | None = None) -> None:
        request = transaction.request
        tag = stateless_tag(request)
        transaction.respond(code, encode_response(request, code, to_tag=tag, headers=headers))
