"""The pages around a meeting, as users meet them."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Server, create_meeting, join, new_page, until

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


async def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_a_code_is_found_in_whatever_is_pasted_and_a_wrong_one_is_explained(
    browser: Browser, server: Server
) -> None:
    page = await new_page(browser)
    url = await create_meeting(page, server)
    await page.goto(server.url)
    code = page.get_by_role("textbox", name="Meeting code")
    await code.fill("not a code")
    await page.get_by_role("button", name="Go").click()
    await expect(page.get_by_role("alert")).to_contain_text("ten letters")
    await code.fill(f"Please come: {url}")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(url)
    await expect(page.get_by_text("Nobody is here yet.")).to_be_visible()
    for nothing in ("zzz-zzzz-zzz", "nonsense", "%"):
        await page.goto(f"{server.url}/m/{nothing}")
        await expect(page.get_by_role("heading", name="There is no such meeting")).to_be_visible()


async def test_the_browsers_language_is_spoken_and_can_be_switched(browser: Browser, server: Server) -> None:
    page = await new_page(browser, locale="id-ID")
    await page.goto(server.url)
    await expect(page.get_by_role("button", name="Mulai rapat")).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == "id"
    await page.get_by_role("combobox", name="Bahasa").select_option("en")
    await expect(page.get_by_role("button", name="Start a meeting")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="Start a meeting")).to_be_visible()


async def test_the_name_and_the_switches_are_remembered(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    url = await create_meeting(page, server)
    await page.get_by_role("button", name="Join", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("write your name")
    await page.get_by_role("textbox", name="Your name").fill("Ni Luh Putu")
    await page.get_by_role("button", name="Mute", exact=True).click()
    await page.get_by_role("button", name="Join", exact=True).click()
    await page.get_by_role("button", name="Leave").click()
    await page.goto(url)
    await expect(page.get_by_role("textbox", name="Your name")).to_have_value("Ni Luh Putu")
    await expect(page.get_by_role("button", name="Unmute")).to_be_visible()


BROKEN = {
    "no devices": ("NotFoundError", "No camera and no microphone were found"),
    "no permission": ("NotAllowedError", "may not use your camera and microphone"),
    "device in use": ("NotReadableError", "Another program uses"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_what_is_wrong_with_the_devices_is_said_and_one_can_join_all_the_same(
    browser: Browser, server: Server, case: str
) -> None:
    error, words = BROKEN[case]
    page = await new_page(browser)
    await page.add_init_script(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('x', '{error}'));"
    )
    await create_meeting(page, server)
    await expect(page.get_by_role("status")).to_contain_text(words)
    await page.get_by_role("textbox", name="Your name").fill("Ayu")
    await page.get_by_role("button", name="Join", exact=True).click()
    await expect(page.get_by_role("button", name="Leave")).to_be_visible()
    await expect(page.get_by_role("region", name="Participants")).to_contain_text("Muted")


async def test_a_lost_server_is_said_and_comes_back_by_itself(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    url = await create_meeting(page, server)
    await page.add_init_script("window.sockets = []; const W = WebSocket; window.WebSocket = class extends W {"
                               " constructor(...a) { super(...a); sockets.push(this); } };")  # fmt: skip
    await join(page, url, "Ayu")
    me = await page.locator("[data-participant]").get_attribute("data-participant")
    await page.evaluate("sockets.at(-1).close()")
    await expect(page.get_by_text("Connection lost. Reconnecting…")).to_be_hidden(timeout=10_000)
    await until(lambda: page.evaluate("sockets.length > 1 && sockets.at(-1).readyState === 1"), "a new WebSocket")
    assert await page.locator("[data-participant]").get_attribute("data-participant") == me


async def test_media_that_cannot_get_through_is_explained(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    # The server's address in SDP becomes one where nobody answers, as behind a firewall that lets no UDP out.
    await page.add_init_script(
        """const P = RTCPeerConnection.prototype; const set = P.setRemoteDescription;
        P.setRemoteDescription = function (d) {
          return set.call(this, {type: d.type, sdp: d.sdp.replaceAll(/ \\d+ typ host/g, " 9 typ host")}); };"""
    )
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    await expect(page.get_by_text("Connecting sound and pictures…")).to_be_visible()
    await expect(page.get_by_text("Sound and pictures can't get through")).to_be_visible(timeout=30_000)
    await page.get_by_role("button", name="Rejoin").click()
    await expect(page.get_by_role("textbox", name="Your name")).to_be_visible()


async def test_hostile_names_are_text_and_nothing_else(browser: Browser, server: Server) -> None:
    names = ["<img src=x onerror=window.hacked=1>", "';window.hacked=1;//", "{{constructor}}"]
    pages = [await new_page(browser) for _ in names]
    url = await create_meeting(pages[0], server)
    for page, name in zip(pages, names, strict=True):
        await join(page, url, name)
    for page in pages:
        for name in names:
            await expect(page.get_by_role("region", name="Participants").get_by_text(name)).to_be_visible()
        assert await page.evaluate("window.hacked") is None
        assert page.errors == []  # type: ignore[attr-defined]


async def test_a_meeting_can_be_joined_and_left_by_keyboard_alone(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    await page.goto(server.url)
    await page.get_by_role("button", name="Start a meeting").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("textbox", name="Your name").focus()
    await page.keyboard.type("Ayu")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Mute", exact=True)).to_be_visible()
    await page.keyboard.press("Control+d")
    await expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    await page.keyboard.press("Control+e")
    await expect(page.get_by_role("button", name="Start video")).to_be_visible()
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent") == "Leave":
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="You have left the meeting")).to_be_visible()


async def test_the_device_can_be_changed_in_the_meeting(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    await page.get_by_role("button", name="Devices").click()
    cameras = page.get_by_role("combobox", name="Camera")
    labels = await cameras.locator("option").all_text_contents()
    assert len(labels) >= 1
    if len(labels) > 1:
        await cameras.select_option(label=labels[-1])
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.locator("[data-participant] video")).to_be_visible()


async def test_every_page_fits_a_small_phone(browser: Browser, server: Server) -> None:
    page = await new_page(browser, viewport=PHONE, has_touch=True, is_mobile=True)
    await page.goto(server.url)
    assert await fits(page)
    url = await create_meeting(page, server)
    await page.get_by_role("textbox", name="Your name").wait_for()
    assert await fits(page)
    await join(page, url, "Ayu")
    assert await fits(page)
    for name in ("Mute", "Stop video", "Raise hand", "More", "Leave"):
        box = await page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
