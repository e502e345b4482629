"""Takes the pictures of ``docs/screens/``: ``scripts/screens``."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import (
    CHROMIUM,
    FLAGS,
    SCREEN,
    SIZES,
    Server,
    choose,
    create_meeting,
    join,
    new_page,
    running_server,
)

TARGET = Path(__file__).resolve().parents[2] / "docs" / "screens"
GUESTS = ["I Wayan Sudarma", "Ni Made Ayu", "Ketut Dharma"]

NO_SCREEN = "delete MediaDevices.prototype.getDisplayMedia;"
"""Phones can't share a screen."""


async def picture(page: Page, name: str) -> None:
    """One picture."""
    await page.screenshot(path=TARGET / f"{name}.png")


async def chair(page: Page, guests: list[Page], suffix: str) -> None:
    """What a host sees and does: people, hands, the floor, chat, polls, the settings, the lobby."""
    for guest in guests[1:]:
        await guest.get_by_role("button", name="Raise hand").click()
    await guests[0].locator(".controls").get_by_role("button", name="Chat").click()
    for text in ("Selamat pagi Bapak/Ibu.", "Bahan rapat: https://rapat.example.go.id/bahan.pdf"):
        await guests[0].get_by_role("textbox", name="Message").fill(text)
        await guests[0].keyboard.press("Enter")
    await choose(page, "People")
    await asyncio.sleep(0.5)
    await picture(page, f"people-{suffix}")
    await page.get_by_role("button", name="Actions for Ketut Dharma", exact=True).click()
    await asyncio.sleep(0.3)
    await picture(page, f"actions-{suffix}")
    await page.get_by_role("menuitem", name="Give the floor, 3 min").click()
    await guests[2].get_by_role("dialog").get_by_role("button", name="Unmute").click()
    await choose(page, "Chat")
    await page.get_by_role("textbox", name="Message").fill("Terima kasih, silakan Pak Ketut.")
    await page.keyboard.press("Enter")
    await asyncio.sleep(0.5)
    await picture(page, f"chat-{suffix}")
    await choose(page, "Polls")
    await page.get_by_role("button", name="New poll").click()
    await page.get_by_role("textbox", name="Question").fill("Rapat berikutnya hari Senin?")
    for number, option in enumerate(("Setuju", "Tidak setuju"), 1):
        await page.get_by_role("textbox", name=f"Option {number}").fill(option)
    await page.get_by_role("button", name="Open poll").click()
    await page.get_by_role("radio", name="Setuju").first.click()
    await asyncio.sleep(0.5)
    await picture(page, f"polls-{suffix}")
    await choose(page, "Host settings")
    await page.get_by_label("Newcomers wait until they are admitted").check()
    await asyncio.sleep(0.3)
    await picture(page, f"settings-{suffix}")
    late = await new_page(page.context.browser, viewport=page.viewport_size)
    await late.goto(page.url)
    await late.get_by_role("textbox", name="Your name").fill("Nyoman Rai")
    await late.get_by_role("button", name="Join", exact=True).click()
    await late.get_by_text("will let you in soon").wait_for()
    await picture(late, f"waiting-{suffix}")
    await choose(page, "People")
    await asyncio.sleep(0.5)
    await picture(page, f"lobby-{suffix}")
    await late.context.close()
    await choose(page, "Speaker")
    await asyncio.sleep(1)
    await picture(page, f"speaker-{suffix}")
    await choose(page, "Grid")


async def walk(browser: Browser, server: Server, size: str, theme: str) -> None:
    """Every page in one size and theme."""
    page = await new_page(browser, viewport=SIZES[size], color_scheme=theme)
    if size == "phone":
        await page.add_init_script(NO_SCREEN)
    suffix = f"{size}" if theme == "light" else f"{size}-{theme}"
    await page.goto(server.url)
    await picture(page, f"landing-{suffix}")
    url = await create_meeting(page, server)
    await page.get_by_role("textbox", name="Your name").fill("Putu Ariani")
    await page.get_by_role("button", name="Stop video").wait_for()
    await asyncio.sleep(1)
    await picture(page, f"prejoin-{suffix}")
    guests = [await new_page(browser) for _ in GUESTS]
    await guests[0].add_init_script(SCREEN)
    for number, (guest, name) in enumerate(zip(guests, GUESTS, strict=True)):
        await join(guest, url, name)
        if number != 1:
            await guest.get_by_role("button", name="Mute", exact=True).click()
        if number == 2:
            await guest.get_by_role("button", name="Stop video").click()
    await join(page, url, "Putu Ariani")
    await page.get_by_role("button", name="Mute", exact=True).click()
    await page.locator("[data-speaking]").wait_for()
    await asyncio.sleep(3)
    await picture(page, f"meeting-{suffix}")
    await guests[0].get_by_role("button", name="Share screen").click()
    await page.get_by_role("region", name="Shared screen").locator("video").wait_for()
    await asyncio.sleep(3)
    await picture(page, f"shared-{suffix}")
    await guests[0].get_by_role("button", name="Stop sharing").first.click()
    await page.get_by_role("region", name="Shared screen").wait_for(state="detached")
    await chair(page, guests, suffix)
    await choose(page, "Devices")
    await asyncio.sleep(0.5)
    await picture(page, f"devices-{suffix}")
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.get_by_role("button", name="Leave").click()
    await page.get_by_text("You have left").wait_for()
    await picture(page, f"left-{suffix}")
    for each in (page, *guests):
        await each.context.close()


async def main() -> None:
    """All of them."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with running_server(Path(folder)) as server, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for theme in ("light", "dark"):
                for size in SIZES:
                    await walk(browser, server, size, theme)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
