"""A real server on loopback with the real media edge, and clients that speak its protocol."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from server.clock import Clock, utc_now
from server.media import MediaEdge
from server.records import Records
from signaling.app import create_app
from signaling.limits import Limits
from tests.signaling.client import ProtocolClient

MakeServer = Callable[..., Awaitable[TestServer]]
Connect = Callable[..., Awaitable[ProtocolClient]]


@pytest.fixture
async def edge() -> AsyncIterator[MediaEdge]:
    edge = await MediaEdge.start(host="127.0.0.1", port=0, video_slots=4)
    yield edge
    await edge.close()


@pytest.fixture
async def make_server(edge: MediaEdge, tmp_path: Path) -> AsyncIterator[MakeServer]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(limits: Limits | None = None, clock: Clock = utc_now, **options: object) -> TestServer:
            records = await Records.open(tmp_path / "data", clock)
            stack.push_async_callback(records.close)
            app: web.Application = create_app(edge, records, tmp_path / "files", limits=limits, **options)  # type: ignore[arg-type]
            server = TestServer(app)
            await server.start_server()
            stack.push_async_callback(server.close)
            return server

        yield make


@pytest.fixture
async def server(make_server: MakeServer) -> TestServer:
    return await make_server(Limits(grace=0.3, merge=0.02))


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def connect(http: ClientSession) -> AsyncIterator[Connect]:
    async with contextlib.AsyncExitStack() as stack:

        async def connect(server: TestServer) -> ProtocolClient:
            return await stack.enter_async_context(ProtocolClient.open(http, server))

        yield connect
