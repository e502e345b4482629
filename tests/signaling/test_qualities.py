"""What everybody is told of everybody's connection."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from server import quality_watch
from server.media import MediaEdge
from server.media.link_measurements import LinkMeasurements
from tests.signaling.client import make_meeting
from tests.signaling.conftest import Connect


async def test_everybody_is_told_whose_connection_is_lost_and_newcomers_know(
    server: TestServer, edge: MediaEdge, http: ClientSession, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality_watch, "LOOK_EVERY", 0.05)
    code = await make_meeting(http, server)
    sari, made, late = [await connect(server) for _ in range(3)]
    await sari.join(code)
    you = (await made.join(code, "Made"))["you"]
    (room,) = edge._rooms.values()
    connection = room._connections[1]
    connection.link_measured(connection.publisher.id, LinkMeasurements(silence=8.0))
    for client in (sari, made):
        assert (await client.event("qualities_changed"))["changed"] == [{"participant": you, "quality": "lost"}]
    people = (await late.join(code, "Ketut"))["participants"]
    assert [person["quality"] for person in people] == ["good", "lost", "good"]
    connection.link_measured(connection.publisher.id, LinkMeasurements())
    assert (await sari.event("qualities_changed"))["changed"] == [{"participant": you, "quality": "poor"}]


async def test_everybody_reads_what_is_known_of_their_own_connection(
    server: TestServer, edge: MediaEdge, http: ClientSession, connect: Connect
) -> None:
    code = await make_meeting(http, server)
    sari, made = await connect(server), await connect(server)
    await sari.join(code)
    await made.join(code, "Made")
    unknown = {"estimate": None, "lost_up": None, "lost_down": None, "round_trip": None, "granted": []}
    assert (await sari.ask("read_connection")) == {"type": "connection_details", "id": 2, **unknown}
    (room,) = edge._rooms.values()
    connection = room._connections[0]
    connection.link_measured(connection.publisher.id, LinkMeasurements(fraction_lost=0.05))
    connection.link_measured(connection.subscriber.id, LinkMeasurements(fraction_lost=0.01, round_trip=0.08))
    first, second = (connection._video_slots[mid] for mid in ("v0", "v1"))
    connection.link_estimated(900_000, [(first, 1, 2), (second, 255, 255)])
    known = await sari.ask("read_connection")
    assert (known["estimate"], known["lost_up"], known["lost_down"], known["round_trip"]) == (900_000, 0.05, 0.01, 0.08)
    assert known["granted"] == [{"slot": "v0", "layer": 1}, {"slot": "v1", "layer": None}]
    assert (await made.ask("read_connection"))["estimate"] is None, "each their own"
