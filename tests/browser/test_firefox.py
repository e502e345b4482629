"""Firefox and Chromium in one meeting: each decodes the other. Where no Firefox is installed nothing is tested."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Server, choose, create_meeting, inbound, join, new_page, running_server, until
from tests.browser.firefox import FIREFOX, FirefoxPage, running_firefox


def has_own_address() -> bool:
    """Whether this machine has an IPv4 address of its own beside loopback: Firefox offers no other candidate."""
    addresses = [address for device in psutil.net_if_addrs().values() for address in device]
    return any(each.family == socket.AF_INET and not each.address.startswith("127.") for each in addresses)


pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(FIREFOX is None, reason="no Firefox is installed (Debian: apt-get install firefox-esr)"),
    pytest.mark.skipif(not has_own_address(), reason="this machine has no address but loopback"),
]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """One that is reached at the machine's own addresses: Firefox has no loopback candidates."""
    async with running_server(tmp_path / "data", "--host", "0.0.0.0") as running:
        yield running


RECEIVED = """(async () => {
  const all = [...(await window.balai.subscriber.getStats()).values()].filter((r) => r.type === "inbound-rtp");
  const most = (kind, counter) => Math.max(0, ...all.filter((r) => r.kind === kind).map((r) => r[counter] ?? 0));
  return {frames: most("video", "framesDecoded"), energy: most("audio", "totalAudioEnergy")};
})()"""
SENT = """(async () => [...(await window.balai.publisher.getStats()).values()]
  .filter((r) => r.type === "outbound-rtp" && r.kind === "video" && r.packetsSent > 0).length)()"""


async def firefox_joins(firefox: FirefoxPage, url: str, name: str) -> None:
    await firefox.goto(url)
    await firefox.fill("input[autocomplete=name]", name)
    await firefox.press("Join")
    await firefox.until("!!window.balai", "a seat")


async def decoded(page: Page, kind: str, counter: str) -> float:
    return float(max((stream.get(counter, 0) for stream in (await inbound(page, kind)).values()), default=0))


async def test_firefox_and_chromium_see_and_hear_each_other(browser: Browser, server: Server, tmp_path: Path) -> None:
    page = await new_page(browser)
    url = await create_meeting(page, server)
    await join(page, url, "Chromium")
    async with running_firefox(tmp_path) as firefox:
        await firefox_joins(firefox, url, "Firefox")
        await expect(page.locator("[data-participant]")).to_have_count(2)
        await until(lambda: _over(page, "video", "framesDecoded", 30), "Chromium decodes Firefox's pictures")
        await until(lambda: _over(page, "audio", "totalAudioEnergy", 0), "Chromium hears Firefox")
        await firefox.until(f"{RECEIVED}.then((r) => r.frames > 30)", "Firefox decodes Chromium's pictures")
        await firefox.until(f"{RECEIVED}.then((r) => r.energy > 0)", "Firefox hears Chromium")
        assert await firefox.evaluate(SENT) >= 1
        # The same words go both ways.
        await choose(page, "Chat")
        await page.get_by_role("textbox", name="Message").fill("Selamat pagi, Firefox")
        await page.keyboard.press("Enter")
        chat = "[...document.querySelectorAll('.controls button')].find((b) => b.innerText.startsWith('Chat'))"
        await firefox.evaluate(f"void ({chat}).click()")
        await firefox.until("document.body.innerText.includes('Selamat pagi, Firefox')", "the message")
        await firefox.press("Leave")
        await firefox.until("document.body.innerText.includes('You have left the meeting')", "the page afterwards")
        await expect(page.locator("[data-participant]")).to_have_count(1)
        assert firefox.errors == []


async def _over(page: Page, kind: str, counter: str, least: float) -> bool:
    return await decoded(page, kind, counter) > least
