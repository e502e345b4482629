"""Where the host allows it, more than one shares a screen, and everybody chooses which one they see."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Server, choose, until
from tests.browser.test_sharing import people, screen

pytestmark = pytest.mark.browser


async def allow_several(host: Page) -> None:
    """As the host does."""
    await choose(host, "Host settings")
    await host.get_by_label("Share more than one screen at a time").check()
    await host.get_by_role("button", name="Close", exact=True).click()


async def goes_on(page: Page) -> None:
    """Wait until more of the shown screen is decoded."""
    before = (await screen(page)).get("framesDecoded", 0)

    async def more() -> bool:
        return bool((await screen(page)).get("framesDecoded", 0) > before + 3)

    await until(more, "the screen goes on")


async def test_of_several_screens_the_latest_is_shown_first_and_each_chooses(browser: Browser, server: Server) -> None:
    (ayu, budi, citra), _ = await people(browser, server, ["Ayu", "Budi", "Citra"])
    await allow_several(ayu)
    region = citra.get_by_role("region", name="Shared screen")
    await ayu.get_by_role("button", name="Share screen").click()
    await expect(region.get_by_text("Ayu is sharing their screen")).to_be_visible()
    await goes_on(citra)
    await expect(region.get_by_role("button", name="Ayu's screen")).to_have_count(0)

    await budi.get_by_role("button", name="Share screen").click()
    await expect(region.get_by_text("Budi is sharing their screen")).to_be_visible()
    await goes_on(citra)
    await expect(region.get_by_role("button", name="Budi's screen")).to_have_attribute("aria-pressed", "true")
    await expect(ayu.get_by_text("Budi is sharing their screen")).to_be_visible()
    await expect(budi.get_by_text("Ayu is sharing their screen")).to_be_visible()

    await region.get_by_role("button", name="Ayu's screen").focus()
    await citra.keyboard.press("Enter")
    await expect(region.get_by_text("Ayu is sharing their screen")).to_be_visible()
    await expect(region.locator("video")).to_be_visible()
    await goes_on(citra)

    await citra.set_viewport_size({"width": 360, "height": 740})
    await region.get_by_role("button", name="Budi's screen").click()
    await expect(region.get_by_text("Budi is sharing their screen")).to_be_visible()
    box = await region.get_by_role("button", name="Ayu's screen").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 360
    assert await citra.evaluate("document.documentElement.scrollWidth") <= 360

    await budi.get_by_role("button", name="Stop sharing").first.click()
    await expect(region.get_by_text("Ayu is sharing their screen")).to_be_visible()
    await expect(region.locator("video")).to_be_visible()
    await goes_on(citra)
    for page in (ayu, budi, citra):
        assert page.errors == []  # type: ignore[attr-defined]
