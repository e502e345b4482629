"""``/ws``: where a WebSocket becomes a session."""

from __future__ import annotations

import ipaddress

from aiohttp import web

from signaling.http.guards import problem
from signaling.http.keys import ANNOUNCERS, DIRECTORY, SOCKETS
from signaling.messages import PROTOCOL
from signaling.session import Session

HEARTBEAT = 10.0
"""Seconds between pings; a peer that does not answer within half of it is gone."""
HARD_LIMIT = 1024 * 1024
"""Bytes above which a frame is not even read: the connection is closed with 1009 (RFC 6455 section 7.4.1)."""


async def websocket(request: web.Request) -> web.StreamResponse:
    """Serve one session."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "")
    if PROTOCOL not in (name.strip() for name in offered.split(",")):
        return problem(400, "wrong_protocol", f"open the WebSocket with the subprotocol {PROTOCOL}")
    socket = web.WebSocketResponse(protocols=(PROTOCOL,), heartbeat=HEARTBEAT, max_msg_size=HARD_LIMIT, compress=False)
    await socket.prepare(request)
    sockets = request.app[SOCKETS]
    sockets.add(socket)
    try:
        session = Session(socket, request.app[DIRECTORY], request.app[ANNOUNCERS], local_address(request))
        await session.run()
    finally:
        sockets.discard(socket)
    return socket


def local_address(request: web.Request) -> str | None:
    """The IP address at which this client reached the server."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    if not name:
        return None
    address = ipaddress.ip_address(str(name[0]).split("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


ROUTES = [web.get("/ws", websocket)]
