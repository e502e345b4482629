"""What a page tells of itself while somebody uses it: frames drawn, pictures decoded, and how soon it answers."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.async_api import Page

from tests.browser.conftest import inbound

UNSEEN = 16.0
"""Event Timing tells of no interaction shorter than this, in ms: what it leaves out took that long at most."""

PROBES = """
{
  let hidden = false;
  Object.defineProperty(document, "hidden", { get: () => hidden });
  const figures = window.figures = { frames: [], interactions: new Map(), blocked: 0 };
  figures.hide = (value) => { hidden = value; document.dispatchEvent(new Event("visibilitychange")); };
  figures.begin = () => {
    figures.frames = [];
    figures.interactions.clear();
    figures.blocked = 0;
    figures.before = performance.interactionCount;
  };
  figures.end = () => ({
    frames: figures.frames,
    interactions: [...figures.interactions.values()],
    count: performance.interactionCount - figures.before,
    blocked: figures.blocked,
  });
  const frame = (at) => { figures.frames.push(at); requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const event of list.getEntries()) {
      const longest = figures.interactions.get(event.interactionId)?.duration ?? 0;
      if (!event.interactionId || event.duration <= longest) continue;
      const pressed = event.target?.closest?.("button, input, textarea");
      const on = pressed?.getAttribute("aria-label") ?? (pressed?.innerText?.trim() || pressed?.type || "the page");
      figures.interactions.set(event.interactionId, { name: `${event.name} on ${on}`, duration: event.duration });
    }
  }).observe({ type: "event", durationThreshold: 16 });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) figures.blocked += duration;
  }).observe({ type: "longtask" });
}
"""
"""To be run before the page: counts frames, interactions (Event Timing) and tasks of 50 ms or more, and lets the page
be taken for hidden."""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many of them do not exceed; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Figures:
    """What a page did in some time. Times are in ms."""

    frames_per_s: float
    """Frames drawn, by requestAnimationFrame."""
    frame_p95: float
    """Between one frame and the next."""
    playing: int
    """How many pictures moved."""
    decoded_per_s: float
    """Frames decoded, of all pictures."""
    dropped: float
    """Share of the decoded frames that were not shown."""
    interactions: tuple[float, ...]
    """From each press to the next paint; 16 where it was that or less."""
    slowest: str
    """What was pressed in the one that took longest."""
    blocked: float
    """Share of the time that went to tasks of 50 ms or more."""


async def watch(page: Page, doing: asyncio.Task[None] | None, seconds: float) -> Figures:
    """Watch a page for so long, and until whatever is being done there is done."""
    before = await inbound(page, "video")
    await page.evaluate("figures.begin()")
    await asyncio.sleep(seconds)
    if doing is not None:
        await doing
    told = await page.evaluate("figures.end()")
    after = await inbound(page, "video")
    frames: list[float] = told["frames"]
    gaps = [late - early for early, late in itertools.pairwise(frames)]
    passed = (frames[-1] - frames[0]) / 1000 if gaps else seconds

    def grown(name: str) -> list[float]:
        return [report.get(name, 0) - before.get(mid, {}).get(name, 0) for mid, report in after.items()]

    decoded = grown("framesDecoded")
    seen = sorted(told["interactions"], key=lambda one: float(one["duration"]))
    durations = [UNSEEN] * max(0, told["count"] - len(seen)) + [float(one["duration"]) for one in seen]
    return Figures(
        frames_per_s=len(gaps) / passed,
        frame_p95=percentile(gaps, 0.95),
        playing=sum(count > 0 for count in decoded),
        decoded_per_s=sum(decoded) / passed,
        dropped=sum(grown("framesDropped")) / max(1.0, sum(decoded)),
        interactions=tuple(durations),
        slowest=str(seen[-1]["name"]) if seen else "",
        blocked=told["blocked"] / 1000 / passed,
    )
