"""Files that people send: taken, read by those who may, refused early, gone when their time is over."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from server.files import FileRules
from signaling.http.keys import FILES
from tests.signaling.client import Message, make_chaired_meeting
from tests.signaling.conftest import Connect, MakeServer


def seat(joined: Message) -> dict[str, str]:
    return {"Authorization": f"Seat {joined['resume']}"}


def named(name: str, joined: Message) -> dict[str, str]:
    return {**seat(joined), "X-File-Name": name}


async def test_a_file_goes_with_a_message_to_those_who_may_read_it_and_can_run_nothing(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host_key = await make_chaired_meeting(http, server)
    host, made, ketut = [await connect(server) for _ in range(3)]
    as_host = await host.join(code, "Host", host_key=host_key)
    as_made, as_ketut = await made.join(code, "Made"), await ketut.join(code, "Ketut")
    files = server.make_url(f"/api/meetings/{code}/files")
    body = b"<script>alert(1)</script>"
    async with http.post(files, data=body, headers=named("..%2F..%2Fnotulen%20rapat.pdf", as_made)) as response:
        assert response.status == 201
        file = await response.json()
    assert file["name"] == "notulen rapat.pdf"
    assert (await ketut.ask("send_chat", text="mine?", file=file["id"]))["code"] == "no_such_file"
    await made.ask("send_chat", text="", to=as_ketut["you"], file=file["id"])
    said = (await ketut.event("chat_said"))["message"]["file"]
    assert (said["id"], said["name"], said["size"]) == (file["id"], "notulen rapat.pdf", len(body))
    for who, status in ((as_ketut, 200), (as_made, 200), (as_host, 404)):
        async with http.get(f"{files}/{file['id']}", headers=seat(who)) as response:
            assert response.status == status
            if status == 200:
                assert await response.read() == body
                assert response.content_type == "application/octet-stream"
                assert response.headers["Content-Disposition"] == "attachment"
                assert "sandbox" in response.headers["Content-Security-Policy"]
                assert response.headers["X-Content-Type-Options"] == "nosniff"
    async with http.get(f"{files}/{file['id']}") as response:
        assert response.status == 401


@pytest.mark.parametrize("name", ["virus.exe", "page.html", "drawing.svg", "script.js", "no ending", ""])
async def test_what_could_be_run_or_shown_as_a_page_is_not_taken(
    server: TestServer, http: ClientSession, connect: Connect, name: str
) -> None:
    code, _ = await make_chaired_meeting(http, server)
    made = await connect(server)
    joined = await made.join(code)
    files = server.make_url(f"/api/meetings/{code}/files")
    async with http.post(files, data=b"x", headers=named(name, joined)) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (415, "file_type")


async def test_two_gigabytes_are_refused_before_they_are_sent(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, _ = await make_chaired_meeting(http, server)
    made = await connect(server)
    joined = await made.join(code)
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(
        f"POST /api/meetings/{code}/files HTTP/1.1\r\nHost: x\r\nContent-Length: 2147483648\r\n"
        f"Authorization: Seat {joined['resume']}\r\nX-File-Name: film.mp4\r\n\r\n".encode()
    )
    async with asyncio.timeout(5):
        assert b" 413 " in await reader.readline()
    writer.close()


async def test_a_file_that_turns_out_too_large_leaves_nothing(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    server = await make_server(file_rules=FileRules(largest=100_000))
    code, _ = await make_chaired_meeting(http, server)
    made = await connect(server)
    joined = await made.join(code)

    async def endless():  # type: ignore[no-untyped-def]
        for _ in range(100):
            yield b"x" * 10_000

    files = server.make_url(f"/api/meetings/{code}/files")
    async with http.post(files, data=endless(), headers=named("film.mp4", joined)) as response:
        assert response.status == 413
    assert list(server.app[FILES]._folder.iterdir()) == []


async def test_files_whose_time_is_over_are_deleted(server: TestServer, http: ClientSession, connect: Connect) -> None:
    code, _ = await make_chaired_meeting(http, server)
    made = await connect(server)
    joined = await made.join(code)
    files = server.make_url(f"/api/meetings/{code}/files")
    async with http.post(files, data=b"x", headers=named("a.txt", joined)) as response:
        file = await response.json()
    await made.ask("send_chat", text="a", file=file["id"])
    store = server.app[FILES]
    assert await store.sweep(datetime.now(UTC)) == 0
    assert await store.sweep(datetime.now(UTC) + store.rules.kept_for + timedelta(seconds=1)) == 1
    assert list(store._folder.iterdir()) == []
    async with http.get(f"{files}/{file['id']}", headers=seat(joined)) as response:
        assert response.status == 404
