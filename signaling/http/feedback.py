"""``/api/meetings/<code>/feedback``: how sound and pictures were, from those who were there."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from server.records import FeedbackRecord
from server.text import clean_lines
from signaling.http.guards import client_address, problem
from signaling.http.keys import FEEDBACK_GIVEN, RECORDS
from signaling.newcomers import person_key

WITHIN = timedelta(hours=1)
"""For so long after a visit it may be spoken of."""
SCHEME = "Person "
"""The scheme of the Authorization header (RFC 9110 section 11.6.2); what follows is ``joined.person``: whoever has left
has no seat any more."""
LONGEST = 1_000
"""Code points of the words."""

Share = Annotated[float, Meta(ge=0, le=1)]
Amount = Annotated[float, Meta(ge=0, le=1e10)]


class SessionFigures(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a browser measured in a meeting: means over the whole of it. What it does not know is left out."""

    seconds: Amount | None = None
    """How long sound and pictures were connected."""
    round_trip: Amount | None = None
    """In ms."""
    lost_up: Share | None = None
    lost_down: Share | None = None
    """The shares of packets lost, before repair."""
    made_up: Share | None = None
    """The share of the sound that was made up for want of packets."""
    rate_up: Amount | None = None
    rate_down: Amount | None = None
    """In bit/s."""
    weak: Share | None = None
    """The share of the time in which the connection was called poor or lost."""


class FeedbackGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of the call."""

    rating: Annotated[int, Meta(ge=1, le=5)]
    """How sound and pictures were: 1 (bad) to 5 (good)."""
    words: Annotated[str, Meta(max_length=LONGEST)] = ""
    figures: SessionFigures = SessionFigures()


async def give(request: web.Request) -> web.Response:
    """``POST``: 204 where it is kept. Said again of the same visit, the latest is what holds."""
    if not request.app[FEEDBACK_GIVEN].take(client_address(request)):
        refused = problem(429, "rate_limited", "too much feedback from this address: wait a minute")
        refused.headers["Retry-After"] = "60"
        return refused
    records, code = request.app[RECORDS], request.match_info["code"]
    secret = request.headers.get("Authorization", "")
    meeting = await records.meetings.find(code) if secret.startswith(SCHEME) else None
    key = person_key(code, secret.removeprefix(SCHEME).encode(errors="replace").decode())
    visit = await records.visits.latest(meeting.id, key) if meeting else None
    if meeting is None or visit is None or (visit.left_at or records.now()) < records.now() - WITHIN:
        refused = problem(401, "not_in_meeting", "only for those who were in this meeting just now")
        refused.headers["WWW-Authenticate"] = SCHEME.strip()
        return refused
    try:
        given = msgspec.json.decode(await request.read(), type=FeedbackGiven)
    except msgspec.DecodeError as error:
        return problem(400, "bad_message", f"this is no feedback: {error}")
    records.feedback.given(
        FeedbackRecord(
            visit=visit.id,
            meeting=meeting.id,
            at=records.now(),
            rating=given.rating,
            words=clean_lines(given.words, LONGEST),
            figures=msgspec.to_builtins(given.figures),
        )
    )
    return web.Response(status=204)


ROUTES = [web.post("/api/meetings/{code}/feedback", give)]
