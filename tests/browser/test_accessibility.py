"""Everybody can use every page: WCAG 2.2 AA as far as a machine can tell, and nothing is cut off by large letters."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import SIZES, Server, new_page
from tests.browser.walk import settled, through_everything

pytestmark = pytest.mark.browser

WEB = Path(__file__).resolve().parents[2] / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"

LANGUAGES = sorted(
    file.stem for file in (WEB / "src" / "i18n").glob("*.ts") if re.fullmatch(r"[a-z]{2}(-\w+)?", file.stem)
)

WINDOWS: dict[str, dict[str, Any]] = {
    **{name: {"viewport": size} for name, size in SIZES.items()},
    # What a window of 1280x800 is to a page that is shown at 200 % (WCAG 1.4.4).
    "at 200 %": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
}

CHECK = """async () => {
  const {violations} = await axe.run(document, {
    resultTypes: ["violations"],
    rules: {"target-size": {enabled: true}},
  });
  return violations.flatMap(({id, help, nodes}) =>
    nodes.map(({target, failureSummary}) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`));
}"""

SIDEWAYS = """() =>
  [document.documentElement, ...document.querySelectorAll(".panel, .panel-body, dialog, .menu, .control")]
    .filter((element) => !element.querySelector(":scope > .news")) // a badge may stick out of its button
    .filter((element) => element.offsetWidth && element.scrollWidth > element.clientWidth + 1)
    .map(({className, textContent}) => `${className || "the page"} is too wide: ${textContent.slice(0, 40)}`)"""


class Findings:
    """What is wrong in the states that were visited."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.visited: set[str] = set()
        self.pictures = os.environ.get("BALAI_PICTURES")

    async def visit(self, page: Page, state: str) -> None:
        """Look at one state in both themes."""
        # Not add_script_tag: that the Content-Security-Policy forbids, as it should.
        if not await page.evaluate("'axe' in window"):
            await page.evaluate(AXE.read_text())
        for theme in ("light", "dark"):
            await self.look(page, state, theme)
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.visited.add(state)

    async def look(self, page: Page, state: str, theme: Literal["light", "dark"]) -> None:
        """Look at one state in one theme."""
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found = [*await page.evaluate(CHECK), *await page.evaluate(SIDEWAYS)]
        self.lines += [f"{state}, {theme}: {line}" for line in found]
        if self.pictures:
            await page.screenshot(path=Path(self.pictures) / f"{state}-{page.viewport_size['width']}-{theme}.png")  # type: ignore[index]


@pytest.mark.parametrize("window", WINDOWS)
async def test_axe_finds_nothing_wrong_with_any_page_panel_or_dialog_in_either_theme_and_nothing_sticks_out(
    browser: Browser, server_with_telephone: Server, window: str
) -> None:
    findings = Findings()
    await through_everything(
        browser,
        server_with_telephone,
        findings.visit,
        phone=window == "phone",
        reduced_motion="reduce",
        **WINDOWS[window],
    )
    assert len(findings.visited) >= 36
    assert findings.lines == [], "\n".join(findings.lines)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_word_of_any_language_is_too_long_for_its_place(
    browser: Browser, server_with_telephone: Server, language: str, size: str
) -> None:
    server = server_with_telephone
    page = await new_page(browser, viewport=SIZES[size], locale=language)
    wide: list[str] = []

    async def look(state: str) -> None:
        await settled(page)
        wide.extend(f"{state}: {line}" for line in await page.evaluate(SIDEWAYS))

    await page.goto(server.url)
    await page.locator(".start-form button").wait_for()
    assert await page.evaluate("document.documentElement.lang") == language
    await look("landing")
    await page.locator(".start-form button").click()
    await page.locator(".prejoin .field input").first.fill("Ayu")
    await look("prejoin")
    await page.keyboard.press("Enter")
    await page.locator(".controls").wait_for()
    await look("meeting")
    for key in "cpo?d":
        await page.keyboard.press(key)
        await page.locator(".panel, dialog").first.wait_for()
        await look(f"after {key}")
        await page.keyboard.press("Escape")
        await page.locator(".panel, dialog").first.wait_for(state="detached")
    await page.locator(".controls .leave").click()
    await page.locator(".notice").wait_for()
    await look("left")
    assert wide == []
