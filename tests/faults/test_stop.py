"""The server is stopped with notice: whoever is in a meeting is told, and is back by themselves when it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import browser, create_meeting, join, new_page
from tests.browser.test_coming_back import id_of
from tests.faults.mortal_server import MortalServer

__all__ = ["browser"]

pytestmark = pytest.mark.browser


async def test_whoever_is_in_a_meeting_sees_when_the_server_stops_and_is_back_in_their_seat_after_it(
    browser: Browser, tmp_path: Path
) -> None:
    mortal = MortalServer(tmp_path / "data", "--drain-seconds", "600")
    server = await mortal.start()
    page, other = await new_page(browser), await new_page(browser)
    await join(page, await create_meeting(page, server), "Ayu")
    seat = await id_of(page, "Ayu")
    mortal.ask_to_stop()
    await expect(page.get_by_text("The server will be restarted. Stay here")).to_be_visible()
    await expect(page.locator(".banner").get_by_role("timer")).to_have_text(re.compile(r"^9:[0-5][0-9]$"))
    await other.goto(server.url)
    await other.get_by_role("button", name="Start a meeting").click()
    await expect(other.get_by_text("so no meeting begins now")).to_be_visible()
    await mortal.stop()  # the second time, at once
    await expect(page.get_by_text("The server is being restarted")).to_be_visible()
    await mortal.start()
    await expect(page.locator(".banner")).to_be_empty()
    assert await id_of(page, "Ayu") == seat
    await page.context.close()
    await mortal.stop()  # for nobody it waits
