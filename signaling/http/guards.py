"""What every request must pass."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob: mediastream:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """A response signal: every response carries the headers."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def is_same_origin(request: web.Request) -> bool:
    """Whether the page that made this request is ours (RFC 6455 section 10.2, RFC 6454).

    Programs that are no browsers send no Origin, and have no user's rights to borrow.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == request.host.lower()
    except ValueError:
        return False


def problem(status: int, code: str, message: str) -> web.Response:
    """An error as JSON, with a stable code."""
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


@web.middleware
async def refuse_foreign_origins(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The WebSocket, and whatever changes something, are for our own pages."""
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if (changes or request.path == "/ws") and not is_same_origin(request):
        return problem(403, "foreign_origin", "this page belongs to another site; open the meeting's own address")
    return await handler(request)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors of the API speak JSON, and say no more than they must."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
        return problem(error.status, codes.get(error.status, "bad_request"), error.reason)
