"""Takes the pictures of ``docs/screens/``: ``scripts/screens``."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, SIZES, Server, running_server, telephone_options
from tests.browser.walk import through_everything

TARGET = Path(__file__).resolve().parents[2] / "docs" / "screens"

SHOWN = {
    *("landing", "prejoin", "meeting", "shared", "people", "actions", "chat", "polls", "settings", "waiting"),
    *("lobby", "speaker", "devices", "shortcuts", "left", "invite", "dial"),
}
"""The states that a picture is taken of."""


async def walk(browser: Browser, server: Server, size: str, theme: str) -> None:
    """Every page in one size and theme."""
    suffix = size if theme == "light" else f"{size}-{theme}"

    async def picture(page: Page, state: str) -> None:
        if state in SHOWN:
            await page.screenshot(path=TARGET / f"{state}-{suffix}.png")

    await through_everything(browser, server, picture, phone=size == "phone", viewport=SIZES[size], color_scheme=theme)


async def main() -> None:
    """All of them."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        options = telephone_options(Path(folder))
        async with running_server(Path(folder) / "data", *options) as server, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for theme in ("light", "dark"):
                for size in SIZES:
                    await walk(browser, server, size, theme)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
