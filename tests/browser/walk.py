"""Through every page, panel, dialog and state of the client, as a host with three guests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from playwright.async_api import Browser, FilePayload, Page

from tests.browser.conftest import SCREEN, Server, choose, create_meeting, join, new_page

GUESTS = ["I Wayan Sudarma", "Ni Made Ayu", "Ketut Dharma"]

Visit = Callable[[Page, str], Awaitable[None]]
"""Called in every state with the page that shows it, and the state's name."""

NO_SCREEN = "delete MediaDevices.prototype.getDisplayMedia;"
"""Phones can't share a screen."""


async def settled(page: Page) -> None:
    """What was changed last is drawn."""
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 150)))")


async def through_everything(
    browser: Browser, server: Server, visit: Visit, *, phone: bool = False, **options: object
) -> None:
    """Walk through it all; ``options`` are those of the visited pages' contexts."""
    page = await new_page(browser, **options)
    if phone:
        await page.add_init_script(NO_SCREEN)
    else:
        await page.add_init_script(SCREEN)
    await _what_stands_in_the_way(browser, server, visit, options)
    url = await _before_the_meeting(page, server, visit)
    guests = [await new_page(browser) for _ in GUESTS[1:]]
    guests.append(await new_page(browser, **options))
    await join(page, url, "Putu Ariani")
    await page.get_by_text("You are the only one here").wait_for()
    await settled(page)
    await visit(page, "alone")
    await _invitation(page, visit)
    await guests[0].add_init_script(SCREEN)
    for number, (guest, name) in enumerate(zip(guests, GUESTS, strict=True)):
        await join(guest, url, name)
        if number != 1:
            await guest.get_by_role("button", name="Mute", exact=True).click()
        if number == 2:
            await guest.get_by_role("button", name="Stop video").click()
    await page.get_by_role("button", name="Mute", exact=True).click()
    await page.locator("[data-speaking]").wait_for()
    await asyncio.sleep(3)
    await visit(page, "meeting")
    await _screens(page, guests, visit, phone=phone)
    await _people(page, guests, visit)
    await _conversation(page, guests, visit)
    await _the_door(browser, page, visit, options)
    await _what_is_left(page, visit)
    for each in (page, *guests):
        await each.context.close()


async def _before_the_meeting(page: Page, server: Server, visit: Visit) -> str:
    """The start page, a wrong code, no such meeting, and before joining. Returns the meeting's address."""
    await page.goto(server.url)
    await settled(page)
    await visit(page, "landing")
    await page.get_by_role("textbox", name="Meeting code").fill("not a code")
    await page.get_by_role("button", name="Go").click()
    await page.get_by_text("A code has ten letters").wait_for()
    await visit(page, "landing-problem")
    await page.goto(f"{server.url}/m/zzz-zzzz-zzz")
    await page.get_by_text("There is no such meeting").wait_for()
    await visit(page, "notice")
    url = await create_meeting(page, server)
    await page.get_by_role("button", name="Stop video").wait_for()
    await page.get_by_role("button", name="Join", exact=True).click()
    await page.get_by_text("Please write your name").wait_for()
    await visit(page, "prejoin-problem")
    await page.get_by_role("textbox", name="Your name").fill("Putu Ariani")
    await asyncio.sleep(1)
    await visit(page, "prejoin")
    await page.get_by_role("button", name="Test my connection").click()
    await page.locator(".trial[aria-busy=false]").wait_for(timeout=60_000)
    await visit(page, "trial")
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    return url


async def _what_stands_in_the_way(browser: Browser, server: Server, visit: Visit, options: dict[str, object]) -> None:
    """A browser that can't take part, and one without a network."""
    page = await new_page(browser, **options)
    await page.goto(f"{server.url}/offline.html")
    await page.get_by_role("heading", name="You are offline").wait_for()
    await visit(page, "offline")
    await page.add_init_script("delete window.RTCPeerConnection;")
    await page.goto(server.url)
    await page.locator(".notice h1").wait_for()
    await visit(page, "obstacle")
    await page.context.close()


async def _invitation(page: Page, visit: Visit) -> None:
    """How others come in, by telephone too."""
    await page.get_by_role("button", name="Invite", exact=True).click()
    await page.get_by_text("Or call from a telephone").wait_for()
    await settled(page)
    await visit(page, "invite")
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()


async def _screens(page: Page, guests: list[Page], visit: Visit, *, phone: bool) -> None:
    """Somebody's shared screen, and the own."""
    await choose(guests[0], "Share screen")
    await page.get_by_role("region", name="Shared screen").locator("video").wait_for()
    await asyncio.sleep(3)
    await visit(page, "shared")
    await guests[0].get_by_role("button", name="Stop sharing").first.click()
    await page.get_by_role("region", name="Shared screen").wait_for(state="detached")
    if phone:
        return
    await choose(page, "Share screen")
    await page.get_by_text("You are sharing your screen").wait_for()
    await settled(page)
    await visit(page, "sharing")
    await page.locator(".sharing-note").get_by_role("button", name="Stop sharing").click()


