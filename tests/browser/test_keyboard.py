"""A whole meeting by keyboard alone: the focus is always somewhere, and can be seen there."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import SCREEN, SIZES, SMALL_CAMERA, Server, create_meeting, join, new_page, until

pytestmark = pytest.mark.browser

FOCUS = """() => {
  const element = document.activeElement;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const middle = (from, to, size) => (Math.max(0, from) + Math.min(size, to)) / 2;
  const on_top = document.elementFromPoint(
    middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight));
  return {
    name: element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent.trim(),
    tag: element.tagName,
    lost: element === document.body,
    outlined: element.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    covered: !on_top || !(element.contains(on_top) || on_top.contains(element)),
    inside: box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
  };
}"""


async def focus(page: Page) -> str:
    """What has the focus, by its name. It is seen to have it."""
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    found = await page.evaluate(FOCUS)
    assert not found["lost"], "nothing has the focus"
    assert found["outlined"], f"{found['name']} has the focus, which can't be seen"
    assert found["inside"], f"{found['name']} has the focus outside of the window"
    assert not found["covered"], f"{found['name']} has the focus below something else"
    return str(found["name"])


async def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until something has the focus; whatever has it on the way is seen to have it."""
    passed = []
    for _ in range(60):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        passed.append(await focus(page))
        if passed[-1] == name:
            return
    pytest.fail(f"Tab does not reach {name}, only {passed}")


async def focused(page: Page, name: str) -> None:
    """Wait until that has the focus, and see that it is seen to."""

    async def has() -> bool:
        return bool((await page.evaluate(FOCUS))["name"].startswith(name))

    await until(has, f"{name} has the focus", 15)
    await focus(page)


async def test_somebody_without_a_mouse_joins_writes_raises_a_hand_shares_and_leaves(
    browser: Browser, server: Server
) -> None:
    page = await new_page(browser)
    await page.add_init_script(SMALL_CAMERA + SCREEN)
    await page.goto(server.url)
    await page.get_by_role("button", name="Start a meeting").wait_for()
    await tab_to(page, "Start a meeting")
    await page.keyboard.press("Enter")
    await focused(page, "Ready to join?")
    await tab_to(page, "Your name")
    await page.keyboard.type("Ayu")
    await tab_to(page, "Join")
    await page.keyboard.press("Enter")
    code = page.url.rsplit("/", 1)[1]
    await focused(page, code)
    other = await new_page(browser)
    await join(other, page.url, "Budi")
    controls = page.locator(".controls")

    await page.keyboard.press("c")
    await focused(page, "Chat")
    await tab_to(page, "Message")
    await page.keyboard.type("mhsl?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message p")).to_have_text(["mhsl?"])
    await focused(page, "Message")
    await expect(controls.get_by_role("button", name="Mute", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".panel")).to_be_hidden()
    await focused(page, code)

    await page.keyboard.press("h")
    await expect(controls.get_by_role("button", name="Lower hand")).to_be_visible()
    await expect(other.get_by_role("region", name="Participants").get_by_text("Hand raised")).to_be_attached()
    await page.keyboard.press("m")
    await expect(controls.get_by_role("button", name="Unmute")).to_be_visible()
    await page.keyboard.press("s")
    await expect(other.get_by_role("region", name="Shared screen").locator("video")).to_be_visible()
    await focused(page, code)
    await tab_to(page, "Stop sharing")
    await page.keyboard.press("Enter")
    await expect(other.get_by_role("region", name="Shared screen")).to_be_hidden()
    await focus(page)

    await page.keyboard.press("l")
    assert await focus(page) == "Leave"
    await page.keyboard.press("Enter")
    await focused(page, "You have left the meeting")
    await tab_to(page, "Rejoin")
    assert page.errors == []  # type: ignore[attr-defined]


