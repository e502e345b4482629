"""Messages as they come and go. What comes is bounded, parsed by ``sipmessage``, and checked; one error tells all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sipmessage import URI, Address, CSeq, Headers, Message, Via

from signaling.sip import fields
from signaling.sip.peer import Peer

MAX_BYTES = 32 * 1024
"""A message with its body. An INVITE with a long route and much SDP has 5 kB."""
MAX_LINES = 160
MAX_LINE_BYTES = 4096
MAGIC_COOKIE = "z9hG4bK"

_REQUEST_LINE = re.compile(
    r"(?P<method>[A-Za-z0-9.!%*_+`'~-]{1,64}) (?P<uri>[^\s]{1,1024}) (?P<version>SIP/[0-9]+\.[0-9]+)\Z", re.I
)
_STATUS_LINE = re.compile(r"SIP/2\.0 (?P<code>[1-6][0-9]{2}) (?P<phrase>[^\r\n]*)\Z", re.I)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_RECEIVED = re.compile(r";\s*received\s*=\s*[^;,\s]*", re.I)  # IPv6 without brackets, which sipmessage does not take
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SINGLE = ("Call-ID", "CSeq", "From", "To", "Content-Length", "Max-Forwards", "Content-Type")
_PLACEHOLDER = "sip:unreadable.invalid"


class MalformedError(ValueError):
    """Bytes that are no SIP message to answer. ``code`` is stable; it names a counter."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request that can be answered can't be served."""

    status: int
    code: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """What requests and responses have in common (RFC 3261, 8.1.1)."""

    source: Peer
    headers: Headers
    via: Via
    """The topmost."""
    from_: Address
    to: Address
    call_id: str
    cseq: CSeq
    body: bytes

    @property
    def from_tag(self) -> str:
        """Empty where there is none (RFC 2543)."""
        return self.from_.parameters.get("tag") or ""

    @property
    def to_tag(self) -> str:
        """Empty outside of a dialog."""
        return self.to.parameters.get("tag") or ""

    @property
    def branch(self) -> str:
        """Of the topmost Via; empty where there is none."""
        return self.via.parameters.get("branch") or ""

    def tokens(self, header: str) -> frozenset[str]:
        """Option tags or methods of a list header, in lower case."""
        return fields.tokens(self.headers.getlist(header))

    def content_type(self) -> str:
        """The media type of the body in lower case, without parameters."""
        return (self.headers.get("Content-Type") or "").split(";", 1)[0].strip().lower()

    def sdp(self) -> str | None:
        """The session description, None where there is none."""
        if not self.body or self.content_type() != "application/sdp":
            return None
        return self.body.decode("utf-8", "replace")

    def contact(self) -> str | None:
        """The URI of the first Contact as it was written; None where there is none that can be read."""
        try:
            members = fields.split_list(self.headers.getlist("Contact"))
            if not members or members[0] == "*":
                return None
            fields.address(members[0])
        except ValueError:
            return None
        return fields.uri_text(members[0])


@dataclass(frozen=True, slots=True)
class IncomingRequest(Incoming):
    """A request that can be answered."""

    method: str = ""
    uri: URI = field(default_factory=lambda: URI.parse(_PLACEHOLDER))
    fault: Fault | None = None
    """It is to be answered with this, and nothing else done with it."""


@dataclass(frozen=True, slots=True)
class IncomingResponse(Incoming):
    """A response."""

    code: int = 0


def parse(data: bytes, source: Peer) -> IncomingRequest | IncomingResponse:
    """Read one message. Raises MalformedError, and nothing else whatever the bytes are."""
    try:
        return _parse(data, source)
    except MalformedError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise MalformedError("bad_header") from error


def _parse(data: bytes, source: Peer) -> IncomingRequest | IncomingResponse:
    start, lines, body = _lines(data)
    request, response = _REQUEST_LINE.match(start), _STATUS_LINE.match(start)
    if request is None and response is None:
        raise MalformedError("bad_start_line")
    # The parser gets a start line that it takes: what ours says is judged below, with an answer.
    canonical = f"OPTIONS {_PLACEHOLDER} SIP/2.0"
    headers = Message.parse("\r\n".join([canonical, *lines, "", ""]).encode()).headers
    if any(len(headers.getlist(name)) > 1 for name in _SINGLE[:4]):
        raise MalformedError("repeated_header")
    vias = fields.split_list(headers.getlist("Via"))
    if not vias:
        raise MalformedError("no_via")
    via = Via.parse(_RECEIVED.sub("", vias[0]))
    if via.port is not None and not 0 < via.port < 65_536:
        raise MalformedError("bad_via")
    headers.setlist("Via", vias)
    call_id = headers["Call-ID"]
    if not call_id or len(call_id) > 256 or " " in call_id:
        raise MalformedError("bad_call_id")
    number, _, method = headers["CSeq"].strip().partition(" ")
    cseq = CSeq(fields.integer(number), method.strip())
    from_, to = fields.address(headers["From"]), fields.address(headers["To"])
    fault: Fault | None = None
    try:
        body = _body(headers, body, source)
    except ValueError:
        if response:
            raise MalformedError("bad_content_length") from None
        fault, body = Fault(400, "bad_content_length"), b""
    if response:
        return IncomingResponse(source, headers, via, from_, to, call_id, cseq, body, int(response["code"]))
    assert request is not None
    uri, uri_fault = _request_uri(request["uri"])
    fault = fault or _request_fault(request, headers, cseq) or uri_fault
    return IncomingRequest(source, headers, via, from_, to, call_id, cseq, body, request["method"], uri, fault)


