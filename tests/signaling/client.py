"""A client of the WebSocket protocol that speaks plain JSON, so that it shares no code with the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Protocol

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from yarl import URL

PATIENCE = 5.0
"""Seconds after which something that should have come has not."""

Message = dict[str, Any]


class Reachable(Protocol):
    """A server in this process, or in one of its own."""

    def make_url(self, path: str, /) -> URL: ...


async def make_meeting(http: ClientSession, server: Reachable) -> str:
    code, _ = await make_chaired_meeting(http, server)
    return code


async def make_chaired_meeting(http: ClientSession, server: Reachable, **wanted: str) -> tuple[str, str]:
    """A meeting's code and its host key."""
    async with http.post(server.make_url("/api/meetings"), json=wanted) as response:
        assert response.status == 201
        made = await response.json()
        return made["code"], made["host_key"]


class ProtocolClient:
    """One WebSocket. Events that come while an answer is awaited are kept in ``events``."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.events: deque[Message] = deque()
        self.heard: list[str] = []
        """Every text frame that came, for looking for what must not be in them."""
        self._ids = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, http: ClientSession, server: Reachable) -> AsyncIterator[ProtocolClient]:
        async with http.ws_connect(server.make_url("/ws"), protocols=["balai.v1"], max_msg_size=0) as socket:
            yield cls(socket)

    async def read(self) -> Message:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            frame = await self.socket.receive()
        assert frame.type is WSMsgType.TEXT, f"closed with {self.socket.close_code} while a message was awaited"
        self.heard.append(frame.data)
        message: Message = json.loads(frame.data)
        return message

    async def send(self, type: str, **fields: Any) -> int:
        self._ids += 1
        await self.socket.send_str(json.dumps({"type": type, "id": self._ids, **fields}))
        return self._ids

    async def ask(self, type: str, **fields: Any) -> Message:
        """Send a request and return its answer."""
        return await self.answer(await self.send(type, **fields))

    async def answer(self, request_id: int | None) -> Message:
        while "id" not in (message := await self.read()):
            self.events.append(message)
        assert message["id"] == request_id
        return message

    async def ask_raw(self, text: str | bytes) -> Message:
        """Send anything in a text frame; returns the next message that is an answer."""
        await self.socket.send_frame(text.encode() if isinstance(text, str) else text, WSMsgType.TEXT)
        while "id" not in (message := await self.read()):
            self.events.append(message)
        return message

    async def event(self, type: str) -> Message:
        """The next event of this type; others before it are dropped."""
        while self.events:
            if (message := self.events.popleft())["type"] == type:
                return message
        while (message := await self.read())["type"] != type:
            assert "id" not in message
        return message

    async def join(self, code: str, name: str = "Sari", **fields: Any) -> Message:
        joined = await self.ask("join", meeting=code, name=name, **fields)
        assert joined["type"] == "joined", joined
        return joined

    async def closed(self) -> int | None:
        """Read until the server closes; the close code."""
        async with asyncio.timeout(PATIENCE):
            while (frame := await self.socket.receive()).type is WSMsgType.TEXT:
                self.heard.append(frame.data)
                self.events.append(json.loads(frame.data))
        return self.socket.close_code

    async def vanish(self) -> None:
        """Break the connection without a word."""
        transport = self.socket.get_extra_info("socket")
        assert transport is not None
        writer = self.socket._writer
        writer.transport.abort()
