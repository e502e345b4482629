"""The network of one of two goes away, or becomes another: they are back by themselves, in the same seat."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import choose
from tests.browser.test_chairing import panel
from tests.browser.test_coming_back import names
from tests.network.conftest import _good_place, _weak_place, good_side, weak_link, weak_side
from tests.network.impairment import Conditions
from tests.network.link import Link, link
from tests.network.namespaces import Namespace
from tests.network.sides import GoodSide, Meeting, WeakSide, meet

__all__ = ["_good_place", "_weak_place", "good_side", "weak_link", "weak_side"]

pytestmark = pytest.mark.browser

FREE, CUT = Conditions(), Conditions(loss=1)
BACK_WITHIN = 20.0
"""Seconds in which media comes again at the latest, on a machine that has much else to do. Three are asked for; what it
took is printed. Pictures may take longer: the estimate of the link has fallen to nothing.
"""

BACK = """() => new Promise((resolve) => {
  let before = null, came = null;
  const look = setInterval(async () => {
    const now = Date.now() / 1000;
    const reports = [...(await window.balai.subscriber.getStats()).values()].filter((r) => r.type === "inbound-rtp");
    const sum = (name) => reports.reduce((total, report) => total + (report[name] ?? 0), 0);
    const counts = {packets: sum("packetsReceived"), frames: sum("framesDecoded")};
    before ??= counts;
    if (counts.packets > before.packets) came ??= now;
    if (counts.frames <= before.frames) return;
    clearInterval(look);
    resolve([came ?? now, now]);
  }, 50);
})"""
"""When a packet has come, and when another picture has been decoded, in s since 1970."""


async def back(meeting: Meeting, since: float) -> list[float]:
    """In how many seconds since then media comes again, on either side; pictures move when this returns."""
    async with asyncio.timeout(60):
        times = await asyncio.gather(*(page.evaluate(BACK) for page in meeting.pages().values()))
    print("media and pictures after", [[round(at - since, 2) for at in both] for both in times])
    return [came - since for came, _ in times]


async def seat_of(page: Page, name: str) -> str | None:
    """The id of somebody's seat."""
    return await page.locator("[data-participant]", has_text=name).first.get_attribute("data-participant")


async def say(sender: Page, reader: Page, text: str) -> None:
    """What one writes, the other reads, once."""
    if not await sender.get_by_role("textbox", name="Message").is_visible():
        await panel(sender, "Chat")
    await sender.get_by_role("textbox", name="Message").fill(text)
    await sender.keyboard.press("Enter")
    await expect(sender.locator(".panel").get_by_text(text)).to_have_count(1)
    await expect(reader.locator(".panel").get_by_text(text)).to_have_count(1)


async def whole(meeting: Meeting, seat: str | None, text: str) -> None:
    """Both are there, once, in the seats that they had, and talk to each other."""
    await expect(meeting.weak.get_by_text("Reconnecting…")).to_be_hidden()
    await say(meeting.weak, meeting.good, f"{text} from Budi")
    await say(meeting.good, meeting.weak, f"{text} from Ayu")
    for page in meeting.pages().values():
        assert await names(page) == ["Ayu", "Budi"]
    assert await seat_of(meeting.good, "Budi") == seat


async def begin(good_side: GoodSide, weak_side: WeakSide) -> tuple[Meeting, str | None]:
    """Both see each other, and have the chat open."""
    meeting = await meet(good_side, weak_side, FREE)
    for page in meeting.pages().values():
        await choose(page, "Chat")
    await back(meeting, time.time())
    await asyncio.sleep(5)  # as those who are well connected
    return meeting, await seat_of(meeting.good, "Budi")


async def test_after_ten_seconds_without_a_network_one_is_back_by_oneself(
    good_side: GoodSide, weak_side: WeakSide
) -> None:
    meeting, seat = await begin(good_side, weak_side)
    weak_side.link.change(up=CUT, down=CUT)
    await asyncio.sleep(10)
    await expect(meeting.weak.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
    weak_side.link.change(up=FREE, down=FREE)
    took = await back(meeting, time.time())
    await whole(meeting, seat, "after the cut")
    assert max(took) <= BACK_WITHIN, took


async def test_who_goes_from_one_network_to_another_and_back_stays(
    good_place: Namespace, weak_place: Namespace, weak_link: Link, good_side: GoodSide, weak_side: WeakSide
) -> None:
    meeting, seat = await begin(good_side, weak_side)
    with link(weak_place, good_place, 1) as mobile:
        # As phones do: what is sent from an address leaves by the network that it belongs to.
        weak_place.ip("rule", "add", "from", mobile.weak_address, "table", "2")
        weak_place.ip("route", "add", "default", "via", mobile.strong_address, "dev", "eth1", "table", "2")
        weak_place.ip("link", "set", "eth0", "down")
        gone = time.time()
        await asyncio.sleep(1)  # what had come already has been shown by then
        there = await back(meeting, gone)
        await whole(meeting, seat, "over the other")
        weak_place.ip("link", "set", "eth0", "up")
        weak_place.ip("route", "replace", "default", "via", weak_link.strong_address, "dev", "eth0", "metric", "1")
        await asyncio.sleep(2)
        mobile.change(up=CUT, down=CUT)
        gone = time.time()
        await asyncio.sleep(1)
        home = await back(meeting, gone)
    await whole(meeting, seat, "over the first again")
    assert max(there) <= BACK_WITHIN, there
    assert max(home) <= BACK_WITHIN, home
