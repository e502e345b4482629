"""What nobody watches is not sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize

from tests.browser.conftest import Server, create_meeting, inbound, join, new_page, stats, until

pytestmark = pytest.mark.browser

SMALL = ViewportSize(width=500, height=400)
"""A window in which each of two tiles is less than 180 lines high."""


async def sent(page: Page) -> dict[str, int]:
    """How many frames of each layer of the camera a page has sent."""
    reports: list[dict[str, Any]] = await stats(page, "publisher")
    return {r["rid"]: r.get("framesSent", 0) for r in reports if r["type"] == "outbound-rtp" and "rid" in r}


async def sending(page: Page, seconds: float = 1.5) -> str:
    """The layers that are being sent, lowest first."""
    before = await sent(page)
    await asyncio.sleep(seconds)
    after = await sent(page)
    return "".join(rid for rid in "qhf" if after.get(rid, 0) > before.get(rid, 0))


async def sends(page: Page, layers: str, seconds: float) -> None:
    """Wait until exactly these layers are being sent."""

    async def check() -> bool:
        return await sending(page, 0.5) == layers

    await until(check, f"the layers {layers or 'none'} are sent", seconds)


async def starts(page: Page, layer: str, seconds: float = 2) -> None:
    """Wait until this layer grows."""
    before = (await sent(page)).get(layer, 0)

    async def check() -> bool:
        return (await sent(page)).get(layer, 0) > before

    await until(check, f"layer {layer} is sent", seconds)


async def test_nobody_else_is_there_and_no_picture_is_sent_at_all(browser: Browser, server: Server) -> None:
    page = await new_page(browser)
    url = await create_meeting(page, server)
    await join(page, url, "Ayu")
    await page.get_by_text("Connecting sound and pictures…").wait_for(state="detached")
    assert await sending(page, 4) == ""
    assert sum((await sent(page)).values()) <= 2  # those that were under way when the server said so


async def test_as_many_layers_are_sent_as_the_largest_tile_needs(browser: Browser, server: Server) -> None:
    publisher, viewer = await new_page(browser), await new_page(browser, viewport=SMALL)
    url = await create_meeting(publisher, server)
    await join(publisher, url, "Ayu", small=False)  # a small picture has no third layer
    await join(viewer, url, "Budi")
    await sends(publisher, "q", 20)
    assert await sending(publisher) == "q"

    await viewer.set_viewport_size({"width": 1280, "height": 800})
    await starts(publisher, "h")
    assert await sending(publisher) == "qh"
    await viewer.set_viewport_size({"width": 1800, "height": 1100})
    await starts(publisher, "f")
    assert await sending(publisher) == "qhf"

    await viewer.set_viewport_size(SMALL)
    await sends(publisher, "q", 10)
    await viewer.get_by_role("button", name="Leave").click()
    await sends(publisher, "", 10)
    for page in (publisher, viewer):
        assert page.errors == []  # type: ignore[attr-defined]


async def test_a_small_camera_is_seen_in_its_full_size(browser: Browser, server: Server) -> None:
    publisher, viewer = await new_page(browser), await new_page(browser, viewport=SMALL)
    url = await create_meeting(publisher, server)
    await join(publisher, url, "Ayu")
    await join(viewer, url, "Budi")

    def seen(width: int) -> Callable[[], Awaitable[bool]]:
        async def check() -> bool:
            return any(report.get("frameWidth") == width for report in (await inbound(viewer, "video")).values())

        return check

    await until(seen(320), "half of the picture's width is seen in a small tile", 20)
    await viewer.set_viewport_size({"width": 1280, "height": 800})
    await until(seen(640), "the picture is seen in its own width", 10)
