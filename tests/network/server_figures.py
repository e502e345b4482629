"""What the server believes of the weak side's link, as whoever has its load-test token may ask."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

READ = """async (token) => {
  const answer = await fetch("/api/load-test", {headers: {Authorization: `Bearer ${token}`}});
  return await answer.json();
}"""

COUNTERS = (
    "keyframes_requested", "nacks_sent", "recovered", "nacks_received", "retransmitted", "probes_sent",
    "slot_switches", "drop_waited_too_long",
)  # fmt: skip


@dataclass(frozen=True)
class ServerFigures:
    """What the server says at one moment."""

    at: float
    """In s since the record began."""
    estimate: int | None
    """What the link down to the weak side carries, in bit/s; None while it does not know."""
    slots: dict[str, dict[str, int]]
    """The best ``layer`` and ``temporal`` layer that each slot of the weak side may show; paused ones are left out."""
    counters: dict[str, int]
    """Of all that the plane has done so far, what has to do with bad links."""


async def ask(page: Page, token: str, at: float) -> ServerFigures:
    """Ask once. ``page`` is one of the good side, and the weak one is the second that has come."""
    said: dict[str, Any] = await page.evaluate(READ, token)
    weak = [*said["downlinks"].values()][1:2]
    return ServerFigures(
        at=at,
        estimate=weak[0]["estimate"] if weak else None,
        slots=weak[0]["slots"] if weak else {},
        counters={name: said["counters"][name] for name in COUNTERS},
    )


async def watch(page: Page, token: str, began: float, seconds: float, every: float = 0.5) -> list[ServerFigures]:
    """Ask again and again, for so long. ``began`` is 0 in what is told, by the loop's clock."""
    clock = asyncio.get_running_loop().time
    told = []
    for number in range(round(seconds / every) + 1):
        await asyncio.sleep(max(0.0, began + number * every - clock()))
        told.append(await ask(page, token, round(clock() - began, 3)))
    return told
