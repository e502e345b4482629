"""``/ws``: where a WebSocket becomes a session."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress

from aiohttp import WSCloseCode, web

from signaling.http.guards import client_address, forwarded_for, problem
from signaling.http.keys import ANNOUNCERS, BEHIND_PROXY, DIRECTORY, LIMITS, SESSIONS
from signaling.messages import MAX_MESSAGE_BYTES, PROTOCOL
from signaling.session import Session
from signaling.wire import encode, refusal

CLOSING = 2.0
"""Seconds that a peer has to answer a closing handshake."""
LINGER = 1.0
"""Seconds for which an oversized message is read and thrown away, or the reset would overtake what it is told."""


class _Socket(web.WebSocketResponse):
    """A WebSocket that says what was wrong with a message before it is closed for its size."""

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        if code == WSCloseCode.MESSAGE_TOO_BIG and not self.closed:
            error = refusal(None, "too_large", f"a message has {MAX_MESSAGE_BYTES} bytes at most")
            with contextlib.suppress(ConnectionError):
                await self.send_str(encode(error))
            await asyncio.sleep(LINGER)
        return await super().close(code=code, message=message, drain=drain)


async def websocket(request: web.Request) -> web.StreamResponse:
    """Serve one session."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "")
    if PROTOCOL not in (name.strip() for name in offered.split(",")):
        return problem(400, "wrong_protocol", f"open a WebSocket here, with the subprotocol {PROTOCOL}")
    limits = request.app[LIMITS]
    socket = _Socket(
        protocols=(PROTOCOL,),
        heartbeat=limits.heartbeat,
        timeout=CLOSING,
        max_msg_size=MAX_MESSAGE_BYTES + 1,  # aiohttp refuses from this size on
        compress=False,  # the resume token would be compressed beside what others choose
    )
    await socket.prepare(request)
    transport = request.transport
    session = Session(
        socket,
        request.app[DIRECTORY],
        request.app[ANNOUNCERS],
        limits=limits,
        address=client_address(request),
        local_address=local_address(request),
        disconnect=lambda: transport.abort() if transport else None,
    )
    sessions = request.app[SESSIONS]
    sessions.add(session)
    try:
        await session.run()
    finally:
        sessions.discard(session)
    return socket


def local_address(request: web.Request) -> str | None:
    """The IP address at which this client reached the server; None when it came through a proxy."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    if not name or (request.app[BEHIND_PROXY] and forwarded_for(request)):
        return None
    address = ipaddress.ip_address(str(name[0]).split("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


ROUTES = [web.get("/ws", websocket)]
