"""An edge with a telephone side on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.media import MediaEdge
from server.phone import PhoneMedia


@pytest.fixture
async def edge() -> AsyncIterator[MediaEdge]:
    edge = await MediaEdge.start(host="127.0.0.1", port=0, video_slots=2)
    yield edge
    await edge.close()


@pytest.fixture
async def phones(edge: MediaEdge) -> AsyncIterator[PhoneMedia]:
    media = await PhoneMedia.start(edge, host="127.0.0.1", public_ip=None, ports=range(34_000, 34_400))
    yield media
    await media.close()
