"""Is the server alive, and can it do its work?"""

from __future__ import annotations

from aiohttp import web

from signaling.http.keys import DIRECTORY, EDGE, RECORDS


async def healthz(_: web.Request) -> web.Response:
    """``GET /healthz``: 200 while the event loop turns."""
    return web.json_response({"status": "alive"}, headers={"Cache-Control": "no-store"})


async def readyz(request: web.Request) -> web.Response:
    """``GET /readyz``: 200 when the database answers, the media plane is at work and the server goes on, else 503.

    Its ``status`` is ``draining`` when the server is about to stop: send nobody here any more.
    """
    checks = {"media": request.app[EDGE].is_running(), "database": await _database_answers(request)}
    draining = request.app[DIRECTORY].stops_in is not None
    ready = all(checks.values()) and not draining
    status = "draining" if draining else "ready" if ready else "not ready"
    body = {"status": status, "checks": checks}
    return web.json_response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


async def _database_answers(request: web.Request) -> bool:
    try:
        return await request.app[RECORDS].is_ready()
    except Exception:
        return False


ROUTES = [web.get("/healthz", healthz), web.get("/readyz", readyz)]
