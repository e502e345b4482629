"""The client's files. One page serves every address of the client; what it shows is its own affair."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from signaling.http.keys import WEB_ROOT

NOT_BUILT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Balai</title>"
    "<h1>The client has not been built</h1><p>Run <code>make run</code>, which builds it, and reload this page.</p>"
)


def web_root() -> Path:
    """Where the built client lies: ``web/dist`` beside the packages, in a checkout and in an installed wheel."""
    return Path(__file__).resolve().parents[2] / "web" / "dist"


async def page(request: web.Request) -> web.StreamResponse:
    """The client's page. Never cached: it names the hashed files of this version."""
    index = request.app[WEB_ROOT] / "index.html"
    if not index.is_file():
        return web.Response(text=NOT_BUILT, content_type="text/html", status=503)
    return web.FileResponse(index, headers={"Cache-Control": "no-cache"})


async def asset(request: web.Request) -> web.StreamResponse:
    """A hashed file: its content never changes under its name (RFC 8246)."""
    return _file(request, request.app[WEB_ROOT] / "assets", "public, max-age=31536000, immutable")


async def root_file(request: web.Request) -> web.StreamResponse:
    """An unhashed file at the top, such as the icon."""
    return _file(request, request.app[WEB_ROOT], "public, max-age=3600")


def _file(request: web.Request, folder: Path, cache: str) -> web.StreamResponse:
    path = folder / request.match_info["name"]
    if path.parent != folder or path.name == "index.html" or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": cache})


ROUTES = [
    web.get("/", page),
    web.get(r"/m/{code}{slash:/?}", page),
    web.get(r"/assets/{name:[A-Za-z0-9._-]+}", asset),
    web.get(r"/{name:[A-Za-z0-9_-]+\.(?:svg|png|ico|webmanifest|txt)}", root_file),
]
