"""Four people in real browsers see and hear each other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import (
    WATCH_FRAMES,
    Server,
    create_meeting,
    inbound,
    join,
    new_page,
    running_server,
    stats,
    until,
)

pytestmark = pytest.mark.browser

NAMES = ["Ayu", "Budi", "Citra", "Dewi"]


async def playing(page: Page) -> dict[str, dict[str, Any]]:
    """The video slots that decode frames now."""
    before = await inbound(page, "video")
    await asyncio.sleep(1)
    after = await inbound(page, "video")
    return {
        mid: report
        for mid, report in after.items()
        if report.get("framesDecoded", 0) > before.get(mid, {}).get("framesDecoded", 0)
    }


async def sees(page: Page, others: int) -> dict[str, dict[str, Any]]:
    """Wait until exactly ``others`` videos play."""

    async def check() -> dict[str, dict[str, Any]] | None:
        now = await playing(page)
        return now if len(now) == others else None

    return await until(check, f"{others} videos play")


async def hears(page: Page, *, at_least: int) -> None:
    """Wait until as many voices are heard: their energy rises. Three are heard at once, oneself never."""
    before = await inbound(page, "audio")

    async def check() -> bool:
        after = await inbound(page, "audio")
        rising = [m for m, r in after.items() if r["totalAudioEnergy"] > before[m]["totalAudioEnergy"]]
        return len(rising) >= at_least

    await until(check, f"{at_least} voices are heard")


async def subscribe_sdp(page: Page) -> str:
    return str(await page.evaluate("window.balai.subscriber.remoteDescription.sdp"))


async def test_four_people_see_and_hear_each_other_while_they_come_and_go(browser: Browser, server: Server) -> None:
    pages = [await new_page(browser) for _ in NAMES]
    url = await create_meeting(pages[0], server)
    await join(pages[0], url, NAMES[0])
    await pages[0].get_by_text("You are the only one here").wait_for()
    first_sdp = await subscribe_sdp(pages[0])
    for number, page in enumerate(pages[1:], start=1):
        await join(page, url, NAMES[number])
        await sees(pages[0], number)

    # Each decodes the three others, in the size that their cameras have, and hears them.
    for page in pages:
        videos = await sees(page, 3)
        for report in videos.values():
            assert report["frameWidth"] * 9 == report["frameHeight"] * 16
            assert report["frameWidth"] in (160, 320, 640)
        await hears(page, at_least=2)
        region = page.get_by_role("region", name="Participants")
        for name in NAMES:
            await region.get_by_text(name, exact=True).wait_for()

    # The best transport protection, one port, and nothing but media on the media path.
    for page in pages:
        for which in ("publisher", "subscriber"):
            transport = next(r for r in await stats(page, which) if r["type"] == "transport")
            assert transport["srtpCipher"] == "SRTP_AEAD_AES_128_GCM"
    datagram_sockets = [c for c in server.process.net_connections("inet") if c.type.name == "SOCK_DGRAM"]
    assert [c.laddr.port for c in datagram_sockets] == [server.media_port]

    # One leaves: nobody's SDP changes, nobody's video stops for more than a second.
    for page in pages[:3]:
        await page.evaluate(WATCH_FRAMES)
    await asyncio.sleep(1)
    slot_of_leaver = [
        await page.locator("li", has_text=NAMES[3]).first.get_attribute("data-slot") for page in pages[:3]
    ]
    await pages[3].get_by_role("button", name="Leave").click()
    await pages[3].get_by_text("You have left the meeting").wait_for()
    for page in pages[:3]:
        await (
            page.get_by_role("region", name="Participants")
            .get_by_text(NAMES[3])
            .wait_for(state="detached", timeout=8_000)
        )
    await asyncio.sleep(3)
    for page, left in zip(pages[:3], slot_of_leaver, strict=True):
        gaps = {slot: gap for slot, gap in (await page.evaluate("window.longestGap")).items() if slot != left}
        assert len(gaps) == 2
        assert all(gap < 1000 for gap in gaps.values()), gaps
    assert await subscribe_sdp(pages[0]) == first_sdp
    for page in pages:
        assert page.errors == []  # type: ignore[attr-defined]


async def test_with_more_cameras_than_slots_the_slots_show_who_speaks(browser: Browser, tmp_path: Path) -> None:
    async with running_server(tmp_path / "data", "--video-slots", "2") as server:
        pages = [await new_page(browser) for _ in NAMES]
        url = await create_meeting(pages[0], server)
        for page, name in zip(pages, NAMES, strict=True):
            await join(page, url, name)
            await page.get_by_role("button", name="Mute", exact=True).click()
        await sees(pages[0], 2)

        async def shown(page: Page) -> set[str]:
            tiles = page.locator("[data-slot] .name")
            return set(await tiles.all_text_contents())

        # Whoever speaks comes onto everybody's screen, one after the other.
        for speaker in (3, 1, 2):
            await pages[speaker].get_by_role("button", name="Unmute").click()

            async def on_screen(name: str = NAMES[speaker]) -> bool:
                return name in await shown(pages[0])

            await until(on_screen, f"{NAMES[speaker]} speaks and is shown")
            assert len(await shown(pages[0])) == 2
            ring = pages[0].locator("[data-speaking]")
            await ring.filter(has_text=NAMES[speaker]).wait_for()
            await pages[speaker].get_by_role("button", name="Mute", exact=True).click()
            await sees(pages[0], 2)


async def test_two_rooms_never_see_hear_or_name_one_another(browser: Browser, server: Server) -> None:
    rooms = []
    for names in (["Gede", "Made"], ["Nyoman", "Ketut"]):
        pages = [await new_page(browser) for _ in names]
        url = await create_meeting(pages[0], server)
        frames: list[str] = []
        for page, name in zip(pages, names, strict=True):
            page.on("websocket", lambda ws, seen=frames: ws.on("framereceived", lambda data: seen.append(str(data))))
            await join(page, url, name)
        rooms.append((names, pages, frames))
    for names, pages, _ in rooms:
        for page in pages:
            await sees(page, 1)
            tiles = page.get_by_role("region", name="Participants").locator(".name")
            assert sorted(await tiles.all_text_contents()) == sorted(names)
            sources = [r for r in (await inbound(page, "audio")).values() if r["packetsReceived"] > 0]
            assert len(sources) <= 1
    for (names, _, frames), (strangers, _, _) in (rooms, rooms[::-1]):
        assert any(names[1] in frame for frame in frames)
        assert not any(stranger in frame for stranger in strangers for frame in frames)


async def test_a_camera_that_is_switched_off_and_on_again_is_seen_again(browser: Browser, server: Server) -> None:
    first, second = await new_page(browser), await new_page(browser)
    url = await create_meeting(first, server)
    await join(first, url, "Ayu")
    await join(second, url, "Budi")
    await sees(first, 1)
    await second.get_by_role("button", name="Stop video").click()
    await first.locator("li", has_text="Budi").locator(".avatar").wait_for()
    await second.get_by_role("button", name="Start video").click()
    await sees(first, 1)
    await first.locator("li", has_text="Budi").locator("video").wait_for()


async def test_one_whose_browser_vanishes_is_gone_within_half_a_minute(browser: Browser, server: Server) -> None:
    first, second = await new_page(browser), await new_page(browser)
    url = await create_meeting(first, server)
    await join(first, url, "Ayu")
    await join(second, url, "Budi")
    budi = first.get_by_role("region", name="Participants").get_by_text("Budi")
    await budi.wait_for()
    await second.context.close()  # no goodbye: as when a battery dies, but for TCP's own farewell
    await budi.wait_for(state="detached", timeout=30_000)
    await first.get_by_text("You are the only one here").wait_for()
