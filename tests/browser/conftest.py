"""A real server in a process of its own, and real Chromiums in front of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiohttp import ClientSession, TCPConnector
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from yarl import URL

from tests.signaling.client import ProtocolClient
from tests.signaling.sip.sipp import free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"

SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}
"""Of the windows in which everything must work."""

FLAGS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]

# Four browsers on two cores take their time; a wait costs nothing where there is nothing to wait for.
expect.set_options(timeout=20_000)

SMALL_CAMERA = """
const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = (constraints) => {
  if (constraints.video) constraints = {...constraints, video: {width: 640, height: 360, frameRate: 10}};
  return original(constraints);
};
"""
"""Several Chromiums share two cores with the server: the capture is small, all else is as for a user."""

SCREEN = """
let give = null, held = null, shared = null, tone = null;
window.withTone = () => {
  const context = new AudioContext();
  const [left, right] = [440, 660].map((frequency) => new OscillatorNode(context, {frequency}));
  const both = new ChannelMergerNode(context, {numberOfInputs: 2});
  tone = new MediaStreamAudioDestinationNode(context, {channelCount: 2});
  left.connect(both, 0, 0);
  right.connect(both, 0, 1);
  both.connect(tone);
  for (const each of [left, right]) each.start();
};
window.holdScreen = () => { held = new Promise((resolve) => { give = resolve; }); };
window.giveScreen = () => give();
window.endScreen = () => { shared.stop(); shared.dispatchEvent(new Event("ended")); };
navigator.mediaDevices.getDisplayMedia = async () => {
  await held;
  const canvas = Object.assign(document.createElement("canvas"), {width: 1920, height: 1080});
  const pen = canvas.getContext("2d");
  let line = 0;
  const draw = () => {
    if (line === 0) { pen.fillStyle = "#fff"; pen.fillRect(0, 0, 1920, 1080); }
    pen.fillStyle = "#234";
    pen.font = "32px sans-serif";
    pen.fillText(`${line + 1}. Rapat desa: anggaran, jalan, irigasi, dan jadwal gotong royong`, 80, 80 + line * 44);
    line = (line + 1) % 22;
  };
  draw();
  const timer = setInterval(draw, 150);
  const stream = canvas.captureStream(10);
  shared = stream.getVideoTracks()[0];
  const stop = shared.stop.bind(shared);
  shared.stop = () => { clearInterval(timer); stop(); };
  if (tone) stream.addTrack(tone.stream.getAudioTracks()[0].clone());
  return stream;
};
"""
"""There is no screen to capture where there is none: a page of text is one, that fills line by line.

