"""Picture-in-picture: the shared screen, or whoever speaks, floats above other windows."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Server, choose, join, new_page
from tests.browser.test_sharing import people

pytestmark = pytest.mark.browser

NO_WINDOW = "delete window.documentPictureInPicture;"
NOTHING = f"{NO_WINDOW} Object.defineProperty(Document.prototype, 'pictureInPictureEnabled', {{value: false}});"
HIDE = """() => {
  Object.defineProperty(document, "hidden", {value: true, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""

PLAYS = """(at) => {
  const video = documentPictureInPicture.window?.document.querySelector("video");
  return video && video.videoWidth > 0 && video.currentTime > at;
}"""
TIME = "documentPictureInPicture.window.document.querySelector('video').currentTime"


async def goes_on(page: Page) -> None:
    """Wait until what floats plays, and goes on to."""
    await page.wait_for_function(PLAYS, arg=0)
    at = await page.evaluate(TIME)
    await page.wait_for_function(PLAYS, arg=at + 1)


async def test_a_window_floats_with_the_speaker_or_the_screen_and_goes_on_while_the_page_is_hidden(
    browser: Browser, server: Server
) -> None:
    (ayu, budi), _ = await people(browser, server, ["Ayu", "Budi"])
    async with budi.context.expect_page() as opened:
        await choose(budi, "Picture in picture")
    floating = await opened.value
    await expect(floating.get_by_text("Ayu")).to_be_visible()
    await goes_on(budi)
    await budi.evaluate(HIDE)
    await goes_on(budi)
    await ayu.get_by_role("button", name="Share screen").click()
    await expect(floating.get_by_role("region", name="Ayu is sharing their screen").locator("video")).to_be_visible()
    await goes_on(budi)

    await floating.get_by_role("button", name="Mute").click()
    await expect(floating.get_by_role("button", name="Unmute")).to_be_visible()
    await expect(budi.get_by_role("button", name="Unmute")).to_be_visible()

    await choose(budi, "Close picture in picture")
    await budi.wait_for_function("() => documentPictureInPicture.window === null")
    async with budi.context.expect_page() as opened:
        await choose(budi, "Picture in picture")
    floating = await opened.value
    await floating.get_by_role("button", name="Leave").click()
    await expect(budi.get_by_text("You have left")).to_be_visible()
    await budi.wait_for_function("() => documentPictureInPicture.window === null")
    assert budi.errors == []  # type: ignore[attr-defined]


async def test_where_a_page_has_no_floating_window_its_video_floats_and_where_nothing_can_there_is_no_control(
    browser: Browser, server: Server
) -> None:
    (ayu,), url = await people(browser, server, ["Ayu"])
    budi = await new_page(browser)
    await budi.add_init_script(NO_WINDOW)
    await join(budi, url, "Budi")
    tile = budi.locator(".tile", has_text="Ayu")
    await expect(tile.locator("video")).to_be_visible()
    await budi.wait_for_function("() => [...document.querySelectorAll('.tile video')].every((v) => v.videoWidth > 0)")
    await choose(budi, "Picture in picture")
    await budi.wait_for_function("() => document.pictureInPictureElement !== null")
    assert await tile.evaluate("(tile) => tile.contains(document.pictureInPictureElement)")
    await choose(budi, "Close picture in picture")
    await budi.wait_for_function("() => document.pictureInPictureElement === null")

    phone = await new_page(browser, viewport={"width": 360, "height": 740})
    await phone.add_init_script(NOTHING)
    await join(phone, url, "Citra")
    await phone.get_by_role("button", name="More", exact=True).last.click()
    await expect(phone.get_by_role("menuitem", name="Devices")).to_be_visible()
    await expect(phone.get_by_role("menuitem", name="Picture in picture")).to_have_count(0)
    for page in (ayu, budi, phone):
        assert page.errors == []  # type: ignore[attr-defined]
