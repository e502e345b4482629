"""An edge on loopback, and aiortc as the browser's side."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.media import MediaEdge


@pytest.fixture
async def edge() -> AsyncIterator[MediaEdge]:
    edge = await MediaEdge.start(host="127.0.0.1", port=0, video_slots=2)
    yield edge
    await edge.close()
