"""The aiohttp application: puts the parts together, and takes them apart in order."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import WSCloseCode, web

from server.directory import GRACE, Directory
from server.media import MediaEdge
from server.records import Records
from signaling.announcers import Announcers
from signaling.http import api, health, pages, socket
from signaling.http.guards import add_security_headers, errors_as_json, refuse_foreign_origins
from signaling.http.keys import ANNOUNCERS, DIRECTORY, EDGE, NEW_MEETINGS, RECORDS, SOCKETS, WEB_ROOT
from signaling.rate_limit import Buckets

FAREWELL = 2.0
"""Seconds that sockets have to close when the server stops."""
MAX_BODY = 64 * 1024
"""Bytes of a request's body; nothing is uploaded yet."""


def create_app(
    edge: MediaEdge, records: Records, *, web_root: Path | None = None, grace: float = GRACE
) -> web.Application:
    """The application over an open edge and open records, which stay the caller's to close.

    ``grace``: seconds for which the seat of a broken session is kept.
    """
    app = web.Application(client_max_size=MAX_BODY, middlewares=[errors_as_json, refuse_foreign_origins])
    app[EDGE], app[RECORDS] = edge, records
    app[DIRECTORY] = Directory(edge, records, grace)
    app[ANNOUNCERS] = Announcers()
    app[NEW_MEETINGS] = Buckets(rate=0.5, burst=20)
    app[WEB_ROOT] = web_root or pages.web_root()
    app[SOCKETS] = set()
    for module in (api, health, pages, socket):
        app.router.add_routes(module.ROUTES)
    app.on_response_prepare.append(add_security_headers)
    app.on_shutdown.append(_say_goodbye)
    return app


async def _say_goodbye(app: web.Application) -> None:
    """Meetings end with a word to everybody before their sockets are closed."""
    await app[DIRECTORY].close("server_stopping")
    closing = [socket.close(code=WSCloseCode.GOING_AWAY) for socket in app[SOCKETS]]
    await asyncio.wait_for(asyncio.gather(*closing, return_exceptions=True), FAREWELL)
