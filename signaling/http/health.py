"""Is the server alive, and can it do its work?"""

from __future__ import annotations

from aiohttp import web

from signaling.http.keys import EDGE, RECORDS


async def healthz(_: web.Request) -> web.Response:
    """``GET /healthz``: 200 while the event loop turns."""
    return web.json_response({"status": "alive"}, headers={"Cache-Control": "no-store"})


async def readyz(request: web.Request) -> web.Response:
    """``GET /readyz``: 200 when the database answers and the media plane is at work, else 503."""
    checks = {"media": request.app[EDGE].is_running(), "database": await _database_answers(request)}
    ready = all(checks.values())
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return web.json_response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


async def _database_answers(request: web.Request) -> bool:
    try:
        return await request.app[RECORDS].is_ready()
    except Exception:
        return False


ROUTES = [web.get("/healthz", healthz), web.get("/readyz", readyz)]
