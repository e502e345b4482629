"""Messages in a stream of bytes, by their Content-Length (RFC 3261, 18.3). Pure."""

from __future__ import annotations

import re

from signaling.sip.message import MAX_BYTES, MalformedError

_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,7})[ \t]*(?=\r\n|\Z)", re.I)
PING = b"\r\n\r\n"
PONG = b"\r\n"


class Framer:
    """Cuts what comes into messages. What it holds is bounded; after an error the stream is of no use."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._needed = 0
        """Bytes of the message whose head is complete."""
        self.pings = 0
        """Keep-alives (RFC 5626, 4.4.1) that are not answered yet."""

    @property
    def empty(self) -> bool:
        """Whether nothing is begun."""
        return not self._buffer

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are complete now. Raises MalformedError."""
        self._buffer += data
        messages: list[bytes] = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> bytes | None:
        if not self._needed:
            self._skip_pings()
            end = self._buffer.find(b"\r\n\r\n", max(0, self._searched - 3))
            if end < 0:
                self._searched = len(self._buffer)
                if self._searched > MAX_BYTES:
                    raise MalformedError("too_long")
                return None
            lengths = {int(length) for length in _LENGTH.findall(bytes(self._buffer[:end]))}
            if len(lengths) != 1:
                raise MalformedError("bad_content_length")
            self._needed = end + 4 + lengths.pop()
            if self._needed > MAX_BYTES:
                raise MalformedError("too_long")
        if len(self._buffer) < self._needed:
            return None
        message = bytes(self._buffer[: self._needed])
        del self._buffer[: self._needed]
        self._needed = self._searched = 0
        return message

    def _skip_pings(self) -> None:
        while self._buffer.startswith(PING):
            del self._buffer[:4]
            self.pings += 1
            self._searched = 0
        # A lone CRLF is a pong, or an empty line before a message (RFC 3261, 7.5).
        while self._buffer.startswith(b"\r\n") and self._buffer[2:3].strip(b"\r"):
            del self._buffer[:2]
            self._searched = 0
