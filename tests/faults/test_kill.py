"""The server is killed in mid-meeting: everybody is back by themselves, once, with all that they had."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.conftest import CHROMIUM, FLAGS, create_meeting, join, new_page, until
from tests.browser.test_chairing import act, panel
from tests.browser.test_coming_back import names
from tests.faults.mortal_server import MortalServer, mortal_server, rows

pytestmark = pytest.mark.browser

PEOPLE = ["Ayu", "Budi", "Citra", "Dewi", "Eka", "Fajar"]
BACK_WITHIN = 20.0
"""Seconds from the server's being ready until everybody sees somebody move."""
TINY_CAMERA = """
const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = (constraints) => {
  if (constraints.video) constraints = {...constraints, video: {width: 320, height: 180, frameRate: 5}};
  return original(constraints);
};
"""
"""Six browsers and a server share two cores."""

BACK = """(others) => new Promise((resolve) => {
  const before = window.balai.subscriber;
  const look = setInterval(async () => {
    const now = window.balai?.subscriber;
    if (!now || now === before) return;
    const reports = [...(await now.getStats()).values()];
    const decoding = reports.filter((r) => r.type === "inbound-rtp" && r.kind === "video" && r.framesDecoded > 1);
    if (decoding.length < others) return;
    clearInterval(look);
    resolve(Date.now() / 1000);
  }, 100);
})"""
"""When so many videos play on connections that are not the present ones, in s since 1970."""


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[MortalServer]:
    async with mortal_server(tmp_path / "data") as running:
        yield running


@pytest.fixture
async def browsers() -> AsyncIterator[list[Browser]]:
    """Six browsers, each with processes of its own."""
    async with async_playwright() as playwright, contextlib.AsyncExitStack() as stack:
        started = []
        for _ in PEOPLE:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            stack.push_async_callback(browser.close)
            started.append(browser)
        yield started


async def videos(page: Page) -> int:
    """How many videos play."""
    found: int = await page.evaluate(
        """async () => [...(await window.balai.subscriber.getStats()).values()]
        .filter((r) => r.type === "inbound-rtp" && r.kind === "video" && r.framesDecoded > 1).length"""
    )
    return found


async def six(browsers: list[Browser], mortal: MortalServer) -> list[Page]:
    """All in one meeting: Ayu chairs it, Budi is her co-host, two hands are raised, and something has been said."""
    assert mortal.server is not None
    pages = [await new_page(browser) for browser in browsers]
    for page in pages:
        await page.add_init_script(TINY_CAMERA)
    url = await create_meeting(pages[0], mortal.server)
    for page, name in zip(pages, PEOPLE, strict=True):
        await join(page, url, name, small=False)
    for page in pages:

        async def all_play(page: Page = page) -> bool:
            return await videos(page) == len(PEOPLE) - 1

        await until(all_play, "everybody sees everybody", 90)
    ayu = pages[0]
    await panel(ayu, "People")
    await act(ayu, "Budi", "Make co-host")
    for place, page in enumerate((pages[4], pages[2]), 1):
        await page.get_by_role("button", name="Raise hand").click()
        await expect(ayu.locator(".person .hand")).to_have_count(place)
    await panel(ayu, "Chat")
    await ayu.get_by_role("textbox", name="Message").fill("Rapat dimulai")
    await ayu.keyboard.press("Enter")
    for page in pages[1:]:
        await panel(page, "Chat")
        await expect(page.get_by_text("Rapat dimulai", exact=True)).to_be_visible()
    return pages


async def shown(page: Page) -> list[str]:
    """The seats whose tiles a page shows."""
    ids: list[str] = await page.evaluate(
        "[...document.querySelectorAll('[data-participant]')].map((tile) => tile.dataset.participant).sort()"
    )
    return ids


async def attendance(ayu: Page) -> list[dict[str, str]]:
    """The sheet, as the chair downloads it."""
    await panel(ayu, "People")
    async with ayu.expect_download() as started:
        await ayu.get_by_role("region", name="Attendance sheet").get_by_role("button", name="CSV").click()
    sheet = await (await started.value).path()
    return rows(await asyncio.to_thread(Path(sheet).read_bytes))


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_six_browsers_outlive_the_server(browsers: list[Browser], mortal: MortalServer, end: str) -> None:
    pages = await six(browsers, mortal)
    seats = await shown(pages[0])
    trouble = {
        "kill": "Connection lost. Reconnecting…",
        "stop": "The server is being restarted. You will be back by yourself…",
    }[end]
    await (mortal.kill() if end == "kill" else mortal.stop())
    for page in pages:
        await expect(page.get_by_text(trouble)).to_be_visible()
    back = [asyncio.create_task(page.evaluate(BACK, 1)) for page in pages]
    await mortal.start()
    async with asyncio.timeout(60):
        took = [at - mortal.ready_at for at in await asyncio.gather(*back)]
    for page in pages:
        await expect(page.get_by_text(trouble)).to_be_hidden()

        async def all_play(page: Page = page) -> bool:
            return await videos(page) == len(PEOPLE) - 1

        await until(all_play, "everybody sees everybody")
        assert await names(page) == PEOPLE, "no ghosts"
        await expect(page.get_by_text("Rapat dimulai", exact=True)).to_have_count(1)
    ayu = pages[0]
    assert await shown(ayu) == seats
    await panel(ayu, "People")
    await expect(ayu.locator(".person", has_text="Ayu")).to_contain_text("Host")
    await expect(ayu.locator(".person", has_text="Budi")).to_contain_text("Co-host")
    await expect(ayu.locator(".person", has_text="Eka").locator(".hand")).to_contain_text("1")
    await expect(ayu.locator(".person", has_text="Citra").locator(".hand")).to_contain_text("2")
    lines = [(line["Name"], line["Left (WITA)"], line["Times joined"]) for line in await attendance(ayu)]
    assert lines == [(name, "still here", "1") for name in PEOPLE]
    print("pictures after", [round(each, 2) for each in took])
    assert max(took) <= BACK_WITHIN, took
