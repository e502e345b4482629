"""TLS on one side, plain TCP on the other: Debian's sipp is built without TLS."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def bridge(
    to: int, *, accept: ssl.SSLContext | None = None, connect: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Carry each connection on to a port of loopback, with TLS where it is accepted or where it is made; the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = "127.0.0.1" if connect else None
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", to, ssl=connect, server_hostname=name)
        for ends in ((reader, other_writer), (other_reader, writer)):
            task = asyncio.create_task(pump(*ends))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=accept)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
