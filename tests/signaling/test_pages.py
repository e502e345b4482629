"""The client's files as they are sent: compressed where the browser takes that, kept as long as they are good."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from signaling.http.encodings import accepted
from tests.signaling.conftest import MakeServer

SCRIPT = b"export {}" * 100
FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
async def server(make_server: MakeServer, tmp_path: Path) -> TestServer:
    """Over a built client. What brotli makes is nobody's affair here, so it is any bytes."""
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>Balai</title>")
    (root / "index.html.gz").write_bytes(gzip.compress(b"<!doctype html><title>Balai</title>"))
    (root / "service-worker.js").write_text("self")
    (root / "offline.html").write_text("<!doctype html>")
    (root / "manifest.webmanifest").write_text("{}")
    (root / "assets" / "index-abc123.js").write_bytes(SCRIPT)
    (root / "assets" / "index-abc123.js.br").write_bytes(b"brotli")
    (root / "assets" / "index-abc123.js.gz").write_bytes(gzip.compress(SCRIPT))
    (root / "assets" / "tiny-abc123.js").write_bytes(b"1")
    return await make_server(web_root=root)


@pytest.fixture
async def raw() -> ClientSession:
    """A client that leaves bodies as they come."""
    async with ClientSession(auto_decompress=False) as session:
        yield session


@pytest.mark.parametrize(
    ("header", "codings"),
    [
        ("gzip, deflate, br, zstd", {"br", "gzip"}),
        ("GZIP;q=0.5", {"gzip"}),
        ("br;q=0, gzip;q=1.0", {"gzip"}),
        ("br; q=0.000, *", {"gzip"}),
        ("*", {"br", "gzip"}),
        ("*;q=0", set()),
        ("gzip;q=much", set()),
        ("identity, brr, xgzip", set()),
        ("", set()),
    ],
)
def test_a_coding_is_used_only_where_the_browser_takes_it(header: str, codings: set[str]) -> None:
    assert accepted(header) == codings


@pytest.mark.parametrize(
    ("header", "coding", "body"),
    [
        ("gzip, br", "br", b"brotli"),
        ("br;q=0, gzip", "gzip", gzip.compress(SCRIPT)),
        ("identity", None, SCRIPT),
    ],
)
async def test_a_file_is_sent_as_the_build_compressed_it(
    server: TestServer, raw: ClientSession, header: str, coding: str | None, body: bytes
) -> None:
    async with raw.get(server.make_url("/assets/index-abc123.js"), headers={"Accept-Encoding": header}) as response:
        assert response.headers.get("Content-Encoding") == coding
        got = await response.read()
        assert (gzip.decompress(got) if coding == "gzip" else got) == (SCRIPT if coding == "gzip" else body)
        assert response.content_type in ("text/javascript", "application/javascript")
        assert response.headers["Cache-Control"] == FOR_EVER
        assert response.headers["Vary"] == "Accept-Encoding", "a cache must not give it to who can't read it"


async def test_a_file_that_is_too_small_to_be_compressed_is_sent_as_it_is(
    server: TestServer, raw: ClientSession
) -> None:
    async with raw.get(server.make_url("/assets/tiny-abc123.js"), headers={"Accept-Encoding": "br"}) as response:
        assert "Content-Encoding" not in response.headers
        assert await response.read() == b"1"


async def test_the_page_is_compressed_too_but_asked_for_anew(server: TestServer, raw: ClientSession) -> None:
    async with raw.get(server.make_url("/m/abc-defg-hjk"), headers={"Accept-Encoding": "gzip"}) as response:
        assert (response.content_type, response.headers["Content-Encoding"]) == ("text/html", "gzip")
        assert response.headers["Cache-Control"] == "no-cache"
        tag = response.headers["ETag"]
    headers = {"Accept-Encoding": "gzip", "If-None-Match": tag}
    async with raw.get(server.make_url("/m/abc-defg-hjk"), headers=headers) as response:
        assert response.status == 304


@pytest.mark.parametrize("path", ["/assets/index-abc123.js.br", "/index.html.gz"])
async def test_what_the_build_compressed_has_no_address_of_its_own(
    server: TestServer, raw: ClientSession, path: str
) -> None:
    async with raw.get(server.make_url(path)) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        ("/service-worker.js", "text/javascript", "no-cache"),
        ("/offline.html", "text/html", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "public, max-age=3600"),
    ],
)
async def test_what_makes_the_client_an_app_is_served_as_what_it_is(
    server: TestServer, raw: ClientSession, path: str, media_type: str, cache: str
) -> None:
    async with raw.get(server.make_url(path)) as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, cache)
        assert response.content_type.replace("application/javascript", "text/javascript") == media_type
