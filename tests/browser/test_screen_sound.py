"""A screen is shared with its sound: heard by whoever sees that screen, and by nobody else."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Server, inbound, stats, until
from tests.browser.test_several_screens import allow_several
from tests.browser.test_sharing import people

pytestmark = pytest.mark.browser

SLOT = "as"


async def energy(page: Page, mid: str = SLOT) -> float:
    """How much sound a page has received in a slot."""
    return float((await inbound(page, "audio")).get(mid, {}).get("totalAudioEnergy", 0))


async def hears(page: Page) -> None:
    """Wait until the sound of a screen is heard."""
    before = await energy(page)

    async def more() -> bool:
        return await energy(page) > before + 0.02

    await until(more, "the screen's sound is heard")


async def hears_nothing(page: Page) -> bool:
    """Whether no sound of a screen comes for a second."""
    before = await energy(page)
    await asyncio.sleep(1)
    return await energy(page) - before < 0.001


async def test_the_sound_of_a_screen_is_heard_by_whoever_sees_it_and_ends_with_it(
    browser: Browser, server: Server
) -> None:
    (ayu, budi, citra), _ = await people(browser, server, ["Ayu", "Budi", "Citra"])
    await allow_several(ayu)
    for page in (ayu, budi, citra):
        await page.get_by_role("button", name="Mute", exact=True).click()
    await ayu.evaluate("withTone()")
    await ayu.get_by_role("button", name="Share screen").click()
    await expect(ayu.locator(".sharing-note").get_by_text("With sound")).to_be_visible()
    region = citra.get_by_role("region", name="Shared screen")
    await asyncio.gather(hears(budi), hears(citra))
    await expect(region.get_by_text("With sound")).to_be_visible()
    received = (await inbound(citra, "audio"))[SLOT]
    assert "stereo=1" in received["parameters"]
    (sent,) = [r for r in await stats(ayu, "publisher") if r["type"] == "outbound-rtp" and r["mid"] == "3"]
    assert "stereo=1" in sent["parameters"]
    assert await energy(ayu) == 0, "whoever shares does not hear it a second time"
    assert await citra.locator("[data-speaking]").count() == 0, "nobody speaks"

    volume = region.get_by_role("slider", name="Volume of the shared screen")
    loudness = "[...document.querySelectorAll('audio')].map(({volume, muted}) => `${volume} ${muted}`).sort().join()"
    for set_to, expected in (("0", "0 true"), ("50", "0.5 false")):
        await volume.fill(set_to)
        await citra.wait_for_function(f"() => {loudness} === '{expected},1 false,1 false,1 false'")

    # Budi shares without sound: who sees his screen hears nothing of Ayu's.
    await budi.get_by_role("button", name="Share screen").click()
    await expect(budi.locator(".sharing-note").get_by_text("Without sound")).to_be_visible()
    await expect(region.get_by_text("Budi is sharing their screen")).to_be_visible()
    await expect(region.get_by_text("With sound")).to_be_hidden()
    await until(lambda: hears_nothing(citra), "nothing is heard of a screen that is not seen")
    await hears(budi)
    await region.get_by_role("button", name="Ayu's screen").click()
    await hears(citra)

    await ayu.get_by_role("button", name="Stop sharing").first.click()
    await expect(region.get_by_text("Budi is sharing their screen")).to_be_visible()
    await until(lambda: hears_nothing(citra), "the sound ends with its screen")
    for page in (ayu, budi, citra):
        assert page.errors == []  # type: ignore[attr-defined]
