"""Trying the connection out before joining: real media to the server and back, and a verdict in words."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import SIZES, Server, create_meeting, new_page
from tests.browser.test_pages import fits

BLOCKED = """const P = RTCPeerConnection.prototype; const set = P.setRemoteDescription;
P.setRemoteDescription = function (d) {
  return set.call(this, {type: d.type, sdp: d.sdp.replaceAll(/ \\d+ typ host/g, " 9 typ host")}); };"""


async def begin(page: Page, server: Server) -> None:
    await create_meeting(page, server)
    await page.get_by_role("button", name="Stop video").wait_for()
    await page.get_by_role("button", name="Test my connection").click()


def finding(what: str) -> str:
    return f'.trial li:has(.what:text-is("{what}"))'


async def test_a_good_connection_is_measured_both_ways_and_called_good(browser: Browser, server: Server) -> None:
    page = await new_page(browser, viewport=SIZES["phone"])
    await begin(page, server)
    dialog = page.get_by_role("dialog", name="Test my connection")
    await expect(dialog.get_by_role("status")).to_contain_text("Your connection is good", timeout=40_000)
    for what, words in {
        "Microphone": "works",
        "Camera": "works",
        "Server": "reached, answers in",
        "Sound and pictures (UDP)": "get through",
        "To the server": "Mbit/s or more",
        "From the server": "Mbit/s or more",
    }.items():
        row = page.locator(finding(what))
        await expect(row).to_contain_text(words)
        assert await row.get_attribute("data-well") == "true"
    assert await fits(page)
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_be_hidden()
    assert await page.locator("audio").count() == 0, "nothing of the trial is left"
    await page.get_by_role("textbox", name="Your name").fill("Ayu")
    await page.get_by_role("button", name="Join", exact=True).click()
    await expect(page.get_by_role("button", name="Leave")).to_be_visible()
    await expect(page.locator("[data-participant]")).to_have_count(1)
    assert page.errors == []  # type: ignore[attr-defined]


async def test_a_network_that_lets_no_media_through_is_told_from_a_server_that_is_away(
    browser: Browser, server: Server
) -> None:
    page = await new_page(browser)
    await page.add_init_script(BLOCKED)
    await begin(page, server)
    dialog = page.get_by_role("dialog", name="Test my connection")
    await expect(dialog.get_by_role("status")).to_contain_text("can't get through here", timeout=40_000)
    await expect(page.locator(finding("Server"))).to_contain_text("reached")
    await page.context.set_offline(True)
    await dialog.get_by_role("button", name="Test again").click()
    await expect(dialog.get_by_role("status")).to_contain_text("server can't be reached", timeout=40_000)


async def test_devices_that_do_not_work_are_said_beside_the_connection(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    await page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('x', 'NotAllowedError'));"
    )
    await create_meeting(page, server)
    await page.get_by_role("button", name="Test my connection").click()
    await expect(page.locator(finding("Camera"))).to_contain_text("may not use your camera")
    assert await page.locator(finding("Camera")).get_attribute("data-well") == "false"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
