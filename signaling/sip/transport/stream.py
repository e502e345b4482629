"""SIP over TCP and TLS: connections that others open and that we open, each used for both ways (RFC 3261, 18.1.1)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Literal

import structlog

from signaling.sip.message import MalformedError
from signaling.sip.peer import Peer
from signaling.sip.transport.framing import PONG, Framer
from signaling.sip.transport.udp import bind, plain_ip

log = structlog.get_logger()

HALF_MESSAGE_SECONDS = 20.0
"""How long a message may take to come, and a new connection to say something."""
IDLE_SECONDS = 600.0
HANDSHAKE_SECONDS = 10.0
CONNECT_SECONDS = 10.0
MOST_OF_ONE = 64
MOST = 256
MOST_WAITING = 64
"""Messages for a connection that is being opened."""
MOST_UNSENT = 512 * 1024
"""Bytes that a peer may leave unread."""


class _Connection(asyncio.Protocol):
    def __init__(self, owner: StreamTransport, peer: Peer) -> None:
        self._owner, self.peer = owner, peer
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._owner.opened(self)
        self._wait(HALF_MESSAGE_SECONDS)

    def data_received(self, data: bytes) -> None:
        begun = not self._framer.empty
        try:
            messages = self._framer.feed(data)
        except MalformedError as error:
            self._owner.counters[error.code] += 1
            self.abort()
            return
        if self._framer.pings:
            self._framer.pings = 0
            self.send(PONG)
        for message in messages:
            self._owner.receive(self.peer, message)
        if self._framer.empty:
            self._wait(IDLE_SECONDS)
        else:
            # A message that comes byte by byte gets no more time by each.
            self._wait(HALF_MESSAGE_SECONDS, restart=bool(messages) or not begun)

    def connection_lost(self, _: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._owner.lost(self)

    def send(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MOST_UNSENT:
            self.abort()
        elif self._framer.empty:
            self._wait(IDLE_SECONDS)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _wait(self, seconds: float, *, restart: bool = True) -> None:
        if self._timer:
            if not restart:
                return
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.abort)


class StreamTransport:
    """All connections of one kind."""

    def __init__(
        self,
        kind: Literal["tcp", "tls"],
        admit: Callable[[str], bool],
        receive: Callable[[Peer, bytes], None],
        peer_lost: Callable[[Peer], None],
        counters: Counter[str],
        *,
        server_tls: ssl.SSLContext | None = None,
        client_tls: Callable[[Peer], tuple[ssl.SSLContext, str] | None] = lambda _: None,
    ) -> None:
        self._kind: Literal["tcp", "tls"] = kind
        self._admit, self.receive, self._peer_lost, self.counters = admit, receive, peer_lost, counters
        self._server_tls, self._client_tls = server_tls, client_tls
        self._connections: dict[Peer, _Connection] = {}
        self._opening: dict[Peer, list[bytes]] = {}
        self._of_one: Counter[str] = Counter()
        """Of each address: accepted and not closed, handshakes among them."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: socket.socket | None = None

    async def open(self, host: str, port: int) -> int:
        """Listen; the port. OSError."""
        sock = bind(socket.SOCK_STREAM, host, port)
        try:
            sock.listen(64)
        except OSError:
            sock.close()
            raise
        self._listening = sock
        self._run(self._accept(sock))
        return int(sock.getsockname()[1])

    def connected(self, peer: Peer) -> bool:
        """Whether a message to this peer needs no new connection."""
        return self._connection(peer) is not None

    def send(self, peer: Peer, data: bytes) -> None:
        """Send one message over the connection to this peer, another of its address, or a new one."""
        connection = self._connection(peer)
        if connection is not None:
            connection.send(data)
        elif data.startswith(b"SIP/2.0 "):
            # Whoever asked and hung up waits for no answer, and the port that they came from takes no connection.
            self.counters["response_without_connection"] += 1
        elif peer in self._opening:
            if len(self._opening[peer]) < MOST_WAITING:
                self._opening[peer].append(data)
        elif len(self._opening) < MOST:
            self._opening[peer] = [data]
            self._run(self._connect(peer))

    async def close(self) -> None:
        """Close everything."""
        if self._listening is not None:
            self._listening.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in list(self._connections.values()):
            connection.close()

    def opened(self, connection: _Connection) -> None:
        """A connection can be used."""
        self._connections[connection.peer] = connection

    def lost(self, connection: _Connection) -> None:
        """A connection is gone."""
        if self._connections.get(connection.peer) is connection:
            del self._connections[connection.peer]
            self._peer_lost(connection.peer)

    def _connection(self, peer: Peer) -> _Connection | None:
        return self._connections.get(peer) or next(
            (other for known, other in reversed(self._connections.items()) if known.ip == peer.ip), None
        )

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, address = await loop.sock_accept(listening)
            except OSError:
                self.counters["accept_failed"] += 1
                await asyncio.sleep(0.1)  # out of descriptors: calls that are there go on
                continue
            peer = Peer(self._kind, plain_ip(address[0]), address[1])
            if not self._admit(peer.ip):
                sock.close()
            elif self._of_one[peer.ip] >= MOST_OF_ONE or self._of_one.total() >= MOST:
                self.counters["too_many_connections"] += 1
                sock.close()
            else:
                self._of_one[peer.ip] += 1
                self._run(self._serve(peer, sock))

    async def _serve(self, peer: Peer, sock: socket.socket) -> None:
        """One accepted connection, from its handshake to its end."""
        loop = asyncio.get_running_loop()
        closed = loop.create_future()

        class Served(_Connection):
            def connection_lost(self, error: Exception | None) -> None:
                super().connection_lost(error)
                if not closed.done():
                    closed.set_result(None)

        try:
            seconds = HANDSHAKE_SECONDS if self._server_tls else None
            await loop.connect_accepted_socket(
                lambda: Served(self, peer), sock, ssl=self._server_tls, ssl_handshake_timeout=seconds
            )
            await closed
        except (TimeoutError, OSError, ssl.SSLError):
            self.counters["handshake_failed"] += 1
        finally:
            with contextlib.suppress(OSError):
                sock.close()
            self._of_one[peer.ip] -= 1
            if not self._of_one[peer.ip]:
                del self._of_one[peer.ip]

    async def _connect(self, peer: Peer) -> None:
        loop = asyncio.get_running_loop()
        try:
            tls: dict[str, Any] = {}
            if self._kind == "tls":
                if (known := self._client_tls(peer)) is None:
                    raise OSError("no trunk has this address")
                tls = {"ssl": known[0], "server_hostname": known[1], "ssl_handshake_timeout": HANDSHAKE_SECONDS}
            async with asyncio.timeout(CONNECT_SECONDS + HANDSHAKE_SECONDS):
                _, connection = await loop.create_connection(
                    lambda: _Connection(self, peer),
                    peer.ip,
                    peer.port,
                    **tls,
                )
        except (OSError, ssl.SSLError, TimeoutError) as error:
            self.counters["connect_failed"] += 1
            log.warning("a SIP peer can't be reached", ip=peer.ip, port=peer.port, why=str(error))
            self._opening.pop(peer, None)
            self._peer_lost(peer)
            return
        for data in self._opening.pop(peer, []):
            connection.send(data)

    def _run(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
