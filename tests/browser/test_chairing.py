"""A secretary chairs from one browser, and a village head follows in another: on a desk and on a phone."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.conftest import SIZES, Server, choose, create_meeting, join, new_page

pytestmark = pytest.mark.browser


HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "javascript:document.title='owned'",
    "\"><svg onload=document.title='owned'>",
    "https://example.org/\"onmouseover=\"document.title='owned'",
]


async def panel(page: Page, name: str) -> None:
    """Open a panel, wherever its button is on this screen."""
    await choose(page, name)
    await page.locator(".panel").wait_for()


async def act(page: Page, name: str, action: str) -> None:
    """Choose an action from somebody's menu in the people panel."""
    await page.get_by_role("button", name=f"Actions for {name}", exact=True).click()
    await page.get_by_role("menuitem", name=action, exact=True).click()


@pytest.fixture(params=SIZES)
async def two(request: pytest.FixtureRequest, browser: Browser, server: Server) -> tuple[Page, Page, str]:
    """The host's page, the guest's, and the meeting's address."""
    host, guest = [await new_page(browser, viewport=SIZES[request.param]) for _ in range(2)]
    url = await create_meeting(host, server)
    await join(host, url, "Sekretaris")
    return host, guest, url


async def test_the_door_is_the_chairs_and_whoever_waits_is_told(two: tuple[Page, Page, str]) -> None:
    host, guest, url = two
    await panel(host, "Host settings")
    await host.get_by_label("Newcomers wait until they are admitted").check()
    await host.get_by_label("Ask unit and position of whoever joins").check()
    await guest.goto(url)
    await guest.get_by_role("textbox", name="Your name").fill("I Made")
    await guest.get_by_role("textbox", name="Unit or village").fill("Desa Ubud")
    await guest.get_by_role("textbox", name="Position").fill("Perbekel")
    await guest.get_by_role("button", name="Join", exact=True).click()
    await expect(guest.get_by_text("Hello I Made. The host will let you in soon.")).to_be_visible()
    await panel(host, "People")
    await expect(host.get_by_text("Waiting to come in: 1")).to_be_visible()
    await host.get_by_role("button", name="Admit I Made").click()
    await expect(guest.get_by_role("button", name="Leave")).to_be_visible()
    await expect(host.get_by_text("Perbekel, Desa Ubud")).to_be_visible()

    await act(host, "I Made", "Remove")
    await host.get_by_label("Do not let them in again").check()
    await host.get_by_role("button", name="Remove", exact=True).click()
    await expect(guest.get_by_role("heading", name="You were removed from this meeting")).to_be_visible()
    await guest.reload()
    await guest.get_by_role("button", name="Join", exact=True).click()
    await expect(guest.get_by_role("heading", name="You were removed from this meeting")).to_be_visible()


async def test_the_chair_mutes_and_the_one_who_raised_a_hand_gets_the_floor(two: tuple[Page, Page, str]) -> None:
    host, guest, url = two
    await join(guest, url, "I Made")
    await panel(host, "Host settings")
    await host.get_by_label("Unmute themselves").uncheck()
    await panel(host, "People")
    await host.get_by_role("button", name="Mute all").click()
    await expect(guest.get_by_text("The host muted you.")).to_be_visible()
    await expect(guest.get_by_role("button", name="Unmute")).to_be_visible()
    await guest.get_by_role("button", name="Unmute").click()
    await expect(guest.get_by_text("The host has not allowed that.")).to_be_visible()
    await guest.get_by_role("button", name="Raise hand").click()
    await expect(host.locator(".person .hand")).to_contain_text("1")
    await act(host, "I Made", "Give the floor, 2 min")
    await guest.get_by_role("dialog").get_by_role("button", name="Unmute").click()
    await expect(guest.get_by_text("You have the floor")).to_be_visible()
    await expect(guest.get_by_role("timer")).to_contain_text("1:5")
    await expect(guest.get_by_role("button", name="Raise hand")).to_be_visible()
    await act(host, "I Made", "End the turn")
    await expect(guest.get_by_role("button", name="Unmute")).to_be_visible()


