"""Whom one sees large, and how one's own screen looks: on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import SIZES, Crowd, Server, choose, create_meeting, join, new_page, until

pytestmark = pytest.mark.browser


@pytest.fixture(params=SIZES)
async def page(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Page:
    """The host's page, in their meeting."""
    page = await new_page(browser, viewport=SIZES[request.param])
    url = await create_meeting(page, server)
    await join(page, url, "Sekretaris")
    return page


async def come(crowd: Crowd, page: Page, names: list[str]) -> None:
    """So many come to the page's meeting, without sound or pictures."""
    for name in names:
        await (await crowd.connect()).join(page.url.rsplit("/", 1)[-1], name)


async def act(page: Page, name: str, action: str) -> None:
    """Choose an action from somebody's menu, and close the panel."""
    await choose(page, "People")
    await page.get_by_role("button", name=f"Actions for {name}", exact=True).click()
    await page.get_by_role("menuitem", name=action, exact=True).click()
    await page.get_by_role("button", name="Close", exact=True).click()


async def test_whoever_is_pinned_is_large_for_oneself_until_unpinned(page: Page, crowd: Crowd) -> None:
    await come(crowd, page, ["I Made", "I Ketut"])
    await act(page, "I Ketut", "Pin for me")
    await expect(page.locator(".main-tiles .name")).to_have_text(["I Ketut"])
    await act(page, "I Ketut", "Unpin")
    await expect(page.locator(".main-tiles")).to_have_count(0)
    await expect(page.locator(".grid .tile")).to_have_count(3)


async def test_whoever_is_in_the_spotlight_is_large_for_all_until_it_ends(page: Page, crowd: Crowd) -> None:
    await come(crowd, page, ["I Made", "I Ketut"])
    guest = await new_page(page.context.browser, viewport=page.viewport_size)  # type: ignore[arg-type]
    await join(guest, page.url, "Ni Luh")
    await choose(guest, "Speaker")
    await expect(guest.locator(".main-tiles .name")).not_to_have_text(["I Ketut"])
    await act(page, "I Ketut", "Spotlight for everybody")
    await expect(guest.locator(".main-tiles .name")).to_have_text(["I Ketut"])
    await act(page, "I Ketut", "End spotlight")
    await expect(guest.locator(".main-tiles .name")).not_to_have_text(["I Ketut"])


async def test_the_own_picture_can_be_hidden_and_shown_again(page: Page, crowd: Crowd) -> None:
    await come(crowd, page, ["I Made"])
    await expect(page.locator(".tile .name")).to_have_text(["Sekretaris", "I Made"])
    await choose(page, "More")
    await page.get_by_role("menuitem", name="Hide my own picture").click()
    await expect(page.locator(".tile .name")).to_have_text(["I Made"])
    await choose(page, "More")
    await page.get_by_role("menuitem", name="Show my own picture").click()
    await expect(page.locator(".tile .name")).to_have_text(["Sekretaris", "I Made"])


async def test_the_meeting_fills_the_screen_and_the_menu_knows(page: Page) -> None:
    for item, full in (("Full screen", True), ("Leave full screen", False)):
        await choose(page, "More")
        await page.get_by_role("menuitem", name=item, exact=True).click()
        await until(lambda full=full: is_full(page, full), f"{item} does what it says", 10)  # type: ignore[misc]


async def is_full(page: Page, wanted: bool) -> bool:
    return bool(await page.evaluate("document.fullscreenElement !== null")) is wanted


async def test_with_more_people_than_tiles_everybody_is_on_one_page(page: Page, crowd: Crowd) -> None:
    names = [f"Peserta {number:02}" for number in range(60)]
    await come(crowd, page, names)
    await expect(page.locator(".meeting-top .count")).to_have_text("61")
    seen: list[str] = []
    following = page.get_by_role("button", name="Next page")
    while True:
        seen += await page.locator(".tile .name").all_text_contents()
        if await following.is_disabled():
            break
        await following.click()
    assert sorted(seen) == sorted(["Sekretaris", *names])
    shown = await page.get_by_role("navigation", name="Pages").get_by_role("status").text_content()
    pages = (shown or "").split()[-1]
    assert shown == f"{pages} of {pages}"
    await page.get_by_role("button", name="Previous page").click()
    await expect(page.get_by_text(f"{int(pages) - 1} of {pages}")).to_be_visible()
