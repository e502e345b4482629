"""Where a browser tries its connection out before it joins a meeting."""

from __future__ import annotations

from aiohttp import web

from server.connection_trials import TooManyTrialsError
from signaling.http.guards import client_address, problem
from signaling.http.keys import DIRECTORY, NEW_TRIALS


async def begin_trial(request: web.Request) -> web.Response:
    """``POST /api/connection-trials``: 201 and the code by which the trial is joined, twice; it is over by itself."""
    try:
        if not request.app[NEW_TRIALS].take(client_address(request)):
            raise TooManyTrialsError
        code = request.app[DIRECTORY].trials.begin()
    except TooManyTrialsError:
        refused = problem(429, "rate_limited", "too many try their connection out at the moment: wait half a minute")
        refused.headers["Retry-After"] = "30"
        return refused
    return web.json_response({"code": code}, status=201, headers={"Cache-Control": "no-store"})


ROUTES = [web.post("/api/connection-trials", begin_trial)]
