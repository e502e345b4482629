"""The client as an app: what a browser asks of one before it installs it, and what is there without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, CDPSession, Page, async_playwright, expect

from tests.browser.conftest import CHROMIUM, FLAGS, SIZES, Server, create_meeting, join, new_page, until

KEPT = """async () => {
  const urls = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) urls.push(new URL(request.url).pathname);
  return urls;
}"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """One that trusts the server's own certificate: no other lets a service worker in."""
    async with async_playwright() as playwright:
        flags = [*FLAGS, "--ignore-certificate-errors"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        await browser.close()


async def with_service_worker(page: Page, server: Server) -> None:
    await page.goto(server.url)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await until(lambda: page.evaluate("navigator.serviceWorker.getRegistration().then((r) => !!r.active)"), "active")


async def problems(session: CDPSession) -> list[str]:
    """What Chromium has against installing the page."""
    answer = await session.send("Page.getInstallabilityErrors")
    return [error["errorId"] for error in answer["installabilityErrors"] if error["errorId"] != "in-incognito"]


async def test_a_browser_finds_nothing_against_installing_it_in_either_language(
    browser: Browser, server: Server
) -> None:
    for locale, name in (("en-US", "Balai \u2013 meetings"), ("id-ID", "Balai \u2013 rapat")):
        page = await new_page(browser, locale=locale, service_workers="allow")
        await with_service_worker(page, server)
        session = await page.context.new_cdp_session(page)
        assert await problems(session) == []
        manifest = await session.send("Page.getAppManifest")
        assert manifest["errors"] == []
        assert name in manifest["data"]
        assert page.errors == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(("locale", "words"), [("en-US", "You are offline"), ("id-ID", "Anda sedang luring")])
async def test_without_a_network_the_page_says_so_and_opens_once_there_is_one(
    browser: Browser, server: Server, locale: str, words: str
) -> None:
    page = await new_page(browser, locale=locale, viewport=SIZES["phone"], service_workers="allow")
    await with_service_worker(page, server)
    await page.context.set_offline(True)
    await page.goto(f"{server.url}/m/abc-defg-hjk")
    await expect(page.get_by_role("heading")).to_have_text(words)
    assert await page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"]["width"]
    background = "getComputedStyle(document.querySelector('.card')).borderRadius"
    assert await page.evaluate(background) == "12px", "its styles were kept too"
    await page.context.set_offline(False)
    await expect(page.get_by_role("heading")).not_to_have_text(words)


async def test_nothing_of_a_meeting_is_kept(browser: Browser, server: Server) -> None:
    page = await new_page(browser, service_workers="allow")
    await with_service_worker(page, server)
    await join(page, await create_meeting(page, server), "Ayu")
    assert await page.evaluate("navigator.serviceWorker.controller !== null")
    kept = await page.evaluate(KEPT)
    assert "/offline.html" in kept
    assert [path for path in kept if not path.startswith("/assets/")] == ["/offline.html"]
