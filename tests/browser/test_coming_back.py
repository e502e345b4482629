"""Who loses the connection comes back by itself, once; who goes is gone at once."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import SMALL_CAMERA, Server, create_meeting, inbound, join, new_page, until

pytestmark = pytest.mark.browser

CUTTABLE = """
const Real = WebSocket;
window.sockets = [];
window.cut = false;
window.WebSocket = class extends Real {
  constructor(...args) { super(...args); sockets.push(this); if (cut) this.close(); }
};
window.setCut = (value) => { cut = value; if (cut) for (const socket of sockets) socket.close(); };
"""
"""The WebSocket can be cut, and stays cut; media goes on as long as the server lets it."""


NO_FAREWELL = "RTCPeerConnection.prototype.close = () => {};"
"""The media connection says no goodbye of its own, as where that datagram is lost: leaving must not hang on it."""


async def names(page: Page) -> list[str]:
    """Whom a page lists, as often as it lists them."""
    return sorted(await page.get_by_role("region", name="Participants").locator(".name").all_text_contents())


async def id_of(page: Page, name: str) -> str | None:
    """The participant of that name."""
    return await page.locator("[data-participant]", has_text=name).first.get_attribute("data-participant")


async def decodes(page: Page) -> None:
    """Wait until one video plays."""

    async def frames() -> int:
        return sum(int(report.get("framesDecoded", 0)) for report in (await inbound(page, "video")).values())

    before = await frames()

    async def more() -> bool:
        return await frames() > before + 5

    await until(more, "a video plays")


async def two(browser: Browser, server: Server, script: str = "") -> tuple[Page, Page]:
    """Ayu and Budi in one meeting, who see each other; ``script`` runs in Budi's page first."""
    first, second = await new_page(browser), await new_page(browser)
    url = await create_meeting(first, server)
    await join(first, url, "Ayu")
    if script:
        await second.add_init_script(script)
    await second.add_init_script(SMALL_CAMERA)
    await second.goto(server.url)
    await second.get_by_role("textbox", name="Meeting code").fill(url)
    await second.get_by_role("button", name="Go").click()
    await second.get_by_role("textbox", name="Your name").fill("Budi")
    await second.get_by_role("button", name="Join", exact=True).click()
    await decodes(first)
    await decodes(second)
    assert await names(first) == ["Ayu", "Budi"]
    return first, second


async def test_who_is_cut_off_until_the_server_forgets_them_is_back_by_themselves_and_once(
    browser: Browser, server: Server
) -> None:
    first, second = await two(browser, server, CUTTABLE)
    before = await id_of(first, "Budi")
    await second.evaluate("setCut(true)")
    await expect(second.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
    alone = first.get_by_text("You are the only one here")
    await alone.wait_for()  # the server has given the seat up
    await second.evaluate("setCut(false)")
    await alone.wait_for(state="detached")
    await expect(second.get_by_text("Connection lost. Reconnecting…")).to_be_hidden()
    for page in (first, second):
        await decodes(page)
        assert await names(page) == ["Ayu", "Budi"]
    assert await id_of(first, "Budi") == before, "the same seat, with new media"
    await expect(second.get_by_text("Connecting sound and pictures…")).to_be_hidden()
    for page in (first, second):
        assert page.errors == []  # type: ignore[attr-defined]


async def test_whose_media_fails_is_back_by_themselves_and_once(browser: Browser, server: Server) -> None:
    first, second = await two(browser, server)
    before = await id_of(first, "Budi")
    await second.evaluate(
        """() => { const {publisher} = window.balai;
        window.broken = publisher;
        Object.defineProperty(publisher, "connectionState", {value: "failed"});
        publisher.onconnectionstatechange(); }"""
    )
    await expect(second.get_by_text("Joining again…")).to_be_visible()

    async def seats() -> bool:
        listed = await names(first)
        assert listed.count("Budi") <= 1, listed
        return listed == ["Ayu", "Budi"] and await second.evaluate("window.balai?.publisher !== window.broken")

    await until(seats, "Budi has new media")
    assert await id_of(first, "Budi") == before
    for page in (first, second):
        await decodes(page)
        assert await names(page) == ["Ayu", "Budi"]
    await expect(second.get_by_text("Joining again…")).to_be_hidden()


@pytest.mark.parametrize("way", ["back", "close"])
async def test_who_goes_away_is_gone_at_once(browser: Browser, server: Server, way: str) -> None:
    first, second = await two(browser, server, NO_FAREWELL)
    clock = asyncio.get_running_loop().time
    alone = first.get_by_text("You are the only one here")
    began = clock()
    if way == "back":
        await second.go_back()
        await second.get_by_role("button", name="Start a meeting").wait_for()
    else:
        await second.close()
    await alone.wait_for()
    assert clock() - began < 5  # half of what the server waits for somebody who is lost


async def test_whose_page_is_loaded_again_has_the_same_seat_and_devices_and_a_duplicate_takes_nothing(
    browser: Browser, server: Server
) -> None:
    first, second = await two(browser, server)
    seat = await id_of(first, "Budi")
    await second.get_by_role("button", name="Mute").click()
    await second.get_by_role("button", name="Raise hand").click()
    await second.reload()
    await second.get_by_role("button", name="Leave").wait_for()
    await decodes(first)
    await decodes(second)
    assert await id_of(first, "Budi") == seat
    await expect(second.get_by_role("button", name="Lower hand")).to_be_visible()
    await expect(second.get_by_role("button", name="Unmute")).to_be_visible()
    for page in (first, second):
        assert await names(page) == ["Ayu", "Budi"]

    copy = await second.context.new_page()
    stored = await second.evaluate("JSON.stringify({...sessionStorage})")
    await copy.add_init_script(f"for (const [key, value] of Object.entries({stored})) sessionStorage[key] = value;")
    await copy.goto(second.url)
    await expect(copy.get_by_role("button", name="Join", exact=True)).to_be_enabled()
    await decodes(second)
    await copy.close()

    await second.get_by_role("button", name="Leave").click()
    await second.reload()
    await expect(second.get_by_role("button", name="Join", exact=True)).to_be_enabled()
    await first.get_by_text("You are the only one here").wait_for()
