"""Whatever people write is text to everybody else: nothing of it runs, in a browser or in a spreadsheet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import pytest
from playwright.async_api import Browser

from server.csv_file import defused
from tests.attendance.reading import csv_rows, pdf_pages, xlsx_page
from tests.browser.conftest import SIZES, Crowd, Server, choose, join, new_page, until
from tests.browser.hostile_corpus import TEXTS, Hostile
from tests.browser.watch import Watched
from tests.signaling.client import Message, ProtocolClient, make_chaired_meeting

pytestmark = pytest.mark.browser

NAME, AFFILIATION, QUESTION, OPTION, CHAT = 64, 120, 300, 120, 4_000
"""How many code points each may have."""
WAVE = 18
"""So many hostile people at a time: who sends no media is taken for lost after half a minute."""
WAVES = [TEXTS[first : first + WAVE] for first in range(0, len(TEXTS), WAVE)]
MEETING_TITLE = "</title><script>pwn()</script>\"'><img src=x onerror=pwn()>"


PUSHED_ASIDE = """() => [
  document.documentElement,
  ...document.querySelectorAll(".panel, .panel-body, .messages, .floor-bar, .meeting-top, .card, dialog[open]"),
].filter((box) => box.scrollWidth > box.clientWidth + 1).flatMap((box) => [
  box.className, ...[...box.querySelectorAll("*")]
    .filter((inner) => inner.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)
    .map((inner) => inner.outerHTML.slice(0, 200)),
])"""
"""What has something in it that sticks out sideways, and what that is."""


@dataclass
class Member:
    """A hostile person in the meeting."""

    hostile: Hostile
    client: ProtocolClient
    joined: Message

    @property
    def name(self) -> str:
        return self.hostile.shown(NAME)


async def watchers(browser: Browser, server: Server, code: str, host_key: str) -> list[Watched]:
    """Two who chair: one on a desk, one on a phone whose browser heeds no Content-Security-Policy.

    So it is seen that nothing in the client runs, and not only that the policy stops it.
    """
    watched = [
        await Watched.open(browser, server, viewport=SIZES["desktop"]),
        await Watched.open(browser, server, viewport=SIZES["phone"], bypass_csp=True),
    ]
    for one in watched:
        await one.page.goto(server.url)
        await one.page.evaluate("([name, key]) => localStorage.setItem(name, key)", [f"balai.host.{code}", host_key])
        await join(one.page, f"{server.url}/m/{code}", "Sekretaris")
        await one.page.get_by_role("button", name="Stop video").click()
    return watched


async def shows(watched: Sequence[Watched], selector: str, wanted: list[str], *, last: bool = False) -> None:
    """Wait until these texts stand in these elements on each page, to the letter, in whatever order.

    ``last``: in the last of these elements, in this order.
    """

    async def check(one: Watched) -> bool:
        found = await one.texts(selector)
        return found[-len(wanted) :] == wanted if last else sorted(found) == sorted(wanted)

    for one in watched:
        try:
            await until(lambda one=one: check(one), f"{selector} shows what was written", 10)  # type: ignore[misc]
        except pytest.fail.Exception:
            found = await one.texts(selector)
            assert (found[-len(wanted) :] if last else sorted(found)) == (wanted if last else sorted(wanted))
            raise
        assert await one.page.evaluate(PUSHED_ASIDE) == [], f"{selector}: something is wider than its place"


async def everybody(watched: Sequence[Watched], act: Any) -> None:
    await asyncio.gather(*(act(one.page) for one in watched))


async def come_in(crowd: Crowd, code: str, texts: Sequence[Hostile], watched: Sequence[Watched]) -> list[Member]:
    """A wave waits in the lobby, is seen there, and is let in."""
    waiting: list[tuple[Hostile, ProtocolClient, dict[str, Any]]] = []
    for hostile in texts:
        client = await crowd.connect()
        said = {"unit": hostile.sent(AFFILIATION), "position": hostile.sent(AFFILIATION)}
        told = await client.ask("join", meeting=code, name=hostile.sent(NAME), **said)
        assert told["type"] == "waiting", told
        waiting.append((hostile, client, {**said, "person": told["person"]}))
    await everybody(watched, lambda page: choose(page, "People"))
    await shows(watched, ".lobby .name", [hostile.shown(NAME) for hostile in texts])
    await shows(watched, ".lobby .about", [f"{h.shown(AFFILIATION)}, {h.shown(AFFILIATION)}" for h in texts])
    await watched[0].page.get_by_role("button", name="Admit all").click()
    members = []
    for hostile, client, said in waiting:
        await client.event("admitted")
        members.append(Member(hostile, client, await client.join(code, hostile.sent(NAME), **said)))
    return members


async def test_every_armed_text_runs_where_a_page_has_the_hole_for_it(browser: Browser, server: Server) -> None:
    page = await new_page(browser, bypass_csp=True)
    await page.goto(server.url)
    armed = [hostile for hostile in TEXTS if hostile.hole is not None]
    documents = []
    for number, hostile in enumerate(armed):
        assert hostile.hole is not None
        told = f"parent.postMessage({number}, '*')"
        canary = f"<script>pwn = () => {told}; onmessage = ({{data}}) => {{ if (data === 'pwn') pwn(); }};</script>"
        documents.append(canary + hostile.hole.format(hostile.text))
    ran = await page.evaluate(
        """async (documents) => {
          const ran = new Set();
          addEventListener("message", ({data, source}) => {
            if (typeof data === "number") ran.add(data);
            else if (data === "pwn") ran.add([...frames].indexOf(source));
          });
          window.pwn = () => {};
          const frames = documents.map((srcdoc) => {
            const frame = document.createElement("iframe");
            frame.srcdoc = srcdoc;
            document.body.append(frame);
            return frame.contentWindow;
          });
          for (let i = 0; i < 50 && ran.size < documents.length; i++) {
            await new Promise((done) => setTimeout(done, 100));
          }
          return [...ran];
        }""",
        documents,
    )
    assert [armed[number].text for number in range(len(armed)) if number not in ran] == []


async def chaired(crowd: Crowd, code: str, host_key: str) -> ProtocolClient:
    """Somebody who chairs the meeting, for half a minute."""
    chair = await crowd.connect()
    await chair.join(code, "Moderator", host_key=host_key)
    await chair.ask("set_policy", lobby=True, ask_unit=True)
    return chair


async def test_what_people_write_is_text_wherever_it_is_shown(browser: Browser, server: Server, crowd: Crowd) -> None:
    code, host_key = await make_chaired_meeting(crowd.http, server, title=MEETING_TITLE)
    await (await chaired(crowd, code, host_key)).ask("leave")
    watched = await watchers(browser, server, code, host_key)
    await shows(watched, ".meeting-name .title", [MEETING_TITLE])
    first_poll = 1
    for texts in WAVES:
        chair = await chaired(crowd, code, host_key)
        members = await come_in(crowd, code, texts, watched)
        await seen_among_people(watched, members)
        await talk(watched, members)
        await take_turns(chair, watched, members[::6])
        await ask(chair, watched, members, first_poll)
        for member in members:
            await member.client.ask("leave")
            await member.client.closed()
        for poll in range(first_poll, first_poll := first_poll + len(texts)):
            if texts is not WAVES[-1]:
                await chair.ask("delete_poll", poll=poll)
        await chair.ask("leave")
    for one in watched:
        assert await one.told() == []
        assert await one.page.title() == f"Meeting {code} \u2013 Balai"
    await exports_hold_text_alone(watched[0], WAVES[-1])
    assert await watched[0].told() == []


async def test_the_longest_words_fit_every_page_of_a_phone(browser: Browser, server: Server, crowd: Crowd) -> None:
    code, host_key = await make_chaired_meeting(crowd.http, server, title="W" * 120)
    chair = await crowd.connect()
    await chair.join(code, "M" * NAME, host_key=host_key)
    await chair.ask("set_policy", lobby=True, ask_unit=True)
    one = await Watched.open(browser, server, viewport=SIZES["phone"])
    await one.page.goto(f"{server.url}/m/{code}")
    await shows([one], "h1", ["W" * 120])
    await one.page.get_by_role("textbox", name="Your name").fill("W" * NAME)
    await one.page.get_by_role("button", name="Join", exact=True).click()
    await shows([one], ".waiting-room p", [f"Hello {'W' * NAME}. The host will let you in soon."])
    await chair.ask("admit", waiting=None)
    await shows([one], ".meeting-name .title", ["W" * 120])
    await choose(one.page, "People")
    await one.page.get_by_role("button", name=f"Actions for {'M' * NAME}").click()
    await one.page.get_by_role("menuitem", name="Write privately").click()
    await one.page.get_by_role("textbox", name="Message").fill("W" * 200)
    await one.page.keyboard.press("Enter")
    await shows([one], ".message .private", [f"privately to {'M' * NAME}"])
    assert await one.told() == []


async def seen_among_people(watched: Sequence[Watched], members: list[Member]) -> None:
    """Their names, units and positions in the list, on their tiles, and in what is said of them to screen readers."""
    own = ["Sekretaris", "Sekretaris"]
    names = [member.name for member in members]
    about = [", ".join([member.hostile.shown(AFFILIATION)] * 2) for member in members]
    await shows(watched, "[aria-label=Participants] .who .name bdi", [*names, *own, "Moderator"])
    await shows(watched, "[aria-label=Participants] bdi.about", [*about, "", "", ""])
    labels = (
        await watched[0].page.locator(".person .menu-anchor button").evaluate_all("all => all.map(b => b.ariaLabel)")
    )
    assert {f"Actions for {name}" for name in names} <= set(labels)
    tiles: list[str] = []
    page = watched[0].page
    while True:
        tiles += await watched[0].texts(".tile .plate .name")
        following = page.get_by_role("button", name="Next page")
        if await following.count() == 0 or await following.is_disabled():
            break
        await following.click()
    assert set(names) <= set(tiles)
    person = page.locator(f'[data-participant="{members[0].joined["you"]}"].person')
    await person.get_by_role("button").click()
    await page.get_by_role("menuitem", name="Remove").click()
    await shows(watched[:1], "dialog[open] h2:has(+ .switch), dialog[open] h2", [f"Remove {names[0]}?"])
    await page.get_by_role("button", name="Cancel").click()


async def talk(watched: Sequence[Watched], members: list[Member]) -> None:
    """What they write to everybody, and privately to whoever is on each of the two pages."""
    await everybody(watched, lambda page: choose(page, "Chat"))
    ids = [await one.page.locator(".tile:has(.you)").first.get_attribute("data-participant") for one in watched]
    for member in members:
        for to in (None, *ids):
            said = await member.client.ask("send_chat", text=member.hostile.sent(CHAT), to=to)
            assert said["type"] == "ok", said
    twice = [member.hostile for member in members for _ in range(2)]
    await shows(watched, ".message p", [hostile.said(CHAT) for hostile in twice], last=True)
    await shows(watched, ".message-top .name", [hostile.shown(NAME) for hostile in twice], last=True)
    for one in watched:
        assert {member.name for member in members} <= set(await one.texts(".composer option"))


async def take_turns(chair: ProtocolClient, watched: Sequence[Watched], members: list[Member]) -> None:
    """Who has the floor, who is next, who declines, who shares: what stands over the pictures for a while."""
    for member, following in zip(members, [*members[1:], members[0]], strict=True):
        await following.client.ask("raise_hand", raised=True)
        await chair.ask("give_floor", participant=member.joined["you"])
        await member.client.ask("set_media", microphone=False, camera=False, screen=True)
        await shows(watched, ".floor-bar [role=status]", [f"{member.name} is asked to speak…"])
        await shows(watched, ".floor-bar .next", [f"Next: {following.name}"])
        await shows(watched, ".shared-screen h2", [f"{member.name} is sharing their screen"])
        await member.client.ask("decline_unmute")
        await shows(watched, ".toast", [f"{member.name} does not want to speak now."])
        await member.client.ask("set_media", microphone=False, camera=False, screen=False)
        await following.client.ask("raise_hand", raised=False)


async def ask(chair: ProtocolClient, watched: Sequence[Watched], members: list[Member], first: int) -> None:
    """Each text as a question and as two options; they vote under their names. ``first``: the id of the first poll."""
    await everybody(watched, lambda page: choose(page, "Polls"))
    hostile = [member.hostile for member in members]
    options = [*hostile[1:], *hostile[:2]]
    for number, (member, pair) in enumerate(zip(members, pairwise(options), strict=True), first):
        asked = await chair.ask(
            "create_poll",
            question=member.hostile.sent(QUESTION),
            options=[option.sent(OPTION) for option in pair],
            anonymous=False,
            open=True,
        )
        assert asked["type"] == "ok", asked
        assert (await member.client.ask("vote", poll=number, options=[0]))["type"] == "ok"
    await shows(watched, ".poll legend", [one.shown(QUESTION) for one in hostile])
    await shows(watched, ".poll .words", [one.shown(OPTION) for pair in pairwise(options) for one in pair])


async def saved(watched: Watched, button: str) -> bytes:
    """What is saved when a button of the open panel is pressed: of several alike the first, the attendance's."""
    async with watched.page.expect_download() as saving:
        await watched.page.locator(".panel").get_by_role("button", name=button, exact=True).first.click()
    return (await (await saving.value).path()).read_bytes()


async def exports_hold_text_alone(watched: Watched, wave: Sequence[Hostile]) -> None:
    """What a chair takes home: no formula, whatever a program splits a CSV at; no link or script in XLSX and PDF."""
    await choose(watched.page, "Polls")
    polls = await saved(watched, "Save results (CSV)")
    await choose(watched.page, "People")
    sheet, book, paper = [await saved(watched, form) for form in ("CSV", "XLSX", "PDF")]
    for table in (polls, sheet):
        assert {defused(hostile.shown(NAME)) for hostile in wave} <= set(chain(*csv_rows(table, ",")))
        for split_at in (",", ";", "\t", "|"):
            for cell in chain(*csv_rows(table, split_at)):
                assert cell.lstrip(' "')[:1] not in {*"=+-@", "\uff1d"}, cell
    cells = [cell for row in xlsx_page(book).iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert {hostile.shown(NAME) for hostile in wave} <= {cell.value for cell in cells}
    for acts in (b"/JS", b"/JavaScript", b"/URI", b"/Launch", b"/Annots", b"/EmbeddedFile"):
        assert acts not in paper
    names = " ".join(pdf_pages(paper)).replace(" ", "")
    assert "</title><script>pwn()" in names
