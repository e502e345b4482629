"""Somebody floods the server with messages: it is their own line that gets slow, and then is cut."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest
from aiohttp import ClientSession, WSMsgType
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from signaling.limits import Limits
from tests.signaling.client import make_meeting
from tests.signaling.conftest import Connect

FLOOD = 20_000
"""Messages, far more than anybody's rate allows."""
KINDS = {
    "chat": {"type": "send_chat", "text": "beli, beli, beli"},
    "hands": {"type": "raise_hand", "raised": True},
    "views": {"type": "set_view", "tiles": [], "speaker": None, "screen": True},
    "reactions": {"type": "react", "reaction": "👏"},
    "nonsense": {"type": "beli"},
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_flood_slows_only_who_sends_it_and_is_cut(
    server: TestServer, http: ClientSession, connect: Connect, kind: str
) -> None:
    code = await make_meeting(http, server)
    flooder, ayu, budi = [await connect(server) for _ in range(3)]
    for client, name in ((flooder, "Flood"), (ayu, "Ayu"), (budi, "Budi")):
        await client.join(code, name)

    async def flood() -> None:
        with contextlib.suppress(ConnectionError):
            for number in range(FLOOD):
                await flooder.socket.send_str(json.dumps({"id": number + 10, **KINDS[kind]}))

    async def what_it_is_told() -> tuple[list[str], int | None]:
        codes = []
        while (frame := await flooder.socket.receive()).type is WSMsgType.TEXT:
            codes.append(json.loads(frame.data).get("code", ""))
        return codes, flooder.socket.close_code

    with capture_logs() as logs:
        flooding, told = asyncio.create_task(flood()), asyncio.create_task(what_it_is_told())
        # Meanwhile others go on as if nothing were. Their client gives up on an answer after some seconds.
        for number in range(10):
            assert (await ayu.ask("send_chat", text=f"ke-{number}"))["type"] != "error"
        said = []
        while len(said) < 10:
            message = (await budi.event("chat_said"))["message"]
            if message["text"].startswith("ke-"):
                said.append(message["text"])
        assert said == [f"ke-{number}" for number in range(10)]
        async with asyncio.timeout(30):
            codes, close_code = await told
            await flooding
    assert codes.count("rate_limited") >= Limits().strikes - 1
    assert close_code == 1008
    cuts = [entry for entry in logs if entry["event"].startswith("disconnected")]
    assert len(cuts) == 1, "said once, however much still came"
    allowed = Limits().message_burst + 30 * Limits().messages_per_second
    assert len(codes) < allowed + Limits().strikes, "what is beyond the rate is not done"
