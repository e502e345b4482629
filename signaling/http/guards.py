"""Who may ask: our own pages, and programs that are no browsers; and who it is that asks."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from signaling.http.keys import BEHIND_PROXY

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_same_origin(origin: str | None, host: str) -> bool:
    """Whether the page that asks is of the host that is asked (RFC 6455 section 10.2, RFC 6454).

    ``origin`` and ``host`` are the headers. Browsers always send Origin with a WebSocket and with a POST; programs
    that are no browsers need not, and have no user's rights to borrow.
    """
    if origin is None:
        return True
    try:
        page = urlsplit(origin)
        if page.scheme not in _DEFAULT_PORTS or not page.hostname:
            return False
        asked = urlsplit(f"//{host}")
        default = _DEFAULT_PORTS[page.scheme]
        return (page.hostname, page.port or default) == (asked.hostname, asked.port or default)
    except ValueError:
        return False


def forwarded_for(request: web.Request) -> str | None:
    """The address that the proxy nearest to us saw, if there is one and it said so."""
    addresses = request.headers.getall("X-Forwarded-For", [])
    return addresses[-1].split(",")[-1].strip() or None if addresses else None


def client_address(request: web.Request) -> str:
    """What stands for one client when requests are counted: its IPv4 address, or the /64 of its IPv6 address.

    A proxy's word is taken only when the server was told that it is behind one.
    """
    text = (forwarded_for(request) if request.app[BEHIND_PROXY] else None) or request.remote or ""
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return request.remote or ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network(f"{address}/64", strict=False))


def problem(status: int, code: str, message: str) -> web.Response:
    """An error as JSON, with a stable code."""
    body = {"error": {"code": code, "message": message}}
    return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})


def stopping() -> web.Response:
    """Nothing new begins on a server that is about to stop."""
    refused = problem(503, "server_stopping", "the server is about to be restarted: try again in a minute")
    refused.headers["Retry-After"] = "60"
    return refused


@web.middleware
async def refuse_foreign_origins(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The WebSocket, and whatever changes something, are for our own pages."""
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if (changes or request.path == "/ws") and not is_same_origin(request.headers.get("Origin"), request.host):
        return problem(403, "foreign_origin", "this page belongs to another site; open the meeting's own address")
    return await handler(request)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors speak JSON, and say no more than they must."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
        answer = problem(error.status, codes.get(error.status, "bad_request"), error.reason)
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
        return answer
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("a request failed", method=request.method, reference=reference)
        return problem(500, "internal", f"the server could not do this; its log says why, under {reference}")