async def _people(page: Page, guests: list[Page], visit: Visit) -> None:
    """Hands, what may be done about somebody, and the floor."""
    for guest in guests[1:]:
        await choose(guest, "Raise hand")
    await choose(page, "People")
    await page.locator(".person .hand").nth(1).wait_for()
    await settled(page)
    await visit(page, "people")
    menu = page.get_by_role("button", name="Actions for Ketut Dharma", exact=True)
    await menu.click()
    await settled(page)
    await visit(page, "actions")
    await page.get_by_role("menuitem", name="Remove").click()
    await settled(page)
    await visit(page, "remove")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await menu.click()
    await page.get_by_role("menuitem", name="Rename").click()
    await settled(page)
    await visit(page, "rename")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Call a phone").click()
    await settled(page)
    await visit(page, "dial")
    await page.get_by_label("Telephone number").fill("0361 998877")
    await page.get_by_role("dialog").get_by_role("button", name="Call", exact=True).click()
    await page.locator(".phone-calls .person").wait_for()
    await visit(page, "called")
    await menu.click()
    await page.get_by_role("menuitem", name="Give the floor, 3 min").click()
    unmute = guests[2].get_by_role("dialog").get_by_role("button", name="Unmute")
    await unmute.wait_for()
    await visit(guests[2], "asked")
    await unmute.click()
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.get_by_role("timer").wait_for()
    await settled(page)
    await visit(page, "floor")


async def _conversation(page: Page, guests: list[Page], visit: Visit) -> None:
    """Chat with a file, a reaction, and polls."""
    await choose(guests[0], "Chat")
    for text in ("Selamat pagi Bapak/Ibu.", "Bahan rapat: https://rapat.example.go.id/bahan.pdf"):
        await guests[0].get_by_role("textbox", name="Message").fill(text)
        await guests[0].keyboard.press("Enter")
    report = FilePayload(name="Laporan.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 " * 20_000)
    await guests[0].locator("input[type=file]").set_input_files(report)
    await guests[0].locator(".attachment").wait_for()
    await choose(page, "Chat")
    await page.get_by_role("textbox", name="Message").fill("Terima kasih, silakan Pak Ketut.")
    await page.keyboard.press("Enter")
    await page.locator(".message", has_text="Terima kasih").wait_for()
    await settled(page)
    await visit(page, "chat")
    await choose(page, "Polls")
    await settled(page)
    await visit(page, "no-polls")
    await page.get_by_role("button", name="New poll").click()
    await page.get_by_role("textbox", name="Question").fill("Rapat berikutnya hari Senin?")
    for number, option in enumerate(("Setuju", "Tidak setuju"), 1):
        await page.get_by_role("textbox", name=f"Option {number}").fill(option)
    await settled(page)
    await visit(page, "new-poll")
    await page.get_by_role("button", name="Open poll").click()
    await page.get_by_role("radio", name="Setuju").first.click()
    await page.get_by_text("1 (100 %)").wait_for()
    await settled(page)
    await visit(page, "polls")


async def _the_door(browser: Browser, page: Page, visit: Visit, options: dict[str, object]) -> None:
    """The host's settings, the lobby from both sides, and what a newcomer is asked."""
    await choose(page, "Host settings")
    await page.get_by_label("Newcomers wait until they are admitted").check()
    await page.get_by_label("Ask unit and position of whoever joins").check()
    await settled(page)
    await visit(page, "settings")
    await page.get_by_role("button", name="End for all").click()
    await settled(page)
    await visit(page, "ending")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    late = await new_page(browser, **options)
    await late.goto(page.url)
    await late.get_by_role("textbox", name="Your name").fill("Nyoman Rai")
    await late.get_by_role("textbox", name="Position").fill("Perbekel")
    await visit(late, "asks-unit")
    await late.get_by_role("button", name="Join", exact=True).click()
    await late.get_by_text("will let you in soon").wait_for()
    await visit(late, "waiting")
    await choose(page, "People")
    await page.get_by_role("button", name="Admit Nyoman Rai").wait_for()
    await settled(page)
    await visit(page, "lobby")
    await page.get_by_role("button", name="Refuse Nyoman Rai").click()
    await late.get_by_text("You were not let in").wait_for()
    await late.context.close()


async def _what_is_left(page: Page, visit: Visit) -> None:
    """The speaker view, the menus and dialogs of the controls, and the end."""
    await choose(page, "Speaker")
    await asyncio.sleep(1)
    await visit(page, "speaker")
    await choose(page, "Grid")
    await page.get_by_role("button", name="More", exact=True).locator("visible=true").last.click()
    await settled(page)
    await visit(page, "more")
    await page.keyboard.press("Escape")
    react = page.locator(".controls").get_by_role("button", name="React")
    if await react.is_visible():
        await react.click()
        await settled(page)
        await visit(page, "reactions")
        await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    await settled(page)
    await visit(page, "shortcuts")
    await page.keyboard.press("Escape")
    await choose(page, "Devices")
    await settled(page)
    await visit(page, "devices")
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.locator(".own-quality").click()
    await page.get_by_text("Data rate").first.wait_for()
    await visit(page, "details")
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.get_by_role("button", name="Leave").click()
    await page.get_by_text("You have left").wait_for()
    await visit(page, "left")
    await page.locator(".feedback").get_by_title("Good", exact=True).click()
    await page.get_by_text("Thank you").wait_for()
    await settled(page)
    await visit(page, "thanked")
