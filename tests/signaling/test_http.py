"""Plain HTTP: who may ask, what every answer carries, the client's files, the API, health."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSServerHandshakeError
from aiohttp.test_utils import TestServer

from server.media import MediaEdge
from signaling.http.guards import is_same_origin
from signaling.http.keys import RECORDS
from signaling.limits import Limits
from tests.signaling.client import make_meeting
from tests.signaling.conftest import Connect, MakeServer

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob: mediastream:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@pytest.fixture
def client_files(tmp_path: Path) -> Path:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>Balai</title>")
    (root / "icon.svg").write_text("<svg/>")
    (root / "assets" / "index-abc123.js").write_text("export {}")
    (tmp_path / "outside.txt").write_text("outside")
    return root


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        (None, "balai.example:8443", True),
        ("https://balai.example:8443", "balai.example:8443", True),
        ("https://BALAI.example:8443", "balai.EXAMPLE:8443", True),
        ("https://balai.example", "balai.example", True),
        ("https://balai.example", "balai.example:443", True),
        ("http://[::1]:8443", "[::1]:8443", True),
        ("https://balai.example", "balai.example:8443", False),
        ("http://balai.example", "balai.example:443", False),
        ("https://evil.example:8443", "balai.example:8443", False),
        ("https://balai.example:8443.evil.example", "balai.example:8443", False),
        ("https://evil.example/balai.example:8443", "balai.example:8443", False),
        ("null", "balai.example:8443", False),
        ("", "balai.example:8443", False),
        ("file://", "balai.example:8443", False),
        ("https://[", "balai.example:8443", False),
        ("https://balai.example:port", "balai.example:8443", False),
    ],
)
def test_an_origin_is_ours_when_its_host_is_the_one_that_is_asked(origin: str | None, host: str, same: bool) -> None:
    assert is_same_origin(origin, host) is same


async def test_foreign_pages_get_no_websocket_and_make_no_meeting(server: TestServer, http: ClientSession) -> None:
    own = f"http://{server.host}:{server.port}"
    for origin in ("https://evil.example", "null"):
        with pytest.raises(WSServerHandshakeError) as refused:
            await http.ws_connect(server.make_url("/ws"), protocols=["balai.v1"], headers={"Origin": origin})
        assert refused.value.status == 403
        async with http.post(server.make_url("/api/meetings"), headers={"Origin": origin}) as response:
            assert response.status == 403
            assert (await response.json())["error"]["code"] == "foreign_origin"
    async with http.ws_connect(server.make_url("/ws"), protocols=["balai.v1"], headers={"Origin": own}) as socket:
        assert socket.protocol == "balai.v1"
    async with http.post(server.make_url("/api/meetings"), headers={"Origin": own}) as response:
        assert response.status == 201


async def test_a_websocket_must_name_the_protocol(server: TestServer, http: ClientSession) -> None:
    for protocols in ([], ["balai.v0"]):
        with pytest.raises(WSServerHandshakeError) as refused:
            await http.ws_connect(server.make_url("/ws"), protocols=protocols)
        assert refused.value.status == 400
    async with http.get(server.make_url("/ws")) as response:
        assert response.status == 400


async def test_every_answer_carries_the_security_headers(
    make_server: MakeServer, http: ClientSession, client_files: Path
) -> None:
    server = await make_server(web_root=client_files)
    for path in ("/", "/m/abc-defg-hjk", "/assets/index-abc123.js", "/icon.svg", "/healthz", "/none", "/api/none"):
        async with http.get(server.make_url(path)) as response:
            assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Frame-Options"] == "DENY"
            assert "Python" not in response.headers["Server"]


async def test_the_page_is_asked_for_anew_and_hashed_files_are_kept_for_ever(
    make_server: MakeServer, http: ClientSession, client_files: Path
) -> None:
    server = await make_server(web_root=client_files)
    for path in ("/", "/m/abc-defg-hjk", "/m/abc-defg-hjk/", "/m/whatever"):
        async with http.get(server.make_url(path)) as response:
            assert (response.status, response.content_type) == (200, "text/html")
            assert response.headers["Cache-Control"] == "no-cache"
            assert "<title>Balai</title>" in await response.text()
    async with http.get(server.make_url("/assets/index-abc123.js")) as response:
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.content_type in ("text/javascript", "application/javascript")


async def test_nothing_but_the_clients_files_is_served(
    make_server: MakeServer, http: ClientSession, client_files: Path
) -> None:
    (client_files / ".hidden.txt").write_text("hidden")
    (client_files / "index.html.gz").write_bytes(gzip.compress(b"x"))
    server = await make_server(web_root=client_files)
    for path in (
        *("/outside.txt", "/../outside.txt", "/%2e%2e/outside.txt", "/assets/../../outside.txt"),
        *("/assets/..%2f..%2foutside.txt", "/assets/", "/assets/none.js", "/.hidden.txt", "/index.html.gz"),
    ):
        async with http.get(str(server.make_url("/")).rstrip("/") + path) as response:
            assert response.status == 404, path
            assert "outside" not in await response.text()


async def test_a_client_that_has_not_been_built_is_said_so(
    make_server: MakeServer, http: ClientSession, tmp_path: Path
) -> None:
    server = await make_server(web_root=tmp_path / "nothing")
    async with http.get(server.make_url("/")) as response:
        assert response.status == 503
        assert "make run" in await response.text()


async def test_a_meeting_is_made_and_found_and_others_are_not(server: TestServer, http: ClientSession) -> None:
    code = await make_meeting(http, server)
    async with http.get(server.make_url(f"/api/meetings/{code}")) as response:
        assert (response.status, await response.json()) == (
            200,
            {
                "code": code,
                "title": "",
                "participants": 0,
                "ask_unit": False,
                "locked": False,
                "numbers": [],
                "pin": None,
            },
        )
    for other in ("zzz-zzzz-zzz", "x", code.upper(), f"{code}%0a", "' OR 1=1"):
        async with http.get(f"{server.make_url('/api/meetings')}/{other}") as response:
            assert response.status == 404
            assert (await response.json())["error"]["code"] == "no_such_meeting"
    async with http.delete(server.make_url("/api/meetings")) as response:
        assert response.status == 405
        assert "POST" in response.headers["Allow"]


async def test_one_address_makes_only_so_many_meetings(make_server: MakeServer, http: ClientSession) -> None:
    server = await make_server(Limits(meeting_burst=3, meetings_per_second=0.001))
    for _ in range(3):
        await make_meeting(http, server)
    async with http.post(server.make_url("/api/meetings"), headers={"X-Forwarded-For": "203.0.113.1"}) as response:
        assert response.status == 429, "what a client says of its address is not believed"
        assert (await response.json())["error"]["code"] == "rate_limited"
        assert int(response.headers["Retry-After"]) > 0


async def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(
    make_server: MakeServer, http: ClientSession
) -> None:
    server = await make_server(Limits(meeting_burst=1, meetings_per_second=0.001), behind_proxy=True)

    async def status(forwarded: str) -> int:
        async with http.post(server.make_url("/api/meetings"), headers={"X-Forwarded-For": forwarded}) as response:
            return response.status

    assert await status("203.0.113.1") == 201
    assert await status("198.51.100.7, 203.0.113.1") == 429, "only the last hop is the proxy's word"
    assert await status("203.0.113.2") == 201
    assert await status("2001:db8::1") == 201
    assert await status("2001:db8::2") == 429, "one network, one client"
    assert await status("2001:db8:0:1::1") == 201


async def lose_the_database(server: TestServer, data: Path) -> None:
    await server.app[RECORDS].close()  # or the open file would go on being good
    shutil.rmtree(data)


async def test_alive_and_ready(server: TestServer, http: ClientSession, tmp_path: Path) -> None:
    for path in ("/healthz", "/readyz"):
        async with http.get(server.make_url(path)) as response:
            assert response.status == 200
    await lose_the_database(server, tmp_path / "data")
    async with http.get(server.make_url("/readyz")) as response:
        assert response.status == 503
        assert (await response.json())["checks"] == {"media": True, "database": False}
    async with http.get(server.make_url("/healthz")) as response:
        assert response.status == 200


async def test_it_is_not_ready_without_its_media_port(server: TestServer, http: ClientSession, edge: MediaEdge) -> None:
    edge._plane.close()
    async with http.get(server.make_url("/readyz")) as response:
        assert response.status == 503
        assert (await response.json())["checks"] == {"media": False, "database": True}


async def test_a_fault_is_told_by_a_reference_and_nothing_else(
    server: TestServer, http: ClientSession, tmp_path: Path
) -> None:
    await lose_the_database(server, tmp_path / "data")
    async with http.post(server.make_url("/api/meetings")) as response:
        assert response.status == 500
        error = (await response.json())["error"]
    assert error["code"] == "internal"
    assert "sqlite" not in error["message"]


async def test_a_fault_in_a_session_is_told_by_a_reference_and_the_session_goes_on(
    server: TestServer, http: ClientSession, connect: Connect, tmp_path: Path
) -> None:
    code = await make_meeting(http, server)
    sari = await connect(server)
    await lose_the_database(server, tmp_path / "data")
    refused = await sari.ask("join", meeting=code, name="Sari")
    assert refused["code"] == "internal"
    assert "sqlite" not in refused["message"]
    assert (await sari.ask("ping"))["type"] == "ok"
