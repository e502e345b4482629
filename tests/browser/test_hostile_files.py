"""Whatever people send is bytes to everybody else: nothing in a file runs, shown, saved, or opened by its address."""

from __future__ import annotations

import contextlib
from urllib.parse import quote

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser, Error, Page

from tests.browser.conftest import Crowd, Server, choose, join, new_page, until
from tests.browser.hostile_files import HOSTILE_BYTES, HOSTILE_NAMES, REFUSED, TAKEN
from tests.browser.watch import GUARD, Watched
from tests.signaling.client import Message, make_meeting

pytestmark = pytest.mark.browser

BAD_IN_NAMES = {*'/\\:*?"<>|', *map(chr, range(32)), "\u202e"}
"""What no system takes in a file's name, or what misleads."""


class Sender:
    """Somebody in the meeting who sends files."""

    def __init__(self, http: ClientSession, server: Server, code: str, joined: Message) -> None:
        self._http = http
        self.seat = {"Authorization": f"Seat {joined['resume']}"}
        self.files = server.make_url(f"/api/meetings/{code}/files")

    async def send(self, name: str, body: bytes, media_type: str = "text/html") -> tuple[int, Message]:
        headers = {**self.seat, "X-File-Name": quote(name), "Content-Type": media_type}
        async with self._http.post(self.files, data=body, headers=headers) as response:
            return response.status, await response.json()


async def test_what_people_send_is_shown_by_name_saved_as_bytes_and_never_opened(
    browser: Browser, server: Server, crowd: Crowd
) -> None:
    code = await make_meeting(crowd.http, server)
    watched = [await Watched.open(browser, server), await Watched.open(browser, server, bypass_csp=True)]
    for one in watched:
        await join(one.page, f"{server.url}/m/{code}", "Sekretaris")
        await one.page.get_by_role("button", name="Stop video").click()
        await choose(one.page, "Chat")
    client = await crowd.connect()
    sender = Sender(crowd.http, server, code, await client.join(code, "Made"))
    for name in REFUSED:
        status, told = await sender.send(name, TAKEN[0][2], "image/png")
        assert (status, told["error"]["code"]) == (415, "file_type"), name
    addresses = []
    for name, kept, body in TAKEN:
        status, told = await sender.send(name, body)
        assert (status, told.get("name")) == (201, kept)
        assert (await client.ask("send_chat", text="", file=told["id"]))["type"] == "ok"
        addresses.append(str(sender.files / told["id"]))
    names = [kept for _, kept, _ in TAKEN]
    for one in watched:
        await until(lambda one=one: one.texts(".attachment bdi"), "files are shown")  # type: ignore[misc]
        await until(lambda one=one: all_names(one, names), "every file is shown by its name")  # type: ignore[misc]
    await saves_each_as_it_is(watched[0].page)
    for one in watched:
        assert await one.told() == []
    await opens_none(browser, addresses, sender.seat)
    await runs_none(browser, server, addresses, sender.seat)


async def all_names(watched: Watched, names: list[str]) -> bool:
    return await watched.texts(".attachment bdi") == names


async def saves_each_as_it_is(page: Page) -> None:
    """Pressing a file saves its bytes, under a name that no system takes for anything else.

    Chromium lets a page save ten files before it asks whether it may save more.
    """
    for number, (_, kept, body) in enumerate(HOSTILE_NAMES, len(HOSTILE_BYTES)):
        async with page.expect_download() as saving:
            await page.locator(".attachment button").nth(number).click()
        download = await saving.value
        assert (await download.path()).read_bytes() == body
        assert download.suggested_filename.endswith(kept[-4:])
        assert not BAD_IN_NAMES & set(download.suggested_filename), download.suggested_filename


async def opens_none(browser: Browser, addresses: list[str], seat: dict[str, str]) -> None:
    """Opened by its address, by somebody whose browser even sends their seat along, a file is saved and not shown."""
    page = await new_page(browser, extra_http_headers=seat)
    await page.add_init_script(GUARD)
    for address in addresses:
        async with page.expect_download() as saving:
            with contextlib.suppress(Error):  # "Download is starting" is what is wanted
                await page.goto(address)
        assert (await saving.value).suggested_filename == address.rsplit("/", 1)[-1]
        assert page.url == "about:blank"
    stranger = await new_page(browser)
    await stranger.goto(addresses[0])
    assert "not_in_meeting" in await stranger.content()


async def runs_none(browser: Browser, server: Server, addresses: list[str], seat: dict[str, str]) -> None:
    """Not even a page of ours that had the hole, and no policy, could be made to run or show one."""
    page = await new_page(browser, extra_http_headers=seat, bypass_csp=True)
    await page.goto(server.url)
    ran = await page.evaluate(
        """async (addresses) => {
          const ran = [], ended = [];
          window.pwn = () => ran.push("a script ran");
          for (const address of addresses)
            for (const [tag, attributes] of [
              ["script", {src: address}], ["script", {src: address, type: "module"}],
              ["link", {rel: "stylesheet", href: address}], ["iframe", {src: address}], ["embed", {src: address}],
              ["object", {data: address, type: "image/svg+xml"}],
            ]) {
              const element = Object.assign(document.createElement(tag), attributes);
              if (tag !== "iframe" && tag !== "embed" && tag !== "object")
                ended.push(new Promise((done) => {
                  element.onload = () => { ran.push(`${tag} took ${address}`); done(); };
                  element.onerror = done;
                }));
              document.body.append(element);
            }
          await Promise.all(ended);
          await new Promise((done) => setTimeout(done, 1000));
          for (const frame of document.querySelectorAll("iframe, object"))
            if (frame.contentDocument?.body?.hasChildNodes()) ran.push(`shown: ${frame.src ?? frame.data}`);
          return ran;
        }""",
        addresses,
    )
    assert ran == []
