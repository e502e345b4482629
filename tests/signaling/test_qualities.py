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
