"""Phones: what fingers can hit in either orientation, the screen that stays on, sound in the background."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Server, choose, create_meeting, inbound, join, new_page, until

ORIENTATIONS = {"portrait": {"width": 360, "height": 740}, "landscape": {"width": 740, "height": 360}}

SMALL_TARGETS = """() => {
  const targets = document.querySelectorAll("button, a[href], select, input, textarea, summary, [role=menuitem]");
  const small = [];
  for (const target of targets) {
    const style = getComputedStyle(target);
    if (style.display === "inline") continue;  // a link within a sentence: WCAG 2.5.5 lets it be as high as its line
    // Whoever presses the words beside a box presses the box.
    const boxes = [target, target.closest("label")].filter(Boolean).map((e) => e.getBoundingClientRect());
    if (!target.checkVisibility({visibilityProperty: true}) || boxes[0].width <= 1) continue;
    const [width, height] = ["width", "height"].map((side) => Math.max(...boxes.map((box) => box[side])));
    if (width < 43.5 || height < 43.5) {
      const name = target.getAttribute("aria-label") ?? (target.textContent || target.name || target.type);
      small.push(`${name.trim()}: ${Math.round(width)}x${Math.round(height)}`);
    }
  }
  return small;
}"""

SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def amiss(page: Page) -> list[str]:
    """What can be pressed but has less than 44 CSS pixels in a direction; and whether the page scrolls sideways."""
    small: list[str] = await page.evaluate(SMALL_TARGETS)
    return [*small, *(["scrolls sideways"] if await page.evaluate(SIDEWAYS) else [])]


@pytest.mark.parametrize("orientation", ORIENTATIONS)
async def test_a_finger_can_hit_everything(browser: Browser, server: Server, orientation: str) -> None:
    page = await new_page(browser, viewport=ORIENTATIONS[orientation], has_touch=True, is_mobile=True)
    found: dict[str, list[str]] = {}
    await page.goto(server.url)
    found["start page"] = await amiss(page)
    url = await create_meeting(page, server)
    await page.get_by_role("textbox", name="Your name").wait_for()
    found["before the meeting"] = await amiss(page)
    await join(page, url, "Ayu")
    guest = await new_page(browser)
    await join(guest, url, "Made")
    await guest.locator(".controls").get_by_role("button", name="Chat").click()
    await guest.get_by_role("textbox", name="Message").fill("Selamat pagi")
    await guest.keyboard.press("Enter")
    found["meeting"] = await amiss(page)
    for panel in ("People", "Chat", "Polls", "Host settings"):
        await choose(page, panel)
        found[panel] = await amiss(page)
    await choose(page, "People")
    await page.get_by_role("button", name="Actions for Made", exact=True).click()
    found["actions for somebody"] = await amiss(page)
    await page.keyboard.press("Escape")
    await choose(page, "Polls")
    await page.get_by_role("button", name="New poll").click()
    found["a poll in the making"] = await amiss(page)
    await choose(page, "Devices")
    found["devices"] = await amiss(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="More", exact=True).last.click()
    found["what is behind More"] = await amiss(page)
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("orientation", ORIENTATIONS)
async def test_the_others_and_the_controls_are_on_the_screen_together(
    browser: Browser, server: Server, orientation: str
) -> None:
    size = ORIENTATIONS[orientation]
    page = await new_page(browser, viewport=size, has_touch=True, is_mobile=True)
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    guest = await new_page(browser)
    await join(guest, url, "Made")
    await expect(page.locator("[data-participant]")).to_have_count(2)
    for part in (*await page.locator("[data-participant]").all(), page.get_by_role("button", name="Leave")):
        box = await part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"]
        assert box["height"] >= 44


HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""

WAKE_LOCKS = """
window.locks = [];
Object.defineProperty(navigator, "wakeLock", {value: {request: async (type) => {
  const lock = {type, released: false, release: async () => { lock.released = true; }};
  locks.push(lock);
  return lock;
}}});
"""


async def held(page: Page) -> int:
    """How many wake locks are held."""
    return int(await page.evaluate("locks.filter((lock) => !lock.released).length"))


async def test_the_screen_stays_on_in_a_meeting_and_only_there(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    await page.add_init_script(WAKE_LOCKS)
    url = await create_meeting(page, server)
    await page.get_by_role("textbox", name="Your name").wait_for()
    assert await held(page) == 0
    await join(page, url, "Ayu")
    await until(lambda: held(page), "a wake lock")
    await page.get_by_role("button", name="Leave").click()
    await page.get_by_role("heading", name="You have left the meeting").wait_for()
    assert await held(page) == 0


async def test_sound_goes_on_while_the_page_is_hidden_and_comes_back_when_something_stopped_it(
    browser: Browser, server: Server
) -> None:
    page, guest = await new_page(browser), await new_page(browser)
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    await join(guest, url, "Made")

    async def heard() -> float:
        streams: dict[str, dict[str, Any]] = await inbound(page, "audio")
        return max((stream.get("totalAudioEnergy", 0.0) for stream in streams.values()), default=0.0)

    await until(heard, "a voice")
    await page.evaluate(HIDE, True)
    before = await heard()
    await until(lambda: _more(heard, before), "the voice goes on in the background")
    playing = "[...document.querySelectorAll('audio')].filter((audio) => !audio.paused).length"
    players = await page.evaluate(playing)
    assert players >= 3
    await page.evaluate("document.querySelectorAll('audio').forEach((audio) => audio.pause())")
    assert await page.evaluate(playing) == 0
    await page.evaluate(HIDE, False)
    await until(lambda: page.evaluate(f"{playing} === {players}"), "all play again")


async def _more(measure: Any, before: float) -> bool:
    return bool(await measure() > before)


async def test_the_systems_own_buttons_know_of_the_meeting(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    await page.add_init_script(
        "window.actions = {}; const set = MediaSession.prototype.setActionHandler;"
        "MediaSession.prototype.setActionHandler = function (name, handler) {"
        " set.call(this, name, handler); actions[name] = handler; };"
    )
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    assert url.rsplit("/", 1)[-1] in await page.evaluate("navigator.mediaSession.metadata.title")
    await page.evaluate("actions.togglemicrophone()")
    await expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    await page.evaluate("actions.hangup()")
    await expect(page.get_by_role("heading", name="You have left the meeting")).to_be_visible()


OBSTACLES = {
    "plain http": (
        "Object.defineProperty(window, 'isSecureContext', {get: () => false});"
        "Object.defineProperty(navigator, 'mediaDevices', {get: () => undefined});",
        "This address is not secure",
    ),
    "no WebRTC": ("delete window.RTCPeerConnection;", "This browser can't hold meetings"),
    "in an app": (
        "Object.defineProperty(navigator, 'mediaDevices', {get: () => undefined});"
        "Object.defineProperty(navigator, 'userAgent', {get: () => 'Mozilla/5.0 (Linux; Android 11; wv) FBAV/320'});",
        "Open this link in your browser",
    ),
}


@pytest.mark.parametrize("case", OBSTACLES)
async def test_what_stands_in_the_way_of_a_meeting_is_said_with_what_to_do(
    browser: Browser, server: Server, case: str
) -> None:
    script, words = OBSTACLES[case]
    page = await new_page(browser, viewport=ORIENTATIONS["portrait"])
    await page.add_init_script(script)
    await page.goto(f"{server.url}/m/abc-defg-hjk")
    await expect(page.get_by_role("heading")).to_have_text(words)
    await expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    assert await amiss(page) == []
    goes_on = page.get_by_role("button", name="Go on, watch and listen only")
    if case == "no WebRTC":
        await expect(goes_on).to_be_hidden()
    else:
        await goes_on.click()
        await expect(page.get_by_role("heading", name="There is no such meeting")).to_be_visible()
    if case == "in an app":
        await page.reload()
        chrome = page.get_by_role("link", name="Open in Chrome")
        assert "package=com.android.chrome" in (await chrome.get_attribute("href") or "")


async def test_a_browser_that_cannot_read_the_client_is_told_so(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    await page.add_init_script("delete String.prototype.replaceAll;")
    await page.route("**/assets/*.js", lambda route: route.abort())
    await page.goto(server.url)
    await expect(page.locator("#app")).to_contain_text("too old for Balai")
