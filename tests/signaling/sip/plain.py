"""SIP as it stands on the wire, for callers that are many and need no user agent: INVITE, ACK and BYE by UDP."""

from __future__ import annotations

import re

SILENT_OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
"""Of a caller who never sends and does not listen."""


def invite(caller: int, number: str, port: int, own_port: int, sdp: str = SILENT_OFFER) -> bytes:
    """A call from a telephone number of its own, ``caller`` being its end, to ``number`` at ``port``."""
    return _request("INVITE", caller, number, port, own_port, f"<sip:{number}@127.0.0.1>", sdp)


def acknowledgement(caller: int, number: str, port: int, own_port: int, answer: str) -> bytes:
    """ACK of a 200 (RFC 3261 section 13.2.2.4)."""
    return _request("ACK", caller, number, port, own_port, _to(answer))


def goodbye(caller: int, number: str, port: int, own_port: int, answer: str) -> bytes:
    """BYE in the dialog that a 200 has made."""
    return _request("BYE", caller, number, port, own_port, _to(answer))


def _to(answer: str) -> str:
    found = re.search(r"(?mi)^to:\s*(.*?)\s*$", answer)
    assert found is not None, answer
    return found[1]


def _request(method: str, caller: int, number: str, port: int, own_port: int, to: str, sdp: str = "") -> bytes:
    lines = [
        f"{method} sip:{number}@127.0.0.1:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{own_port};branch=z9hG4bK{method}{own_port}-{caller};rport",
        "Max-Forwards: 70",
        f"From: <sip:+62899{caller:07}@127.0.0.1>;tag=f{caller}",
        f"To: {to}",
        f"Call-ID: call{caller}",
        f"CSeq: {2 if method == 'BYE' else 1} {method}",
        f"Contact: <sip:caller@127.0.0.1:{own_port}>",
        *(["Content-Type: application/sdp"] if sdp else []),
        f"Content-Length: {len(sdp)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + sdp).encode()
