"""Feedback after a meeting: from those who were there, once for each visit, and never trusted."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from server.clock import utc_now
from server.records import FeedbackRecord
from signaling.http.keys import RECORDS
from signaling.limits import Limits
from tests.signaling.client import make_chaired_meeting, make_meeting
from tests.signaling.conftest import Connect, MakeServer

FIGURES = {"seconds": 1800.5, "round_trip": 80.0, "lost_up": 0.01, "lost_down": 0.2, "made_up": 0.004, "weak": 0.5}


async def give(
    http: ClientSession, server: TestServer, code: str, secret: str | None, body: Any, scheme: str = "Person"
) -> tuple[int, str | None]:
    """The status, and the code of the error if there is one."""
    headers = {} if secret is None else {"Authorization": f"{scheme} {secret}"}
    url = server.make_url(f"/api/meetings/{code}/feedback")
    async with http.post(url, json=body, headers=headers) as response:
        return response.status, None if response.status == 204 else (await response.json())["error"]["code"]


async def kept(server: TestServer, code: str) -> list[FeedbackRecord]:
    records = server.app[RECORDS]
    meeting = await records.meetings.find(code)
    assert meeting is not None
    return await records.feedback.of(meeting.id)


async def test_who_was_there_says_once_for_each_visit_how_it_was(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    made = await connect(server)
    secret = (await made.join(code, "Made"))["person"]
    await made.ask("leave")
    assert (await give(http, server, code, secret, {"rating": 2}))[0] == 204
    words = "Suara\u202e putus-putus\n\n\n\nsejak 09.30"
    said = {"rating": 1, "words": words, "figures": FIGURES}
    assert (await give(http, server, code, secret, said))[0] == 204
    (feedback,) = await kept(server, code)
    assert (feedback.rating, feedback.words) == (1, "Suara putus-putus\n\nsejak 09.30")
    assert feedback.figures == FIGURES
    assert "putus" not in repr(feedback), "what people write is not for logs"
    again = await connect(server)
    await again.ask("join", meeting=code, name="Made", person=secret)
    assert (await give(http, server, code, secret, {"rating": 5}))[0] == 204
    assert [each.rating for each in await kept(server, code)] == [1, 5]


async def test_the_host_takes_home_what_was_said_without_whose_it_is_and_cohosts_do_not(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host_key = await make_chaired_meeting(http, server)
    host, made, sari = [await connect(server) for _ in range(3)]
    seat = await host.join(code, "Host", host_key=host_key)
    cohost = await sari.join(code, "Sari")
    await host.ask("set_role", participant=cohost["you"], role="cohost")
    secret = (await made.join(code, "Made"))["person"]
    await made.ask("leave")
    said = {"rating": 2, "words": "=1+1", "figures": {"lost_down": 0.25}}
    assert (await give(http, server, code, secret, said))[0] == 204
    url = server.make_url(f"/api/meetings/{code}/feedback.csv")
    async with http.get(
        url, params={"language": "en"}, headers={"Authorization": f"Seat {seat['resume']}"}
    ) as response:
        text = (await response.read()).decode("utf-8-sig")
    header, row = list(csv.DictReader(io.StringIO(text)).fieldnames or []), next(csv.DictReader(io.StringIO(text)))
    assert header[:3] == ["at", "rating", "words"]
    assert (row["rating"], row["words"], row["lost_down"], row["lost_up"]) == ("2", "'=1+1", "0.25", "")
    assert "Made" not in text
    async with http.get(url, headers={"Authorization": f"Seat {cohost['resume']}"}) as response:
        assert response.status == 403


async def test_nobody_speaks_for_others_or_of_other_meetings(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, other = await make_meeting(http, server), await make_meeting(http, server)
    made = await connect(server)
    joined = await made.join(code, "Made")
    refused = (401, "not_in_meeting")
    assert await give(http, server, code, None, {"rating": 5}) == refused
    assert await give(http, server, code, "A" * 32, {"rating": 5}) == refused
    assert await give(http, server, other, joined["person"], {"rating": 5}) == refused
    assert await give(http, server, "xxx-xxxx-xxx", joined["person"], {"rating": 5}) == refused
    assert await give(http, server, code, joined["resume"], {"rating": 5}) == refused
    assert await give(http, server, code, joined["resume"], {"rating": 5}, scheme="Seat") == refused
    assert await kept(server, code) == []


@pytest.mark.parametrize(
    "body",
    [
        *({}, [], None, {"rating": 0}, {"rating": 6}, {"rating": "5"}, {"rating": 4.5}, {"rating": True}),
        {"rating": 5, "words": "x" * 1_001},
        {"rating": 5, "visit": "somebody's"},
        {"rating": 5, "figures": {"lost_up": 1.5}},
        {"rating": 5, "figures": {"seconds": -1}},
        {"rating": 5, "figures": {"anything": {"else": []}}},
    ],
)
async def test_what_is_no_feedback_is_refused(
    server: TestServer, http: ClientSession, connect: Connect, body: Any
) -> None:
    code = await make_meeting(http, server)
    made = await connect(server)
    secret = (await made.join(code, "Made"))["person"]
    assert await give(http, server, code, secret, body) == (400, "bad_message")
    assert await kept(server, code) == []


async def test_it_is_asked_for_while_one_remembers_and_so_often(
    make_server: MakeServer, http: ClientSession, connect: Connect
) -> None:
    ahead = timedelta()

    def clock() -> datetime:
        return utc_now() + ahead

    server = await make_server(Limits(feedback_burst=2, feedback_per_second=0.001), clock=clock)
    code = await make_meeting(http, server)
    made = await connect(server)
    secret = (await made.join(code, "Made"))["person"]
    await made.ask("leave")
    await made.closed()
    assert (await give(http, server, code, secret, {"rating": 5}))[0] == 204
    ahead = timedelta(hours=2)
    assert await give(http, server, code, secret, {"rating": 1}) == (401, "not_in_meeting")
    assert await give(http, server, code, secret, {"rating": 1}) == (429, "rate_limited")
    assert [each.rating for each in await kept(server, code)] == [5]
