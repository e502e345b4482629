"""The client's files. One page serves every address of the client; what it shows is its own affair."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from aiohttp import web

from signaling.http.encodings import accepted
from signaling.http.keys import WEB_ROOT

NOT_BUILT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Balai</title>"
    "<h1>The client has not been built</h1><p>Run <code>make run</code>, which builds it, and reload this page.</p>"
)

COMPRESSED = {"br": ".br", "gzip": ".gz"}
"""How the build names a file that it compressed, best first."""


def web_root() -> Path:
    """Where the built client lies: ``web/dist`` beside the packages, in a checkout and in an installed wheel."""
    return Path(__file__).resolve().parents[2] / "web" / "dist"


async def page(request: web.Request) -> web.StreamResponse:
    """The client's page. Never cached: it names the hashed files of this version."""
    index = request.app[WEB_ROOT] / "index.html"
    if not index.is_file():
        return web.Response(text=NOT_BUILT, content_type="text/html", status=503)
    return _answer(request, index, "no-cache")


async def asset(request: web.Request) -> web.StreamResponse:
    """A hashed file: its content never changes under its name (RFC 8246)."""
    return _file(request, request.app[WEB_ROOT] / "assets", "public, max-age=31536000, immutable")


async def shell_file(request: web.Request) -> web.StreamResponse:
    """What has the same name in every version: asked for anew, or a browser would go on with that of yesterday."""
    return _file(request, request.app[WEB_ROOT], "no-cache")


async def root_file(request: web.Request) -> web.StreamResponse:
    """An unhashed file at the top, such as the icon."""
    return _file(request, request.app[WEB_ROOT], "public, max-age=3600")


def _file(request: web.Request, folder: Path, cache: str) -> web.StreamResponse:
    path = folder / request.match_info["name"]
    hidden = path.name == "index.html" or path.suffix in COMPRESSED.values()
    if path.parent != folder or hidden or not path.is_file():
        raise web.HTTPNotFound
    return _answer(request, path, cache)


def _answer(request: web.Request, path: Path, cache: str) -> web.FileResponse:
    """A file, as its build compressed it where the browser takes that (RFC 9110 section 12.5.3)."""
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    wanted = accepted(request.headers.get("Accept-Encoding", ""))
    for encoding, ending in COMPRESSED.items():
        packed = path.with_name(path.name + ending)
        if encoding in wanted and packed.is_file():
            headers["Content-Type"] = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return web.FileResponse(packed, headers=headers | {"Content-Encoding": encoding})
    return web.FileResponse(path, headers=headers)


ROUTES = [
    web.get("/", page),
    web.get(r"/m/{code}{slash:/?}", page),
    web.get(r"/assets/{name:[A-Za-z0-9._-]+}", asset),
    web.get(r"/{name:service-worker\.js|old-browser\.js|offline\.html}", shell_file),
    web.get(r"/{name:[A-Za-z0-9_-]+\.(?:svg|png|ico|webmanifest|txt)}", root_file),
]
