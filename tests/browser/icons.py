"""Draws the PNG icons of the installed app from ``web/public/icon.svg``: ``scripts/icons``."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser.conftest import CHROMIUM, FLAGS

PUBLIC = Path(__file__).resolve().parents[2] / "web" / "public"

ROUND = {"icon-192.png": 192, "icon-512.png": 512}
FULL = {"icon-maskable-512.png": (512, 0.72), "apple-touch-icon.png": (180, 0.9)}
"""Those that the system cuts to its own shape: how many pixels, and how much of the width the sign may take (of a
maskable icon a circle of 80 % is sure to be seen)."""


def full(svg: str, share: float) -> str:
    """The icon without round corners, its sign made smaller."""
    margin = 16 * (1 - share)
    svg = re.sub(r' rx="[^"]*"', "", svg)
    return svg.replace("<path ", f'<path transform="translate({margin} {margin}) scale({share})" ')


async def main() -> None:
    """Draw them all."""
    svg = (PUBLIC / "icon.svg").read_text()
    wanted = [(name, size, svg) for name, size in ROUND.items()]
    wanted += [(name, size, full(svg, share)) for name, (size, share) in FULL.items()]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, size, drawing in wanted:
            page = await browser.new_page(viewport={"width": size, "height": size})
            sized = drawing.replace("<svg ", f'<svg width="{size}" height="{size}" ')
            await page.set_content(f'<body style="margin:0;background:transparent">{sized}</body>')
            await page.screenshot(path=PUBLIC / name, omit_background=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
