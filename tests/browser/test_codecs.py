"""Pictures in every codec, and going over from one to another while people watch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize

from tests.browser.conftest import (
    SCREEN,
    WATCH_FRAMES,
    create_meeting,
    inbound,
    join,
    new_page,
    running_server,
    until,
)

pytestmark = pytest.mark.browser

NAMES = ["Ayu", "Budi", "Citra"]

LARGE = ViewportSize(width=1280, height=800)
SMALL = ViewportSize(width=500, height=400)
"""A window in which each of three tiles is less than 180 lines high."""

NO_VP9 = """
const original = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = async function (description) {
  await original.call(this, description);
  if (description.type !== "offer") return;
  const codecs = RTCRtpReceiver.getCapabilities("video").codecs.filter(({mimeType}) => mimeType !== "video/VP9");
  for (const transceiver of this.getTransceivers())
    if (transceiver.receiver.track.kind === "video") transceiver.setCodecPreferences(codecs);
};
"""
"""The answer to the slots of a browser that can't decode VP9."""


async def sees(
    page: Page, mids: str, codec: str, others: int, *, width: int | None = None, seconds: float = 40
) -> None:
    """Wait until so many pictures play in slots whose mid begins so, all of them in this codec (and this wide)."""

    async def check() -> bool:
        before = await inbound(page, "video")
        await asyncio.sleep(0.7)
        playing = [
            report
            for mid, report in (await inbound(page, "video")).items()
            if mid.startswith(mids) and report.get("framesDecoded", 0) > before.get(mid, {}).get("framesDecoded", 0)
        ]
        return len(playing) == others and all(
            report["codec"] == codec and width in (None, report["frameWidth"]) for report in playing
        )

    await until(check, f"{others} pictures play in {codec}, {width or 'however'} wide", seconds)


async def together(pages: list[Page], check: Callable[[Page], Awaitable[None]]) -> None:
    await asyncio.gather(*(check(page) for page in pages))


@pytest.mark.parametrize("codec", ["H264", "VP9", "AV1"])
async def test_people_see_each_other_and_a_screen_in_the_codec_that_comes_first(
    browser: Browser, tmp_path: Path, codec: str
) -> None:
    async with running_server(tmp_path / "data", "--video-codecs", f"{codec},VP8") as server:
        pages = [await new_page(browser, viewport=LARGE) for _ in NAMES]
        url = await create_meeting(pages[0], server)
        for page, name in zip(pages, NAMES, strict=True):
            await page.add_init_script(SCREEN)
            await join(page, url, name)
        await together(pages, lambda page: sees(page, "v", codec, 2, width=640))

        # The layer follows the tile, up and down, and everybody else's stays.
        viewer, *rest = pages
        await viewer.set_viewport_size(SMALL)
        await sees(viewer, "v", codec, 2, width=320, seconds=15)
        await together(rest, lambda page: sees(page, "v", codec, 2, width=640))
        await viewer.set_viewport_size(LARGE)
        await sees(viewer, "v", codec, 2, width=640, seconds=15)

        await viewer.get_by_role("button", name="Share screen").click()
        await together(rest, lambda page: sees(page, "s", codec, 1, width=1920, seconds=15))
        for page in pages:
            assert page.errors == []  # type: ignore[attr-defined]


async def test_whoever_cannot_decode_the_codec_makes_it_another_and_nobodys_picture_stands_still(
    browser: Browser, tmp_path: Path
) -> None:
    async with running_server(tmp_path / "data", "--video-codecs", "VP9,VP8") as server:
        pages = [await new_page(browser) for _ in NAMES]
        url = await create_meeting(pages[0], server)
        *present, newcomer = pages
        for page, name in zip(present, NAMES, strict=False):
            await join(page, url, name)
        await together(present, lambda page: sees(page, "v", "VP9", 1))
        await together(present, lambda page: page.evaluate(WATCH_FRAMES))

        await newcomer.add_init_script(NO_VP9)
        await join(newcomer, url, NAMES[2])
        await together(pages, lambda page: sees(page, "v", "VP8", 2, seconds=15))

        # When they have left, it goes up again, after a while.
        await newcomer.get_by_role("button", name="Leave").click()
        await together(present, lambda page: sees(page, "v", "VP9", 1, seconds=30))
        for page in present:
            gaps: dict[str, float] = await page.evaluate("longestGap")
            assert 0 < gaps["v0"] < 2_000
        for page in pages:
            assert page.errors == []  # type: ignore[attr-defined]
