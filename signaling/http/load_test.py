"""``/api/load-test``: what ``balai loadtest`` needs, for whoever has the server's load-test token."""

from __future__ import annotations

import secrets

import msgspec
from aiohttp import web

from signaling import process_figures
from signaling.http.guards import Handler, problem
from signaling.http.keys import DIRECTORY, EDGE, LOAD_TEST_TOKEN


def for_the_token_only(handler: Handler) -> Handler:
    """401 for whoever does not carry the token (RFC 6750 section 2.1)."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        token = request.app[LOAD_TEST_TOKEN]
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode(errors="surrogatepass")
        if token is None or not secrets.compare_digest(given, token.encode()):
            refused = problem(401, "wrong_token", "give the token that this server keeps in its data folder")
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
        return await handler(request)

    return guarded


@for_the_token_only
async def show_figures(request: web.Request) -> web.StreamResponse:
    """``GET``: what the server has used and done so far, and what it knows of links.

    See ``ProcessFigures``, ``counters`` of the plane, and ``downlinks``: ``Downlink`` by participant id.
    """
    figures = {
        **msgspec.to_builtins(process_figures.read()),
        "counters": request.app[EDGE].counters(),
        "downlinks": msgspec.to_builtins(request.app[DIRECTORY].downlinks()),
    }
    return web.json_response(figures, headers={"Cache-Control": "no-store"})


@for_the_token_only
async def create_meeting(request: web.Request) -> web.StreamResponse:
    """``POST``: make a meeting to be tested in; 201 and its code."""
    code, _ = await request.app[DIRECTORY].create()
    return web.json_response({"code": code}, status=201, headers={"Cache-Control": "no-store"})


ROUTES = [
    web.get("/api/load-test", show_figures),
    web.post("/api/load-test", create_meeting),
]
