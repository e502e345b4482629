"""What people in real browsers see of each other's connections, and of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import Server, choose, create_meeting, join, new_page, until
from tests.load.crowd import crowd

pytestmark = pytest.mark.browser

WEAK = ("--weak", "1", "--loss", "20")
"""Of two people of the load tester the second loses a fifth of all packets, each way."""


def entry(page: Page, name: str) -> Locator:
    """Somebody in the list of people."""
    return page.get_by_role("list", name="Participants").get_by_role("listitem").filter(has_text=name)


def tile(page: Page, name: str) -> Locator:
    return page.locator(".tile").filter(has_text=name)


async def test_everybody_sees_whose_connection_is_weak_and_whose_is_good(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    page = await new_page(browser)
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    async with crowd(server, tmp_path / "data", url.rsplit("/", 1)[-1], 2, *WEAK):
        await choose(page, "People")
        await expect(entry(page, "Load 2").get_by_text("Connection: weak")).to_be_attached(timeout=40_000)
        for name in ("Ayu", "Load 1"):
            await expect(entry(page, name).get_by_text("Connection: good")).to_be_attached()
        await expect(tile(page, "Load 2").get_by_text("Connection: weak")).to_be_attached()
        await expect(tile(page, "Load 1").get_by_text("Connection")).to_have_count(0)
        await expect(page.get_by_role("button", name="Your connection is good")).to_be_visible()
    assert page.errors == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 360, "height": 740}])
async def test_the_details_of_a_connection_are_shown_second_by_second_and_copied(
    server: Server, browser: Browser, size: dict[str, int]
) -> None:
    ayu = await new_page(
        browser, viewport=size, permissions=["camera", "microphone", "clipboard-read", "clipboard-write"]
    )
    budi = await new_page(browser)
    url = await create_meeting(ayu, server)
    await join(ayu, url, "Ayu")
    await join(budi, url, "Budi")
    await choose(ayu, "Connection details")
    dialog = ayu.get_by_role("dialog", name="Connection details")
    await expect(dialog.get_by_text(re.compile(r"^\S+ · \d+.\d+ · \d+\sframes/s")).first).to_be_visible()
    await expect(dialog.get_by_text("UDP").first).to_be_attached()
    shown = dialog.get_by_role("heading", name="Pictures that you see").locator("..")
    await expect(shown.get_by_text("Budi")).to_be_attached()

    async def rates() -> str:
        return " ".join(await dialog.locator("dd").all_inner_texts())

    first = await rates()

    async def is_another() -> bool:
        return await rates() != first

    await until(is_another, "the figures are taken anew")
    await dialog.get_by_role("button", name="Copy details").click()
    await expect(dialog.get_by_text("Copied")).to_be_visible()
    copied = await ayu.evaluate("navigator.clipboard.readText()")
    assert "From the server" in copied
    assert re.search(r"Budi: \S+ · \d+.\d+", copied)
    assert "Your connection is" in copied
    box = await dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    await ayu.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert ayu.errors == []  # type: ignore[attr-defined]
