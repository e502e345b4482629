"""How smoothly a real browser shows a meeting of 122, and how soon it answers whoever uses it.

``make bench-room``, or ``scripts/measure-room [--seconds 12]``: a server, a crowd of the load tester, people who come,
go and write, and two Chromiums, of which one is in front at a time: first one of 1280x800, then one of 1920x1080, each
showing as many pictures as its window has room for. Nothing is asserted. Everything shares the machine, and pictures
are decoded and drawn in software: the processor that each part took is told beside what came of it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.async_api import Browser, Page, Playwright, async_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, Server, choose, create_meeting, join, new_page, running_server
from tests.load.crowd import COME_AND_GO, WRITERS, coming_and_going, crowd, writing
from tests.load.page_figures import PROBES, Figures, percentile, watch

SIZES = ((1280, 800), (1920, 1080))
VIDEO_SLOTS = 49
"""The most that a server can be set to: a page of the grid has as many tiles."""
SETTLING = 8.0
"""How long a page that comes to the front is left alone, in s: its pictures arrive, and its link is probed."""
WRITE_EACH = 2.0
TYPED = "Terima kasih, kami setuju"


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    size: str
    doing: str
    figures: Figures
    cores: dict[str, float]


class Cores:
    """The processor cores that programs take, each with all that it started."""

    def __init__(self, **programs: psutil.Process) -> None:
        self._programs = programs
        self._begin, self._before = time.monotonic(), self._seconds()

    def _seconds(self) -> dict[str, float]:
        return {name: _seconds_of(program) for name, program in self._programs.items()}

    def taken(self) -> dict[str, float]:
        """Cores since this was made."""
        passed, now = time.monotonic() - self._begin, self._seconds()
        return {name: (now[name] - self._before[name]) / passed for name in now}


def _seconds_of(program: psutil.Process) -> float:
    total = 0.0
    for process in (program, *program.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


async def launch(playwright: Playwright, name: str) -> tuple[Browser, psutil.Process]:
    """A Chromium of its own, and its first process."""
    mark = f"--balai-bench={name}"  # which Chromium ignores
    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, mark])
    own = psutil.Process().children(recursive=True)
    return browser, next(process for process in own if mark in _command(process))


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


async def use(page: Page, times: int) -> None:
    """What people do beside looking: find somebody, scroll, turn the page, write."""
    for _ in range(times):
        await choose(page, "People")
        search = page.get_by_role("searchbox")
        await search.click()
        await page.keyboard.type("load 1", delay=120)
        await asyncio.sleep(0.3)
        await search.fill("")
        await page.get_by_role("list", name="Participants").hover()
        for turn in (400, 400, 400, -400, -400):
            await page.mouse.wheel(0, turn)
            await asyncio.sleep(0.15)
        await choose(page, "Chat")
        await page.get_by_role("textbox", name="Message").click()
        await page.keyboard.type(TYPED, delay=60)
        await page.keyboard.press("Enter")
        await asyncio.sleep(0.5)
        await page.get_by_role("button", name="Close", exact=True).click()
        for name in ("Next page", "Previous page"):
            await page.get_by_role("button", name=name).click()
            await asyncio.sleep(1)


async def show_page(page: Page, *, front: bool) -> None:
    """Bring a page to the front, or put it behind: then it asks for no pictures."""
    await page.evaluate("(hidden) => figures.hide(hidden)", not front)


async def measure(server: Server, data: Path, size: int, seconds: float) -> list[Row]:
    """One meeting, and both browsers in it."""
    rows: list[Row] = []
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        pages, programs = [], []
        for number, (width, height) in enumerate(SIZES):
            browser, program = await launch(playwright, str(number))
            stack.push_async_callback(browser.close)
            page = await new_page(browser, viewport={"width": width, "height": height})
            await page.add_init_script(PROBES)
            pages.append(page)
            programs.append(program)
        url = await create_meeting(pages[0], server)
        code = url.rsplit("/", 1)[-1]
        tester = await stack.enter_async_context(crowd(server, data, code, size - len(pages) - COME_AND_GO - WRITERS))
        for number, page in enumerate(pages, 1):
            await join(page, url, f"Chromium {number}")
            await show_page(page, front=False)
        for page, program, (width, height) in zip(pages, programs, SIZES, strict=True):
            await show_page(page, front=True)
            await asyncio.sleep(SETTLING)

            async def row(doing: str, job: asyncio.Task[None] | None) -> None:
                cores = Cores(browser=program, server=server.process, tester=psutil.Process(tester))  # noqa: B023
                figures = await watch(page, job, seconds)  # noqa: B023
                rows.append(Row(f"{width}x{height}", doing, figures, cores.taken()))  # noqa: B023

            await row("looking", None)
            async with coming_and_going(server, data, code), writing(server, code, WRITE_EACH):
                await row("people come, go and write", None)
                await row("… and it is used", asyncio.create_task(use(page, 2)))
            await show_page(page, front=False)
        for page in pages:
            await page.context.close()
    return rows


def show(rows: list[Row], size: int) -> None:
    """The tables."""
    print(f"\n{size} in one room, seen by Chromium on {os.cpu_count()} cores that everything shares\n")
    print(
        f"{'window':<11}{'meanwhile':<28}{'frames/s':>9}{'p95 ms':>8}{'pictures':>10}{'decoded/s':>11}{'dropped':>9}"
        f"{'blocked':>9}{'browser':>9}{'server':>8}{'tester':>8}"
    )
    for row in rows:
        f, cores = row.figures, row.cores
        print(
            f"{row.size:<11}{row.doing:<28}{f.frames_per_s:>9.1f}{f.frame_p95:>8.0f}{f.playing:>10}"
            f"{f.decoded_per_s:>11.0f}{f.dropped:>9.1%}{f.blocked:>9.1%}"
            f"{cores['browser']:>9.2f}{cores['server']:>8.2f}{cores['tester']:>8.2f}"
        )
    print("\nbrowser, server, tester: processor cores; blocked: share of the time in tasks of 50 ms or more")
    print("\nfrom a press to the next paint, in ms (16: that or less)\n")
    print(f"{'window':<11}{'presses':>8}{'p50':>7}{'p95':>7}{'longest':>9}  which was")
    for row in rows:
        f = row.figures
        if f.interactions:
            p50, p95, longest = (percentile(f.interactions, share) for share in (0.5, 0.95, 1.0))
            count = len(f.interactions)
            print(f"{row.size:<11}{count:>8}{p50:>7.0f}{p95:>7.0f}{longest:>9.0f}  {f.slowest}")


async def main() -> None:
    """One meeting."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--participants", type=int, default=122)
    parser.add_argument("--seconds", type=float, default=12, help="for how long each row is watched, at least")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        async with running_server(data, "--log-level", "warning", "--video-slots", str(VIDEO_SLOTS)) as server:
            show(await measure(server, data, options.participants, options.seconds), options.participants)


if __name__ == "__main__":
    asyncio.run(main())
