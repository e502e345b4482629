"""Real user agents of ours on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from signaling.sip import Call, SipSettings, Trunk, UserAgent
from tests.signaling.sip.sipp import Sipp

ANSWER = (
    "v=0\r\no=balai 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
OFFICE = Trunk(name="office", hosts=("127.0.0.1",), server="127.0.0.1", prefixes=("+62", "08"), keep_alive=0)
SETTINGS = SipSettings(trunks=(OFFICE,), host="127.0.0.1", port=0)


class Telephone:
    """What a test knows of the calls of one user agent: it answers them, or does as it is told."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[Call] = asyncio.Queue()
        self.events: list[tuple[Any, ...]] = []
        self.changed = asyncio.Event()
        self.takes: Callable[[Call], None] = lambda call: call.accept(ANSWER)
        self.offers: list[str | None] = []

    async def __call__(self, call: Call) -> None:
        self.watch(call)
        self.calls.put_nowait(call)
        self.takes(call)

    def watch(self, call: Call) -> Call:
        for event in ("ringing", "early", "answered", "digit", "ended"):
            call.on(event, lambda *values, event=event: self._note(event, *values))
        call.renegotiate = self._renegotiate
        return call

    async def until(self, event: str) -> tuple[Any, ...]:
        """Wait for an event; one that has been counts."""
        async with asyncio.timeout(20):
            while not (found := [entry for entry in self.events if entry[0] == event]):
                self.changed.clear()
                await self.changed.wait()
        return found[-1]

    def _note(self, *event: Any) -> None:
        self.events.append(event)
        self.changed.set()

    def _renegotiate(self, offer: str | None) -> str:
        self.offers.append(offer)
        return ANSWER


@pytest.fixture
def telephone() -> Telephone:
    return Telephone()


@pytest.fixture
def sipp(tmp_path: Path) -> Sipp:
    return Sipp(tmp_path)


MakeAgent = Callable[..., Awaitable[UserAgent]]


@pytest.fixture
async def make_agent(telephone: Telephone) -> AsyncIterator[MakeAgent]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(settings: SipSettings = SETTINGS, **options: Any) -> UserAgent:
            agent = UserAgent(settings, telephone, **options)
            await agent.start()
            stack.push_async_callback(agent.stop)
            return agent

        yield make


@pytest.fixture
async def agent(make_agent: MakeAgent) -> UserAgent:
    return await make_agent()


def with_trunk(**changes: Any) -> SipSettings:
    """The settings of these tests, their trunk changed."""
    return replace(SETTINGS, trunks=(replace(OFFICE, **changes),))