After ``withTone()`` it has sound, another tone in each ear.
"""


@dataclass
class Server:
    """A running ``balai serve``."""

    process: psutil.Process
    url: str
    media_port: int

    def make_url(self, path: str, /) -> URL:
        """The address of a path, for clients that are no browsers."""
        return URL(f"{self.url}{path}")


def media_port_of(pid: int) -> int:
    """The UDP port of a process, also where it is in another network namespace (there psutil finds none)."""
    folder = Path(f"/proc/{pid}")
    own = {str(file.readlink()) for file in (folder / "fd").iterdir()}
    rows = [line.split() for line in (folder / "net" / "udp").read_text().splitlines()[1:]]
    return next(int(row[1].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in own)


async def start_server(
    data_dir: Path, *options: str, through: Sequence[str] = ()
) -> tuple[asyncio.subprocess.Process, Server]:
    """Start ``balai serve``, on free ports where the options give none; it is ready when this returns.

    ``through`` is a command that becomes the one that follows it, such as ``ip netns exec NAME``.
    """
    command = [*through, sys.executable, "-m", "signaling", "serve", "--port", "0", "--media-port", "0"]
    command += ["--drain-seconds", "0"]
    process = await asyncio.create_subprocess_exec(
        *command,
        "--host", "127.0.0.1", "--data-dir", str(data_dir), *options,
        stdout=asyncio.subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if not key.startswith("BALAI_")},
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(20):
        line = (await process.stdout.readline()).decode()
    assert line.startswith("Balai is ready: https://"), line
    return process, Server(psutil.Process(process.pid), line.split()[-1], media_port_of(process.pid))


@asynccontextmanager
async def running_server(data_dir: Path, *options: str, through: Sequence[str] = ()) -> AsyncIterator[Server]:
    """A server as ``start_server`` starts it; end it, and see that it ends well."""
    process, server = await start_server(data_dir, *options, through=through)
    try:
        yield server
    finally:
        process.terminate()
        async with asyncio.timeout(15):
            assert await process.wait() == 0


def telephone_options(folder: Path, number: str = "+62361234567") -> list[str]:
    """Of a server with a telephone whose trunk is not there: nobody calls it, and whom it calls does not answer."""
    settings = folder / "sip.toml"
    settings.write_text(
        f'host = "127.0.0.1"\nport = {free_port()}\n'
        f'[[trunk]]\nname = "kantor"\nserver = "127.0.0.1"\nport = {free_port()}\nprefixes = ["+62"]\n'
    )
    return ["--sip", str(settings), "--phone-numbers", number]


@pytest.fixture
async def server_with_telephone(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path / "data", *telephone_options(tmp_path)) as running:
        yield running


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path / "data") as running:
        yield running


@dataclass
class Crowd:
    """People who are no browsers. Who sends no media is taken for lost after half a minute."""

    http: ClientSession
    server: Server
    stack: contextlib.AsyncExitStack

    async def connect(self) -> ProtocolClient:
        """One more."""
        return await self.stack.enter_async_context(ProtocolClient.open(self.http, self.server))


@pytest.fixture
async def crowd(server: Server) -> AsyncIterator[Crowd]:
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(ClientSession(connector=TCPConnector(ssl=False, limit=0)))
        yield Crowd(http, server, stack)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def new_page(browser: Browser, **options: Any) -> Page:
    """A page of a user of their own. Its errors fail the test by ``page.errors``."""
    context: BrowserContext = await browser.new_context(
        ignore_https_errors=True,
        locale=options.pop("locale", "en-US"),
        viewport=options.pop("viewport", {"width": 1280, "height": 800}),
        permissions=options.pop("permissions", ["camera", "microphone"]),
        # None comes in over a certificate that isn't trusted, and the console would say so on every page.
        service_workers=options.pop("service_workers", "block"),
        **options,
    )
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.errors = errors  # type: ignore[attr-defined]
    return page


async def create_meeting(page: Page, server: Server) -> str:
    """Make a meeting; returns its address."""
    await page.goto(server.url)
    await page.get_by_role("button", name="Start a meeting").click()
    await page.wait_for_url("**/m/*")
    return page.url


async def join(page: Page, url: str, name: str, *, small: bool = True) -> None:
    """Join as a user does."""
    if small:
        await page.add_init_script(SMALL_CAMERA)
    await page.goto(url)
    await page.get_by_role("textbox", name="Your name").fill(name)
    await page.get_by_role("button", name="Stop video").wait_for()
    await page.get_by_role("button", name="Join", exact=True).click()
    await page.get_by_role("button", name="Leave").wait_for()


async def choose(page: Page, name: str) -> None:
    """Press a button of the controls, which on a phone may be behind another. A panel that is open is closed first."""
    close = page.get_by_role("button", name="Close", exact=True)
    if await close.is_visible():
        await close.click()
    button = page.locator(".controls").get_by_role("button", name=name)
    if not await button.is_visible():
        await page.get_by_role("button", name="More", exact=True).last.click()
        button = page.get_by_role("menuitem", name=name)
    await button.click()


STATS = """async (which) => {
  const reports = await window.balai[which].getStats();
  return [...reports.values()]
    .filter((r) => ["inbound-rtp", "outbound-rtp", "transport"].includes(r.type))
    .map((r) => {
      const {mimeType, sdpFmtpLine = ""} = reports.get(r.codecId) ?? {};
      return {...r, codec: mimeType?.split("/")[1], parameters: sdpFmtpLine};
    });
}"""


async def stats(page: Page, which: str) -> list[dict[str, Any]]:
    """``getStats()`` of the publisher or the subscriber."""
    result: list[dict[str, Any]] = await page.evaluate(STATS, which)
    return result


async def inbound(page: Page, kind: str) -> dict[str, dict[str, Any]]:
    """The received streams of a kind, by mid."""
    return {r["mid"]: r for r in await stats(page, "subscriber") if r["type"] == "inbound-rtp" and r["kind"] == kind}


async def until(check: Callable[[], Awaitable[Any]], what: str, seconds: float = 40) -> Any:
    """Wait until ``check`` gives something true; that is returned."""
    last = None
    try:
        async with asyncio.timeout(seconds):
            while not (last := await check()):
                await asyncio.sleep(0.2)
    except TimeoutError:
        pytest.fail(f"not within {seconds} s: {what}")
    return last


WATCH_FRAMES = """() => {
  const longest = window.longestGap = {};
  for (const video of document.querySelectorAll("[data-slot] video")) {
    const slot = video.closest("[data-slot]").dataset.slot;
    let last = null;
    longest[slot] = 0;
    const frame = (_, {receiveTime}) => {
      if (last !== null) longest[slot] = Math.max(longest[slot], receiveTime - last);
      last = receiveTime;
      video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);
  }
}"""
"""Keeps the longest time, in ms, between the arrivals of two shown frames, for each slot. Arrival, because four
browsers on two cores draw late now and then, whatever the server does."""
