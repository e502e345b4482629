"""A Firefox of the system, driven by WebDriver BiDi (w3c.github.io/webdriver-bidi): Playwright drives only its own."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")

PREFERENCES: dict[str, bool | int | str] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    # Server and browser are on one machine.
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.gmp-manager.updateEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "intl.accept_languages": "en-US",
}


class FirefoxError(Exception):
    """Firefox refused a command, or a script threw."""


class FirefoxPage:
    """One tab."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._context = ""
        self.errors: list[str] = []
        """What the page's scripts threw, and wrote into the console as errors."""

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command; returns its result. Raises FirefoxError."""
        number = next(self._ids)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(60):
            return await self._waiting[number]

    async def listen(self) -> None:
        """Take answers and events until the connection ends."""
        async for message in self._socket:
            told = json.loads(message.data)
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                frames = told["params"].get("stackTrace", {}).get("callFrames", [])
                where = "".join(f"\n  {each['url']}:{each['lineNumber']}:{each['columnNumber']}" for each in frames)
                self.errors.append(told["params"]["text"] + where)
            if (waiting := self._waiting.pop(told.get("id", 0), None)) and not waiting.done():
                if told["type"] == "error":
                    waiting.set_exception(FirefoxError(told["message"]))
                else:
                    waiting.set_result(told["result"])

    async def begin(self) -> None:
        """Take the first tab."""
        await self.command("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        tree = await self.command("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]
        await self.command("session.subscribe", events=["log.entryAdded"])

    async def goto(self, url: str) -> None:
        await self.command("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, by way of JSON. Raises FirefoxError where it throws."""
        wrapped = f"(async () => JSON.stringify(await ({expression})))()"
        answer = await self.command(
            "script.evaluate", expression=wrapped, target={"context": self._context}, awaitPromise=True
        )
        if answer["type"] == "exception":
            raise FirefoxError(answer["exceptionDetails"]["text"])
        value = answer["result"].get("value")
        return None if value is None else json.loads(value)

    async def until(self, expression: str, what: str, seconds: float = 40) -> Any:
        """Wait until an expression is true; returns its value."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not (value := await self.evaluate(expression)):
                    await asyncio.sleep(0.2)
                return value
        raise AssertionError(f"not within {seconds} s: {what}")

    async def press(self, name: str) -> None:
        """Press the button with this text, once it is there."""
        button = f"[...document.querySelectorAll('button')].find((b) => b.innerText.trim() === {json.dumps(name)})"
        await self.until(f"!!({button}) && !({button}).disabled", f"a button {name}")
        await self.evaluate(f"void ({button}).click()")

    async def fill(self, selector: str, text: str) -> None:
        """Write into an input."""
        field = f"document.querySelector({json.dumps(selector)})"
        await self.until(f"!!{field}", f"an input {selector}")
        await self.evaluate(
            f"void (() => {{ const f = {field}; f.value = {json.dumps(text)};"
            " f.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )


@asynccontextmanager
async def running_firefox(folder: Path) -> AsyncIterator[FirefoxPage]:
    """Start Firefox without a screen, with cameras and microphones that it makes up; end it."""
    assert FIREFOX is not None
    profile = folder / "firefox"
    profile.mkdir(parents=True)
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines))
    process = await asyncio.create_subprocess_exec(
        *(FIREFOX, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HOME": str(profile)},
    )
    listening: asyncio.Task[None] | None = None
    reading: asyncio.Task[None] | None = None
    try:
        address = await _address(process)
        reading = asyncio.create_task(_drain(process))
        async with ClientSession() as http, http.ws_connect(f"{address}/session", max_msg_size=0) as socket:
            page = FirefoxPage(socket)
            listening = asyncio.create_task(page.listen())
            await page.begin()
            yield page
    finally:
        for task in (listening, reading):
            if task is not None:
                task.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(60):
        async for line in process.stderr:
            if found := re.search(rb"BiDi listening on (ws://\S+)", line):
                return found[1].decode()
    raise FirefoxError("it did not start")


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    async for _ in process.stderr:
        pass
