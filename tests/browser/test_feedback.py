"""One question after a meeting, and what is kept of the answer."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from server.records.records import DATABASE
from tests.browser.conftest import SIZES, Server, create_meeting, join, new_page, until
from tests.browser.test_pages import fits


def kept(data_dir: Path) -> list[tuple[int, str, dict[str, Any]]]:
    with sqlite3.connect(f"file:{data_dir / DATABASE}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT rating, words, figures FROM feedback").fetchall()
    return [(rating, words, json.loads(figures)) for rating, words, figures in rows]


async def test_the_answer_is_kept_with_what_the_browser_measured(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    page, guest = await new_page(browser, viewport=SIZES["phone"]), await new_page(browser)
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    await join(guest, url, "Made")
    await expect(page.locator("[data-participant]")).to_have_count(2)
    await asyncio.sleep(12)  # it is measured every five seconds
    await page.get_by_role("button", name="Leave").click()
    await expect(page.get_by_role("group", name="How were sound and pictures?")).to_be_visible()
    # By keyboard, as whoever can't see the stars.
    await page.get_by_role("radio", name="Bad").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("status")).to_contain_text("Thank you")
    await page.get_by_role("textbox").fill("Suara <b>putus</b>")
    await page.get_by_role("button", name="Send").click()
    await until(lambda: asyncio.to_thread(lambda: [row for row in kept(tmp_path / "data") if row[1]]), "it is kept")
    ((rating, words, figures),) = kept(tmp_path / "data")
    assert (rating, words) == (2, "Suara <b>putus</b>")
    assert figures["seconds"] >= 4
    assert figures["rate_up"] > 0
    assert 0 <= figures["lost_down"] <= 1
    assert await fits(page)
    await page.get_by_role("button", name="Rejoin").click()
    await expect(page.get_by_role("textbox", name="Your name")).to_be_visible()
    assert page.errors == []  # type: ignore[attr-defined]
