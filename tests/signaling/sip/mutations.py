"""Messages that are nearly good: each some torture or good message with something done to it. The same for a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.signaling.sip.torture import CASES, SDP, request

_GOOD = [
    request(
        "INVITE",
        "sip:+62361@127.0.0.1",
        "Content-Type: application/sdp",
        "Supported: timer, 100rel",
        "Session-Expires: 1800",
        body=SDP,
    ),
    request("OPTIONS", "sip:127.0.0.1"),
    request("BYE", "sip:127.0.0.1", to="<sip:a@b>;tag=1"),
    request("CANCEL", "sip:127.0.0.1", cseq="8 CANCEL"),
    request("INFO", "sip:127.0.0.1", "Content-Type: application/dtmf-relay", to="<sip:a@b>;tag=1", body="Signal=1"),
    request("PRACK", "sip:127.0.0.1", "RAck: 1 1 INVITE", to="<sip:a@b>;tag=1"),
]
_PIECES = [
    b"\r\n",
    b"\r\n\r\n",
    b"\x00",
    b"\xff",
    b'"',
    b"<",
    b">",
    b";",
    b",",
    b":",
    b"%00",
    b"\xd9\xa3",
    b"9" * 5000,
    b"a=" * 999,
    b" ",
    b"self",
]


def mutated(seed: int, count: int) -> Iterator[bytes]:
    """``count`` messages, each under 60 kB."""
    chance = random.Random(seed)
    corpus = [*_GOOD * 4, *(data for _, data, _ in CASES)]
    for number in range(count):
        # Branch and Call-ID are new, so that each is a request of its own and not a repetition.
        data = (
            chance.choice(corpus)
            .replace(b"z9hG4bK", b"z9hG4bK%d" % number)
            .replace(b"@example.org\r\nCSeq", b"%d\r\nCSeq" % number)
        )
        for _ in range(chance.choice([0, 1, 1, 2, 5])):
            at = chance.randrange(len(data) + 1)
            match chance.randrange(5):
                case 0:
                    data = data[:at] + chance.choice(_PIECES) + data[at:]
                case 1:
                    data = data[:at] + data[at + chance.randrange(40) :]
                case 2:
                    data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
                case 3:
                    lines = data.split(b"\r\n")
                    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
                    data = b"\r\n".join(lines)
                case _:
                    data = data[:at] + chance.choice(corpus)[at:]
        yield data[:60_000]
