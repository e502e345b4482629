"""The SIP user agent: sockets, guards, registrations, calls. It knows neither meetings nor media, and never relays."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable

import structlog

from signaling.sip.addresses import Addresses, server_tls
from signaling.sip.authorization import Authorization
from signaling.sip.call import Call, caller_of
from signaling.sip.core import Core
from signaling.sip.digest import Challenger
from signaling.sip.guards import Guard, Guards, Source
from signaling.sip.incoming import IncomingSession
from signaling.sip.message import IncomingRequest, MalformedError, encode_response, parse
from signaling.sip.outgoing import OutgoingSession
from signaling.sip.peer import Peer, Transport
from signaling.sip.registration import Registration
from signaling.sip.session_timer import MIN_SE, IntervalTooSmallError, for_request
from signaling.sip.settings import SipSettings, Trunk
from signaling.sip.transactions import InviteServer, stateless_tag
from signaling.sip.transport import StreamTransport, UdpTransport

log = structlog.get_logger()

RESOLVE_AGAIN = 300.0
"""Seconds after which the trunks' host names are looked up again."""
STOP_SECONDS = 3.0
"""How long stopping waits for the answers to BYE and REGISTER."""


class UserAgent:
    """SIP over UDP, TCP and TLS."""

    def __init__(
        self,
        settings: SipSettings,
        on_call: Callable[[Call], Awaitable[None]],
        guard: Guard | None = None,
        *,
        server_tls: ssl.SSLContext | None = None,
    ) -> None:
        """``on_call`` gets each call that comes in and may; ``guard`` is asked before that. ``server_tls`` serves where
        the settings name no certificate.
        """
        self._settings, self._on_call, self._guard, self._server_tls = settings, on_call, guard, server_tls
        self.counters: Counter[str] = Counter()
        """What was received, and dropped by reason."""
        self.ports: dict[Transport, int] = {}
        """Where we listen, once started."""
        self.registrations: dict[str, Registration] = {}
        """By trunk."""
        self._calls: dict[str, Call] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._challengers = {
            trunk.name: Challenger(trunk.credentials)
            for trunk in settings.trunks
            if trunk.challenge and trunk.credentials
        }

    @property
    def calls(self) -> tuple[Call, ...]:
        """Those that are not over."""
        return tuple(self._calls.values())

    async def start(self) -> None:
        """Bind and begin to register. OSError when a port can't be bound, or the certificate can't be read."""
        settings, loop = self._settings, asyncio.get_running_loop()
        self._guards = Guards(settings, self.counters, loop.time)
        self._addresses = addresses = Addresses(settings, self._guards, self.ports)
        self._core = Core(
            loop,
            self._send,
            addresses.local,
            self._receive_invite,
            is_ours=addresses.is_ours,
            contact_user=addresses.user_for,
            same_side=self._guards.same_side,
            connected=lambda peer: self._stream(peer).connected(peer),
            counters=self.counters,
        )
        guards = self._guards
        self._udp = UdpTransport(guards.admit_message, self._receive)
        self._tcp = StreamTransport("tcp", guards.admit, self._receive_stream, self._peer_lost, self.counters)
        tls = server_tls(settings, self._server_tls)
        self._tls = StreamTransport(
            "tls",
            guards.admit,
            self._receive_stream,
            self._peer_lost,
            self.counters,
            server_tls=tls,
            client_tls=addresses.client_tls,
        )
        await self._addresses.look_up()
        try:
            await self._open_pair()
            if tls is not None and settings.tls_port is not None:
                self.ports["tls"] = await self._tls.open(settings.host, settings.tls_port)
        except OSError:
            await self._close()
            raise
        for trunk in settings.trunks:
            if trunk.register and trunk.credentials:
                self.registrations[trunk.name] = registration = self._registration(trunk)
                registration.start()
        self._run(self._keep_resolving())

    async def _open_pair(self) -> None:
        """Bind UDP and TCP at one port. What is free for one may not be for the other."""
        host, port = self._settings.host, self._settings.port
        for last in (True,) if port else (*(False,) * 20, True):
            udp = await self._udp.open(host, port)
            try:
                self.ports["tcp"] = await self._tcp.open(host, udp)
            except OSError:
                self._udp.close()
                if last:
                    raise
                continue
            self.ports["udp"] = udp
            return

    async def stop(self) -> None:
        """BYE to all, end the registrations, close. Takes some seconds at most."""
        if self._stopping:
            return
        self._stopping = True
        done = [registration for registration in self.registrations.values() if registration.stop()]
        left = len(done)
        gone = asyncio.Event()

        def one_done() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                gone.set()

        for registration in done:
            registration.on_done = one_done
        for call in self.calls:
            call.hang_up()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                if done:
                    await gone.wait()
                await self._core.emptied()
        except TimeoutError:
            log.warning("not every SIP peer has answered the end")
        await self._close()

    def dial(self, trunk: str, number: str, offer: str) -> Call:
        """Call a number by a trunk with our description. Events come later than this returns.

        ValueError for an unknown trunk, a number that is none or that the trunk's prefixes don't allow; CallLimitError.
        """
        try:
            known = self._settings.trunk(trunk)
        except KeyError:
            raise ValueError("there is no such trunk") from None
        if not known.may_call(number):
            raise ValueError("this number may not be called by this trunk")
        if self._stopping or not self._guards.has_room(known):
            raise CallLimitError("this trunk has no room for one more call")
        peer = self._addresses.of_trunk(known)
        call = Call(
            direction="out", number=number, dialled=number, trunk=trunk, peer=peer or Peer(known.transport, "", 0)
        )
        user = known.caller or (known.credentials.user if known.credentials else "balai")
        secure = ";transport=tls" if known.transport == "tls" else ""
        session = OutgoingSession(
            self._core,
            call,
            Authorization(known.credentials),
            peer=peer or Peer(known.transport, "", 0),
            uri=f"sip:{number}@{known.uri_domain}{secure}",
            from_uri=f"sip:{user}@{known.uri_domain}",
            offer=offer,
            ring_seconds=self._settings.ring_seconds,
        )
        self._begin(call, session)
        if peer is None:
            asyncio.get_running_loop().call_soon(session.end, "unreachable", None)
        else:
            session.start()
        return call

    def peer_of(self, trunk: Trunk) -> Peer | None:
        """Where a trunk's server is; None while its name has no address."""
        return self._addresses.of_trunk(trunk)

    # What comes

    def _receive_stream(self, peer: Peer, data: bytes) -> None:
        if self._guards.admit_message(peer.ip):
            self._receive(peer, data)

    def _receive(self, peer: Peer, data: bytes) -> None:
        """One message. Whatever it says, nothing is raised."""
        if not data.strip(b"\r\n\0 "):
            return  # keep-alive
        self.counters["received"] += 1
        try:
            message = parse(data, peer)
            if isinstance(message, IncomingRequest) and not self._admit_request(message):
                return
            self._core.receive(message)
        except MalformedError as error:
            self.counters[error.code] += 1
        except Exception:
            self.counters["fault"] += 1
            log.exception("a SIP message was not handled")

    def _admit_request(self, request: IncomingRequest) -> bool:
        """Rates of new calls, before anything is kept of them."""
        if request.method != "INVITE" or request.to_tag or request.fault or self._core.transactions.knows(request):
            return True
        trunk = self._guards.trunk_of(request.source.ip)
        refusal = self._guards.refuse_invite(trunk) if trunk else None
        if trunk is None or (refusal and not self._guards.may_refuse()):
            return False
        if refusal:
            wait = [("Retry-After", "5")] if refusal.status == 503 else []
            tag = stateless_tag(request)
            self._send(request.source, encode_response(request, refusal.status, to_tag=tag, headers=wait))
            return False
        return True

    def _receive_invite(self, request: IncomingRequest, transaction: InviteServer) -> None:
        trunk = self._guards.trunk_of(request.source.ip)

        def refuse(status: int, headers: list[tuple[str, str]] | None = None) -> None:
            tag = stateless_tag(request)
            transaction.respond(status, encode_response(request, status, to_tag=tag, headers=headers))

        if trunk is None or self._stopping:
            refuse(503)
            return
        if not self._is_authentic(request, trunk, refuse):
            return
        number, name = caller_of(request)
        source = Source(trunk.name, number, request.uri.user or "", request.source.transport, request.source.ip)
        if self._guard and (refusal := self._guard(source)):
            self.counters["refused"] += 1
            refuse(refusal.status)
            return
        try:
            interval = for_request(request)
        except IntervalTooSmallError:
            refuse(422, [("Min-SE", str(MIN_SE))])
            return
        except ValueError:
            refuse(400)
            return
        call = Call(
            direction="in",
            number=number,
            display_name=name,
            dialled=request.uri.user or "",
            trunk=trunk.name,
            peer=request.source,
            offer=request.sdp(),
        )
        try:
            session = IncomingSession(
                self._core, call, Authorization(trunk.credentials), request, transaction, interval
            )
        except ValueError:
            refuse(400)
            return
        self._begin(call, session)
        self._run(self._hand_over(call))

    def _is_authentic(
        self, request: IncomingRequest, trunk: Trunk, refuse: Callable[[int, list[tuple[str, str]]], None]
    ) -> bool:
        challenger = self._challengers.get(trunk.name)
        if challenger is None:
            return True
        now = asyncio.get_running_loop().time()
        value = request.headers.get("Authorization")
        good = challenger.check(value, "INVITE", now) if value else False
        if good:
            return True
        if value:
            self.counters["bad_credentials"] += 1
        refuse(401, [("WWW-Authenticate", line) for line in challenger.challenges(now, stale=good is None)])
        return False

    async def _hand_over(self, call: Call) -> None:
        try:
            await self._on_call(call)
        except Exception:
            log.exception("a call was not taken", call=call.id)
            if call.over is None:
                call.hang_up()

    def _begin(self, call: Call, session: IncomingSession | OutgoingSession) -> None:
        call.bind(session)
        self._calls[call.id] = call
        self._guards.call_begins(call.trunk)

        def ended(*_: object) -> None:
            if self._calls.pop(call.id, None) is not None:
                self._guards.call_ends(call.trunk)

        call.on("ended", ended)

    # Addresses

    def _send(self, peer: Peer, data: bytes) -> None:
        self.counters["sent"] += 1
        if peer.transport == "udp":
            self._udp.send(peer, data)
        else:
            self._stream(peer).send(peer, data)

    def _stream(self, peer: Peer) -> StreamTransport:
        return self._tcp if peer.transport == "tcp" else self._tls

    def _peer_lost(self, peer: Peer) -> None:
        self._core.transactions.peer_lost(peer)
        for registration in self.registrations.values():
            registration.peer_lost(peer)

    def _registration(self, trunk: Trunk) -> Registration:
        assert trunk.credentials is not None
        return Registration(
            self._core,
            Authorization(trunk.credentials),
            trunk=trunk.name,
            peer=lambda: self._addresses.of_trunk(trunk),
            domain=trunk.uri_domain,
            user=trunk.credentials.user,
            expires=trunk.expires,
            keep_alive=trunk.keep_alive,
        )

    async def _keep_resolving(self) -> None:
        while True:
            await asyncio.sleep(RESOLVE_AGAIN)
            await self._addresses.look_up()

    # The end

    async def _close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._core.close()
        self._udp.close()
        await self._tcp.close()
        await self._tls.close()

    def _run(self, coroutine: Awaitable[None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class CallLimitError(Exception):
    """The trunk has as many calls as it may."""
