"""A page that is watched: whatever runs, loads, navigates or comes into it that is not Balai's own is told."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Dialog, Frame, Page, Request

from tests.browser.conftest import Server, new_page

GUARD = """
const told = window.told = [];
window.pwn = () => { told.push("a script ran: " + new Error().stack); };
addEventListener("message", (event) => { if (event.data === "pwn") told.push("a frame ran a script"); });
addEventListener("securitypolicyviolation", (event) => {
  told.push(`the policy stopped something: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});

const OURS = new Set(`a aside audio bdi body br button dd dialog div dl dt fieldset footer form h1 h2 h3 head header
  html img input kbd label legend li link main meta meter nav noscript ol option p path progress rect script section
  select span strong svg textarea time title ul video`.split(/\\s+/));
const INSTALLED = /^\\/(icon\\.svg|[a-z0-9-]*icon[a-z0-9-]*\\.png|manifest(-[a-z]+)?\\.webmanifest)$/;
const ATTRIBUTES = new Set(["srcdoc", "action", "formaction", "xlink:href", "ping", "http-equiv", "background"]);

function check(element) {
  const name = element.localName;
  const shown = element.cloneNode(false).outerHTML ?? name;
  if (!OURS.has(name)) told.push(`a foreign element: ${shown}`);
  for (const {name: attribute} of element.attributes) {
    if (attribute.startsWith("on") || ATTRIBUTES.has(attribute)) told.push(`an attribute that acts: ${shown}`);
    // The client sets styles through the CSSOM, in two places alone.
    if (attribute === "style" && !element.matches(".grid, .menu")) told.push(`a style: ${shown}`);
  }
  const address = element.getAttribute("src") ?? element.getAttribute("href");
  if (address === null) return;
  const {protocol, origin, pathname} = new URL(address, location.href);
  const own = origin === location.origin;
  const allowed = {
    script: own && (pathname.startsWith("/assets/") || pathname === "/old-browser.js"),
    link: own && (pathname.startsWith("/assets/") || INSTALLED.test(pathname)),
    img: protocol === "blob:",
    a: (protocol === "blob:" && element.hasAttribute("download")) || (own && !element.target) ||
      (["http:", "https:", "mailto:"].includes(protocol) && element.relList.contains("noopener")),
  }[name];
  if (!allowed) told.push(`an address: ${shown}`);
}

new MutationObserver((changes) => {
  for (const {type, target, addedNodes} of changes) {
    if (type === "attributes") check(target);
    for (const node of addedNodes) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      check(node);
      node.querySelectorAll("*").forEach(check);
    }
  }
}).observe(document, {subtree: true, childList: true, attributes: true});
"""

OUR_REQUESTS = {"document", "script", "stylesheet", "fetch", "xhr", "websocket", "manifest", "other"}
"""Kinds of requests that the client makes; pictures are blobs of bytes that were fetched."""


class Watched:
    """One page of an innocent user."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self._server = server
        self._told: list[str] = []
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("popup", lambda popup: self._told.append(f"a window opened: {popup.url}"))
        page.on("pageerror", lambda error: self._told.append(f"an error: {error}"))
        page.on("console", self._console)
        page.on("framenavigated", self._navigated)

    @classmethod
    async def open(cls, browser: Browser, server: Server, **options: Any) -> Watched:
        """A watched page, still empty."""
        page = await new_page(browser, **options)
        await page.add_init_script(GUARD)
        return cls(page, server)

    async def told(self) -> list[str]:
        """All that should not have been."""
        return [*self._told, *await self.page.evaluate("told")]

    async def texts(self, selector: str) -> list[str]:
        """What stands in these elements, to the letter."""
        found: list[str] = await self.page.locator(selector).evaluate_all("all => all.map(one => one.textContent)")
        return found

    async def _dialog(self, dialog: Dialog) -> None:
        self._told.append(f"a dialog: {dialog.message}")
        await dialog.dismiss()

    def _request(self, request: Request) -> None:
        url, kind = request.url, request.resource_type
        ours = url.startswith(f"{self._server.url}/") and (kind in OUR_REQUESTS or url.endswith("/icon.svg"))
        if not ours and not url.startswith(("blob:", "data:")):
            self._told.append(f"a request: {kind} {url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._told.append(f"an error: {message.text}")

    def _navigated(self, frame: Frame) -> None:
        if frame.parent_frame is not None or not frame.url.startswith(f"{self._server.url}/"):
            self._told.append(f"a navigation: {frame.url}")
