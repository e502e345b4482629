"""Messages on their way to one client: in order, and never more than a slow reader may keep waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import WSCloseCode
from aiohttp.web import WebSocketResponse

from signaling.messages import ServerMessage
from signaling.wire import encode


class Outbox:
    """The sending side of one WebSocket. Nobody who puts a message into it waits."""

    def __init__(self, socket: WebSocketResponse, capacity: int, disconnect: Callable[[], None]) -> None:
        """``disconnect`` is called, once, when more than ``capacity`` messages wait."""
        self._socket, self._capacity, self._disconnect = socket, capacity, disconnect
        self._queue: asyncio.Queue[str | WSCloseCode] = asyncio.Queue()
        self._ended = False

    def put(self, message: ServerMessage) -> None:
        """Send a message after those that wait."""
        self.put_text(encode(message))

    def put_text(self, text: str) -> None:
        """Send a text frame after those that wait."""
        if self._ended:
            return
        if self._queue.qsize() >= self._capacity:
            self._ended = True
            self._disconnect()
            return
        self._queue.put_nowait(text)

    def end(self, code: WSCloseCode = WSCloseCode.OK) -> None:
        """Close the WebSocket after what waits has been sent. Nothing more can be put."""
        if not self._ended:
            self._ended = True
            self._queue.put_nowait(code)

    async def run(self) -> None:
        """Send until the end, or until the peer is gone."""
        try:
            while isinstance(item := await self._queue.get(), str):
                await self._socket.send_str(item)
            await self._socket.close(code=item)
        except (ConnectionError, RuntimeError):
            pass  # the peer is gone; the reading side learns of it too
