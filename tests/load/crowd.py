"""Who fills a meeting for a page to be measured in: people with cameras, people who come and go, people who write."""

from __future__ import annotations

import asyncio
import itertools
import os
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from tests.browser.conftest import Server

COME_AND_GO = 10
"""How many people come, stay for a few seconds and go, over and over."""
WRITERS = 3
JOIN_RATE = 12.2
"""How many of the crowd join each second, as the load tester has it by default."""


def _load(server: Server, data: Path, code: str, *options: str) -> tuple[str, ...]:
    common = ("loadtest", server.url, "--data-dir", str(data), "--meeting", code)
    return (sys.executable, "-m", "signaling", *common, *options)


@asynccontextmanager
async def crowd(server: Server, data: Path, code: str, size: int, *options: str) -> AsyncIterator[int]:
    """So many people of the load tester, all with cameras, from when they have come. Gives the tester's process id.

    ``options`` are further ones of the load tester, such as ``--loss 20``.
    """
    process = await asyncio.create_subprocess_exec(
        *_load(server, data, code, "--participants", str(size), "--seconds", "600", *options),
        stdout=asyncio.subprocess.DEVNULL,
        env={**os.environ, "BALAI_LOG_LEVEL": "warning"},
    )
    try:
        await asyncio.sleep(size / JOIN_RATE + 4)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@asynccontextmanager
async def coming_and_going(server: Server, data: Path, code: str) -> AsyncIterator[None]:
    """Meanwhile some people come, stay and go."""

    async def visit() -> None:
        seed = itertools.count(2)
        options = ("--participants", str(COME_AND_GO), "--join-rate", "2", "--seconds", "2", "--seed")
        while True:
            process = await asyncio.create_subprocess_exec(
                *_load(server, data, code, *options, str(next(seed))),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                await process.wait()
            finally:
                with suppress(ProcessLookupError):
                    process.terminate()

    async with _meanwhile(visit()):
        yield


@asynccontextmanager
async def writing(server: Server, code: str, each: float) -> AsyncIterator[None]:
    """Meanwhile some people without cameras write, and raise and lower their hands: each so many seconds apart."""

    async def write(number: int) -> None:
        url = server.url.replace("https:", "wss:") + "/ws"
        secure = ssl.create_default_context()
        secure.check_hostname, secure.verify_mode = False, ssl.CERT_NONE
        async with (
            ClientSession(connector=TCPConnector(ssl=secure)) as http,
            http.ws_connect(url, protocols=["balai.v1"], max_msg_size=0) as socket,
        ):
            ids = itertools.count(1)

            async def send(kind: str, **fields: object) -> None:
                await socket.send_json({"type": kind, "id": next(ids), **fields})

            async def read() -> None:
                async for _ in socket:
                    pass

            await send("join", meeting=code, name=f"Writer {number}")
            async with _meanwhile(read()):
                for said in itertools.count(1):
                    await send("send_chat", text=f"Point {said} of {number}: the road, the budget, and who does it")
                    await send("raise_hand", raised=said % 2 == 1)
                    await asyncio.sleep(each)

    async with _meanwhile(*(write(number) for number in range(1, WRITERS + 1))):
        yield


@asynccontextmanager
async def _meanwhile(*jobs: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(job) for job in jobs]  # type: ignore[call-overload]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
