"""What a browser answers to the offer of its slots."""

from __future__ import annotations

import re


def answer(offer: str) -> str:
    """As a browser that takes everything."""
    kept = [line for line in offer.splitlines() if not line.startswith(("a=ssrc", "a=msid", "a=candidate"))]
    return "\r\n".join(kept).replace("actpass", "active").replace("sendonly", "recvonly") + "\r\n"


def without(offer: str, *payload_types: int) -> str:
    """The answer of a browser that does not take these payload types."""
    lines = []
    for line in answer(offer).splitlines():
        if line.startswith("m="):
            line = " ".join(word for word in line.split(" ") if word not in map(str, payload_types))
        if not re.match(rf"a=(rtpmap|fmtp|rtcp-fb):({'|'.join(map(str, payload_types))}) ", line):
            lines.append(line)
    return "\r\n".join(lines) + "\r\n"
