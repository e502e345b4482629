"""The small REST API."""

from __future__ import annotations

import re

from aiohttp import web

from server.directory import NoSuchMeetingError
from signaling.http.guards import client_address, problem
from signaling.http.keys import DIRECTORY, NEW_MEETINGS

_CODE = re.compile(r"[a-z]{3}-[a-z]{4}-[a-z]{3}")


async def create_meeting(request: web.Request) -> web.Response:
    """``POST /api/meetings``: make a meeting; 201 and its code."""
    if not request.app[NEW_MEETINGS].take(client_address(request)):
        refused = problem(429, "rate_limited", "too many new meetings from this address: wait a minute")
        refused.headers["Retry-After"] = "60"
        return refused
    code = await request.app[DIRECTORY].create()
    return web.json_response({"code": code}, status=201, headers={"Cache-Control": "no-store"})


async def show_meeting(request: web.Request) -> web.Response:
    """``GET /api/meetings/<code>``: 200 if there is such a meeting, and how many are in it; else 404."""
    code = request.match_info["code"]
    try:
        if not _CODE.fullmatch(code):
            raise NoSuchMeetingError
        participants = await request.app[DIRECTORY].count(code)
    except NoSuchMeetingError:
        return problem(404, "no_such_meeting", "nobody has made a meeting with this code")
    return web.json_response({"code": code, "participants": participants}, headers={"Cache-Control": "no-store"})


ROUTES = [
    web.post("/api/meetings", create_meeting),
    web.get("/api/meetings/{code}", show_meeting),
]
