"""What real Chromiums get in a large meeting, beside what they get in a meeting of four.

``scripts/browsers-in-a-crowd [--others 119] [--browsers 3] [--seconds 30]``: starts a server, lets the load tester fill
a meeting, and lets Chromiums join it as users do. Prints, for each, what ``getStats()`` says of what it received.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, create_meeting, inbound, join, new_page, running_server
from tests.load.crowd import crowd


@dataclass(frozen=True)
class Received:
    """What one browser received in the time that was watched."""

    pictures: int
    frames_per_s: float
    """Of the picture in the middle: half come with more frames, half with fewer."""
    freezes: int
    freeze_s: float
    lost: int
    concealed: float
    """Share of the audio samples that the browser had to invent, while somebody spoke."""
    heard_s: float


async def watch(page: Page, seconds: float) -> Received:
    """Look at a page's received streams, wait, and look again."""
    before = {kind: await inbound(page, kind) for kind in ("video", "audio")}
    await asyncio.sleep(seconds)
    after = {kind: await inbound(page, kind) for kind in ("video", "audio")}

    def grown(kind: str, name: str) -> dict[str, float]:
        return {mid: r.get(name, 0) - before[kind].get(mid, {}).get(name, 0) for mid, r in after[kind].items()}

    frames = sorted(count for count in grown("video", "framesDecoded").values() if count > 0)
    samples = sum(grown("audio", "totalSamplesReceived").values())
    concealed = sum(grown("audio", "concealedSamples").values()) - sum(
        grown("audio", "silentConcealedSamples").values()
    )
    return Received(
        pictures=len(frames),
        frames_per_s=frames[len(frames) // 2] / seconds if frames else 0.0,
        freezes=round(sum(grown("video", "freezeCount").values())),
        freeze_s=sum(grown("video", "totalFreezesDuration").values()),
        lost=round(sum(grown(kind, "packetsLost")[mid] for kind in after for mid in after[kind])),
        concealed=concealed / samples if samples else 0.0,
        heard_s=sum(grown("audio", "packetsReceived").values()) * 0.02,
    )


async def meeting(browser: Browser, others: int, browsers: int, seconds: float) -> list[Received]:
    """One meeting with so many load-test participants and browsers; what the browsers received."""
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        server = await stack.enter_async_context(running_server(data))
        first = await new_page(browser)
        url = await create_meeting(first, server)
        await stack.enter_async_context(crowd(server, data, url.rsplit("/", 1)[-1], others))
        try:
            pages = [first, *[await new_page(browser) for _ in range(browsers - 1)]]
            for number, page in enumerate(pages):
                await join(page, url, f"Chromium {number + 1}")
            await asyncio.sleep(8)
            return list(await asyncio.gather(*(watch(page, seconds) for page in pages)))
        finally:
            for context in browser.contexts:
                await context.close()


def show(title: str, received: list[Received]) -> None:
    """A table of one meeting."""
    print(f"\n{title}")
    print("browser  pictures  frames/s  freezes  frozen s  lost  audio s  concealed")
    for number, r in enumerate(received, 1):
        print(
            f"{number:>7}  {r.pictures:>8}  {r.frames_per_s:>8.1f}  {r.freezes:>7}  {r.freeze_s:>8.2f}  {r.lost:>4}"
            f"  {r.heard_s:>7.1f}  {r.concealed:>8.2%}"
        )


async def main() -> None:
    """Both meetings, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--others", type=int, default=119, help="load-test participants in the large meeting")
    parser.add_argument("--browsers", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=30, help="how long the browsers are watched")
    options = parser.parse_args()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        few = await meeting(browser, 1, options.browsers, options.seconds)
        show(f"{options.browsers} Chromiums and one other", few)
        many = await meeting(browser, options.others, options.browsers, options.seconds)
        show(f"{options.browsers} Chromiums and {options.others} others", many)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