def _lines(data: bytes) -> tuple[str, list[str], bytes]:
    """Start line, unfolded header lines with trimmed names, and what follows the empty line."""
    if len(data) > MAX_BYTES:
        raise MalformedError("too_long")
    data = data.lstrip(b"\r\n")  # RFC 3261, 7.5
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        raise MalformedError("no_end_of_headers")
    raw = head.split(b"\r\n")
    if len(raw) > MAX_LINES or any(len(line) > MAX_LINE_BYTES for line in raw):
        raise MalformedError("too_many_headers")
    try:
        text = [line.decode("utf-8") for line in raw]
    except UnicodeDecodeError:
        raise MalformedError("not_utf8") from None
    if any(_CONTROL.search(line) or "\n" in line for line in text):
        raise MalformedError("control_character")
    lines: list[str] = []
    for line in text[1:]:
        if line[:1] in (" ", "\t"):  # folding, RFC 3261, 7.3.1
            if not lines:
                raise MalformedError("bad_header")
            lines[-1] += " " + line.strip()
            if len(lines[-1]) > MAX_LINE_BYTES:
                raise MalformedError("too_many_headers")
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise MalformedError("bad_header")
        lines.append(f"{name.strip()}: {value.strip()}")
    return text[0], lines, body


def _body(headers: Headers, body: bytes, source: Peer) -> bytes:
    """The body as long as Content-Length says (RFC 3261, 18.3). ValueError."""
    lengths = headers.getlist("Content-Length")
    if not lengths:
        if source.reliable:
            raise ValueError("a stream needs Content-Length")
        return body
    length = fields.integer(lengths[0], MAX_BYTES)
    if len(set(lengths)) > 1 or length > len(body):
        raise ValueError("Content-Length does not fit")
    return body[:length]


def _request_uri(text: str) -> tuple[URI, Fault | None]:
    placeholder = URI.parse(_PLACEHOLDER)
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in ("sip", "sips", "tel"):
        return placeholder, Fault(416, "unknown_scheme")
    try:
        uri = URI.parse(text.replace(scheme[0], scheme[0].lower(), 1) if scheme else text)
    except (ValueError, TypeError):
        return placeholder, Fault(400, "bad_request_uri")
    if uri.port is not None and not 0 < uri.port < 65_536:
        return placeholder, Fault(400, "bad_request_uri")
    return uri, None


def _request_fault(request: re.Match[str], headers: Headers, cseq: CSeq) -> Fault | None:
    if request["version"].upper() != "SIP/2.0":
        return Fault(505, "unknown_version")
    if cseq.method != request["method"]:
        return Fault(400, "method_mismatch")
    if any(len(headers.getlist(name)) > 1 for name in _SINGLE):
        return Fault(400, "repeated_header")
    if (hops := headers.get("Max-Forwards")) is not None:
        try:
            fields.integer(hops, 255)
        except ValueError:
            return Fault(400, "bad_max_forwards")
    return None


@dataclass(slots=True)
class OutgoingRequest:
    """A request of ours, but for its Via, which the transaction gives it."""

    method: str
    uri: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def encode(self, via: str) -> bytes:
        """The bytes to send."""
        return encode(f"{self.method} {self.uri} SIP/2.0", [("Via", via), *self.headers], self.body)

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key == name), None)


def encode(start: str, headers: list[tuple[str, str]], body: bytes = b"") -> bytes:
    """A message's bytes. ValueError when a value would end its line: what others wrote must not become a header."""
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}"]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line break in a header")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def encode_response(
    request: IncomingRequest,
    code: int,
    *,
    to_tag: str = "",
    headers: list[tuple[str, str]] | None = None,
    body: bytes = b"",
    phrase: str = "",
) -> bytes:
    """A response to ``request`` (RFC 3261, 8.2.6), its Via saying where it came from (18.2.1 and RFC 3581)."""
    first, *others = request.headers.getlist("Via")
    to = request.headers["To"]
    if to_tag and not request.to_tag:
        to += f";tag={to_tag}"
    common = [("Via", via) for via in (_with_source(first, request), *others)]
    common += [("From", request.headers["From"]), ("To", to), ("Call-ID", request.call_id)]
    common += [("CSeq", request.headers["CSeq"])]
    return encode(f"SIP/2.0 {code} {phrase or PHRASES.get(code, 'Unknown')}", [*common, *(headers or [])], body)


def _with_source(via: str, request: IncomingRequest) -> str:
    parameters = [part.strip() for part in _RECEIVED.sub("", via).split(";")]
    wants_port = any(part.lower() == "rport" or part.lower().startswith("rport=") for part in parameters)
    kept = [part for part in parameters if part.lower() != "rport" and not part.lower().startswith("rport=")]
    if wants_port:
        kept.append(f"rport={request.source.port}")
    return ";".join([*kept, f"received={request.source.ip}"])


PHRASES = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    603: "Decline",
}
