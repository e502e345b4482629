"""The small REST API."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Annotated

import msgspec
from aiohttp import web

from server.directory import NoSuchMeetingError, ServerStoppingError
from signaling.http.guards import client_address, problem, stopping
from signaling.http.keys import DIRECTORY, NEW_MEETINGS


class NewMeeting(msgspec.Struct, forbid_unknown_fields=True):
    """What a meeting is to be."""

    title: Annotated[str, msgspec.Meta(max_length=120)] = ""


_CODE = re.compile(r"[a-z]{3}-[a-z]{4}-[a-z]{3}")


async def create_meeting(request: web.Request) -> web.Response:
    """``POST /api/meetings``: make a meeting; 201, its code, and the key that makes its holder the host.

    A JSON body may give its ``title``. 503 when the server is about to stop.
    """
    if not request.app[NEW_MEETINGS].take(client_address(request)):
        refused = problem(429, "rate_limited", "too many new meetings from this address: wait a minute")
        refused.headers["Retry-After"] = "60"
        return refused
    try:
        wanted = msgspec.json.decode(await request.read() or b"{}", type=NewMeeting)
    except msgspec.DecodeError as error:
        return problem(400, "bad_message", f"this does not describe a meeting: {error}")
    try:
        code, host_key = await request.app[DIRECTORY].create(wanted.title)
    except ServerStoppingError:
        return stopping()
    return web.json_response({"code": code, "host_key": host_key}, status=201, headers={"Cache-Control": "no-store"})


async def show_meeting(request: web.Request) -> web.Response:
    """``GET /api/meetings/<code>``: 200 and what is to be known before one joins; 404 if there is no such meeting."""
    code = request.match_info["code"]
    try:
        if not _CODE.fullmatch(code):
            raise NoSuchMeetingError
        about = await request.app[DIRECTORY].about(code)
    except NoSuchMeetingError:
        return problem(404, "no_such_meeting", "nobody has made a meeting with this code")
    told = {"code": code, **asdict(about)}
    return web.json_response(told, headers={"Cache-Control": "no-store"})


ROUTES = [
    web.post("/api/meetings", create_meeting),
    web.get("/api/meetings/{code}", show_meeting),
]