async def test_what_is_written_is_read_by_whom_it_is_for_and_nothing_in_it_runs(
    two: tuple[Page, Page, str], browser: Browser
) -> None:
    host, guest, url = two
    await join(guest, url, HOSTILE[0])
    await panel(guest, "Chat")
    await panel(host, "Chat")
    for text in HOSTILE:
        await guest.get_by_role("textbox", name="Message").fill(text)
        await guest.keyboard.press("Enter")
    await expect(host.locator(".message p")).to_have_text(HOSTILE)
    links = await host.locator(".message a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(links) <= {"https:", "http:"}
    late = await new_page(browser)
    await join(late, url, "Late")
    await panel(late, "Chat")
    await expect(late.locator(".message p")).to_have_text(HOSTILE)
    for page in (host, guest, late):
        assert "owned" not in await page.title()
        assert not [error for error in page.errors if "Content Security Policy" in error]  # type: ignore[attr-defined]


async def test_a_poll_is_asked_answered_and_closed(two: tuple[Page, Page, str]) -> None:
    host, guest, url = two
    await join(guest, url, "I Made")
    await panel(host, "Polls")
    await host.get_by_role("button", name="New poll").click()
    await host.get_by_role("textbox", name="Question").fill("Setuju?")
    await host.get_by_role("textbox", name="Option 1").fill("Ya")
    await host.get_by_role("textbox", name="Option 2").fill("Tidak")
    await host.get_by_role("button", name="Open poll").click()
    await panel(guest, "Polls")
    await guest.get_by_role("radio", name="Tidak").click()
    await expect(host.get_by_text("1 (100 %)")).to_be_visible()
    await host.get_by_role("button", name="Close poll").click()
    await expect(guest.get_by_role("radio", name="Ya")).to_be_disabled()


async def test_whoever_is_refused_is_told_and_does_not_wait_any_more(two: tuple[Page, Page, str]) -> None:
    host, guest, url = two
    await panel(host, "Host settings")
    await host.get_by_label("Newcomers wait until they are admitted").check()
    await guest.goto(url)
    await guest.get_by_role("textbox", name="Your name").fill("I Made")
    await guest.get_by_role("button", name="Join", exact=True).click()
    await panel(host, "People")
    await host.get_by_role("button", name="Refuse I Made").click()
    await expect(guest.get_by_role("heading", name="You were not let in")).to_be_visible()
    await expect(host.get_by_role("heading", name="Waiting to come in")).to_be_hidden()


async def test_a_file_is_seen_on_its_way_and_saved_by_others_as_it_was_and_a_program_is_not_taken(
    two: tuple[Page, Page, str],
) -> None:
    host, guest, url = two
    await join(guest, url, "I Made")
    await panel(guest, "Chat")
    on_its_way = asyncio.Event()

    async def hold(route: Route) -> None:
        await on_its_way.wait()
        await route.continue_()

    await guest.route("**/files", hold)
    chooser = guest.locator("input[type=file]")
    body = bytes(range(256)) * 4_000
    await chooser.set_input_files({"name": "Laporan.pdf", "mimeType": "application/pdf", "buffer": body})
    await expect(guest.get_by_role("progressbar", name="Sending the file…")).to_be_visible()
    await expect(guest.get_by_role("button", name="Send a file")).to_be_disabled()
    on_its_way.set()
    await expect(guest.locator(".attachment")).to_have_count(1)
    await expect(guest.get_by_role("progressbar", name="Sending the file…")).to_be_hidden()
    await panel(host, "Chat")
    async with host.expect_download() as saving:
        await host.locator(".attachment").get_by_role("button", name="Laporan.pdf").click()
    saved = await saving.value
    assert saved.suggested_filename == "Laporan.pdf"
    assert (await saved.path()).read_bytes() == body
    await chooser.set_input_files({"name": "jalan.exe", "mimeType": "application/pdf", "buffer": b"MZ"})
    await expect(guest.get_by_text("Files of this kind can't be sent")).to_be_visible()


async def test_a_reaction_is_seen_on_the_tile_of_whoever_sent_it(two: tuple[Page, Page, str]) -> None:
    host, guest, url = two
    await join(guest, url, "I Made")
    react = guest.locator(".controls").get_by_role("button", name="React")
    await (react if await react.is_visible() else guest.get_by_role("button", name="More", exact=True).last).click()
    await guest.get_by_role("menuitem", name="👏").click()
    tile = host.locator(".tile", has_text="I Made")
    await expect(tile.get_by_role("img", name="👏")).to_be_visible()


async def test_whoever_ends_the_meeting_ends_it_for_all(two: tuple[Page, Page, str]) -> None:
    host, guest, url = two
    await join(guest, url, "I Made")
    await panel(host, "Host settings")
    await host.get_by_role("button", name="End for all").click()
    await host.get_by_role("dialog").get_by_role("button", name="End for all").click()
    for page in (host, guest):
        await expect(page.get_by_role("heading", name="The meeting has ended")).to_be_visible()
