"""The two sides of a weak link: the server with somebody beside it, and somebody far away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from signaling.load_test_token import keep_token
from tests.browser.conftest import CHROMIUM, FLAGS, Server, create_meeting, join, new_page, running_server
from tests.network import camera, voice
from tests.network.impairment import Conditions
from tests.network.link import Link
from tests.network.namespaces import Namespace, namespace

SERVER_ADDRESS = "10.77.0.1"
"""On the loopback of the good side, so that it is the same over every link that leads there."""


@contextmanager
def good_place() -> Iterator[Namespace]:
    """A namespace that the server's address belongs to."""
    with namespace("good") as place:
        place.ip("address", "add", f"{SERVER_ADDRESS}/32", "dev", "lo")
        yield place


def weak_place() -> AbstractContextManager[Namespace]:
    """A namespace without a way out."""
    return namespace("weak")


@dataclass(frozen=True)
class GoodSide:
    """Where the server is, and a Chromium with nothing bad in between."""

    place: Namespace
    server: Server
    token: str
    """Opens the server's figures."""
    browser: Browser


@dataclass(frozen=True)
class WeakSide:
    """A Chromium whose only way to anywhere is the emulated link."""

    place: Namespace
    link: Link
    browser: Browser


@asynccontextmanager
async def chromium_in(place: Namespace, folder: Path) -> AsyncIterator[Browser]:
    """A Chromium in a namespace, steered through pipes; ``folder`` gets the script that starts it, its camera and its
    microphone."""
    pictures = camera.record(folder / f"camera-in-{place.name}.y4m")
    sound = voice.record(folder / f"microphone-in-{place.name}.wav")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=place.executable(CHROMIUM, folder),
            args=[
                *FLAGS,
                f"--use-file-for-fake-video-capture={pictures}",
                f"--use-file-for-fake-audio-capture={sound}",
            ],
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def good_side_in(place: Namespace, folder: Path) -> AsyncIterator[GoodSide]:
    """The good side, running; ``folder`` is for its data."""
    options = ("--host", SERVER_ADDRESS)
    async with (
        running_server(folder / "data", *options, through=place.command()) as server,
        chromium_in(place, folder) as browser,
    ):
        yield GoodSide(place, server, keep_token(folder / "data"), browser)


@asynccontextmanager
async def weak_side_in(place: Namespace, link: Link, folder: Path) -> AsyncIterator[WeakSide]:
    """The weak side, running."""
    async with chromium_in(place, folder) as browser:
        yield WeakSide(place, link, browser)


@dataclass(frozen=True)
class Meeting:
    """Two people in one meeting, with the link between them."""

    good: Page
    weak: Page
    token: str
    """Opens the server's figures."""

    def pages(self) -> dict[str, Page]:
        """Both pages, by whose they are."""
        return {"good": self.good, "weak": self.weak}


async def meet(good_side: GoodSide, weak_side: WeakSide, conditions: Conditions) -> Meeting:
    """Let one of each side join a new meeting, as users do, over a link that is so from the beginning."""
    weak_side.link.change(up=conditions, down=conditions)
    good, weak = await new_page(good_side.browser), await new_page(weak_side.browser)
    url = await create_meeting(good, good_side.server)
    # The camera is small by itself.
    await join(good, url, "Ayu", small=False)
    await join(weak, url, "Budi", small=False)
    return Meeting(good, weak, good_side.token)