async def test_what_is_closed_gives_the_focus_back_to_what_opened_it(browser: Browser, server: Server) -> None:
    page, other = await new_page(browser), await new_page(browser)
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    await join(other, url, "Budi")
    await other.get_by_role("button", name="Raise hand").click()
    for panel in ("People", "Chat", "Polls", "Host settings"):
        await tab_to(page, panel)
        await page.keyboard.press("Enter")
        await focused(page, panel)
        await page.keyboard.press("Escape")
        await focused(page, panel)
        assert await page.evaluate("document.activeElement.tagName") == "BUTTON"
    await tab_to(page, "More")
    await page.keyboard.press("Enter")
    await focused(page, "Hide my own picture")
    await page.keyboard.press("Escape")
    await focused(page, "More")
    await page.keyboard.press("Enter")
    await page.keyboard.press("End")
    await focused(page, "Keyboard shortcuts")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await focus(page)
    await page.keyboard.press("Escape")
    await focused(page, "More")

    # Within a panel: Escape closes the menu and the dialog alone; whoever is sent away takes no focus along.
    await page.keyboard.press("p")
    await focused(page, "People")
    await tab_to(page, "Actions for Budi")
    await page.keyboard.press("Enter")
    await page.keyboard.press("End")
    await focused(page, "Remove")
    await page.keyboard.press("Escape")
    await focused(page, "Actions for Budi")
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Remove Budi?")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await focused(page, "Actions for Budi")
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await tab_to(page, "Remove")
    await page.keyboard.press("Enter")
    await expect(other.get_by_role("heading", name="You were removed")).to_be_visible()
    await focused(page, "People")


async def test_on_a_phone_nothing_has_the_focus_that_a_panel_lies_over(browser: Browser, server: Server) -> None:
    page = await new_page(browser, viewport=SIZES["phone"])
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    for key, title in (("p", "People"), ("c", "Chat"), ("o", "Polls")):
        await page.keyboard.press(key)
        await focused(page, title)
        await tab_to(page, "Leave")
        await page.keyboard.press("Shift+Tab")
        assert await focus(page) == "More"
        await page.keyboard.press(key)
        await expect(page.locator(".panel")).to_be_hidden()


async def test_the_sheet_of_shortcuts_opens_by_a_key_and_switches_letters_off_for_good(
    browser: Browser, server: Server
) -> None:
    page = await new_page(browser)
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    mute = page.locator(".controls").get_by_role("button", name="Mute", exact=True)
    await expect(mute).to_have_attribute("aria-keyshortcuts", "M Control+D")
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(sheet.get_by_text("Raise, lower hand")).to_be_visible()
    await page.keyboard.press("h")
    await sheet.get_by_label("Single letters are shortcuts").uncheck()
    await expect(sheet.get_by_text("Raise, lower hand")).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    for key in ("m", "h", "?"):
        await page.keyboard.press(key)
    await page.keyboard.press("Control+e")
    await expect(page.get_by_role("button", name="Start video")).to_be_visible()
    await page.keyboard.press("Control+e")
    await expect(page.get_by_role("button", name="Raise hand")).to_be_visible()
    await expect(mute).to_have_attribute("aria-keyshortcuts", "Control+D")
    await expect(sheet).to_be_hidden()
    await page.reload()  # which leads back into the same seat
    await expect(mute).to_have_attribute("aria-keyshortcuts", "Control+D")


async def test_a_screen_reader_is_told_who_comes_raises_a_hand_writes_and_leaves(
    browser: Browser, server: Server
) -> None:
    page, other = await new_page(browser), await new_page(browser)
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    told = page.locator(".announcer")
    await expect(told).to_have_attribute("role", "status")
    await join(other, url, "Budi")
    await expect(told).to_contain_text("Budi joined")
    await other.keyboard.press("h")
    await expect(told).to_contain_text("Hand raised: Budi")
    await other.keyboard.press("c")
    await other.get_by_role("textbox", name="Message").fill("<b>Selamat pagi</b>")
    await other.keyboard.press("Enter")
    await expect(told).to_contain_text("Budi writes: <b>Selamat pagi</b>")
    await page.keyboard.press("m")
    await expect(told).to_contain_text("Muted")
    await other.get_by_role("button", name="Leave").click()
    await expect(told).to_contain_text("Budi left")
    await expect(told).to_be_empty()
