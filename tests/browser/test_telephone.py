"""A telephone (baresip) and real Chromiums in one meeting: PIN, lobby, sound both ways, keys, hold, dialling out."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Server, choose, create_meeting, join, new_page, running_server, until
from tests.signaling.sip.baresip import Baresip, baresip, strength
from tests.signaling.sip.sipp import Sipp, free_port

pytestmark = pytest.mark.browser

NUMBER = "+62361234567"
CALLER, WHOLE, SHOWN = "+628123456789", "+62 812 3456 789", "+62 812 •••• 789"
CALLER_TONE, BROWSER_TONE = 440, 660

SPEAK_TONE = f"""
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (constraints) => {{
  const stream = await real(constraints);
  if (!constraints.audio) return stream;
  const context = new AudioContext();
  const tone = new OscillatorNode(context, {{frequency: {BROWSER_TONE}}});
  const quiet = new GainNode(context, {{gain: 0.3}});
  const out = new MediaStreamAudioDestinationNode(context, {{channelCount: 1}});
  tone.connect(quiet).connect(out);
  tone.start();
  return new MediaStream([...out.stream.getAudioTracks(), ...stream.getVideoTracks()]);
}};
"""
"""The microphone of this page is a tone."""

LISTEN = """(frequency) => {
  if (!window.ears) {
    const context = new AudioContext();
    window.ears = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
    for (const {track} of window.balai.subscriber.getReceivers())
      if (track.kind === "audio") context.createMediaStreamSource(new MediaStream([track])).connect(window.ears);
  }
  const bins = new Float32Array(window.ears.frequencyBinCount);
  window.ears.getFloatFrequencyData(bins);
  const bin = Math.round(frequency * 8192 / window.ears.context.sampleRate);
  return Math.max(...bins.slice(bin - 2, bin + 3));
}"""
"""How loud a frequency is that the page plays, in dB."""

AUDIBLE, SILENT = -50.0, -75.0
"""In dB."""


@dataclass
class Office:
    """A server with a telephone."""

    server: Server
    port: int
    tls_port: int
    telephone_port: int
    """At which whoever is called is."""
    certificate: Path


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    port, tls_port, telephone_port = free_port(), free_port(), free_port()
    settings = tmp_path / "sip.toml"
    settings.write_text(
        f'host = "127.0.0.1"\nport = {port}\ntls_port = {tls_port}\nring_seconds = 6\n'
        f'[[trunk]]\nname = "kantor"\nserver = "127.0.0.1"\nport = {telephone_port}\n'
        'prefixes = ["+62"]\nkeep_alive = 0\n'
    )
    data = tmp_path / "data"
    options = ("--sip", str(settings), "--phone-numbers", NUMBER)
    async with running_server(data, *options) as server:
        yield Office(server, port, tls_port, telephone_port, data / "https.crt")


async def pin_of(page: Page) -> str:
    """The PIN, as the invitation shows it."""
    await page.get_by_role("button", name="Invite", exact=True).click()
    dialog = page.get_by_role("dialog")
    pin = "".join((await dialog.locator(".pin").inner_text()).split())
    href = await dialog.get_by_role("link", name=f"Call {NUMBER}").get_attribute("href")
    assert href == f"tel:{NUMBER},,,{pin}%23"
    await dialog.get_by_role("button", name="Close").click()
    return pin


async def host(browser: Browser, office: Office) -> tuple[Page, str]:
    """A chair in a meeting, whose microphone is a tone, with the people list open; and the PIN."""
    page = await new_page(browser)
    await page.add_init_script(SPEAK_TONE)
    url = await create_meeting(page, office.server)
    await join(page, url, "Putu Ariani")
    pin = await pin_of(page)
    await choose(page, "People")
    return page, pin


async def hears(page: Page, frequency: int, what: str) -> None:
    async def loud() -> bool:
        return float(await page.evaluate(LISTEN, frequency)) > AUDIBLE

    await until(loud, what)


async def hears_no(page: Page, frequency: int, what: str) -> None:
    async def quiet() -> bool:
        return float(await page.evaluate(LISTEN, frequency)) < SILENT

    await until(quiet, what)


@contextlib.asynccontextmanager
async def caller(
    office: Office,
    folder: Path,
    transport: Literal["udp", "tcp", "tls"],
    digits: Literal["rtpevent", "info"],
    codec: str,
) -> AsyncIterator[Baresip]:
    async with baresip(
        folder,
        CALLER,
        tone=CALLER_TONE,
        digits=digits,
        codecs=codec,
        srtp=transport == "tls",
        transport=transport,
        ca=office.certificate,
    ) as phone:
        await phone.dial(NUMBER, office.tls_port if transport == "tls" else office.port)
        yield phone


@pytest.mark.parametrize(
    ("transport", "digits", "codec"),
    [("udp", "rtpevent", "pcma/8000/1"), ("tcp", "info", "pcmu/8000/1"), ("tls", "rtpevent", "opus/48000/2")],
)
async def test_a_caller_waits_is_let_in_is_heard_hears_and_is_dealt_with_like_anybody(
    browser: Browser,
    office: Office,
    tmp_path: Path,
    transport: Literal["udp", "tcp", "tls"],
    digits: Literal["rtpevent", "info"],
    codec: str,
) -> None:
    page, pin = await host(browser, office)
    await choose(page, "Host settings")
    await page.get_by_label("Newcomers wait until they are admitted").check()
    await choose(page, "People")
    async with caller(office, tmp_path / "phone", transport, digits, codec) as phone:
        await phone.press(f"{pin}#")
        lobby = page.locator(".lobby .person")
        await expect(lobby).to_contain_text(WHOLE)
        await page.get_by_role("button", name=f"Admit {WHOLE}").click()
        row = page.locator(".people[aria-label] .person", has_text=SHOWN)
        await expect(row).to_contain_text(WHOLE)
        await hears(page, CALLER_TONE, "the caller is heard")
        await page.wait_for_timeout(5_000)  # until nothing is announced any more, and the room alone is heard

        await phone.press("*6")
        await expect(row).to_contain_text("Muted")
        await hears_no(page, CALLER_TONE, "who is muted is not heard")
        await phone.press("*9")
        await expect(row.locator(".hand")).to_be_visible()
        await phone.press("*6")
        await hears(page, CALLER_TONE, "the caller is heard again")
        await phone.command("hold")
        await hears_no(page, CALLER_TONE, "who holds the call is not heard")
        await expect(row).to_be_visible()
        await phone.command("resume")
        await hears(page, CALLER_TONE, "the caller is heard after the hold")

        await row.get_by_role("button", name="Actions for").click()
        await page.get_by_role("menuitem", name="Rename").click()
        await page.get_by_label("New name").fill("Kepala Desa Batuan")
        await page.get_by_role("button", name="Save").click()
        await page.locator(".people[aria-label] .person", has_text="Kepala Desa Batuan").wait_for()
        renamed = page.get_by_role("button", name="Actions for Kepala Desa Batuan")
        await renamed.click()
        await page.get_by_role("menuitem", name="Remove").click()
        await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await phone.until("CALL_CLOSED")
        await expect(renamed).to_have_count(0)
        assert strength(phone.heard, BROWSER_TONE) > 0.5
    assert page.errors == []  # type: ignore[attr-defined]


async def test_who_hangs_up_is_gone_and_a_guest_sees_no_whole_number(
    browser: Browser, office: Office, tmp_path: Path
) -> None:
    page, pin = await host(browser, office)
    guest = await new_page(browser)
    await join(guest, page.url, "Ketut Dharma")
    await choose(guest, "People")
    async with caller(office, tmp_path / "phone", "udp", "rtpevent", "pcma/8000/1") as phone:
        await phone.press(f"{pin}#")
        row = guest.locator(".person", has_text=SHOWN)
        await row.wait_for()
        content = await guest.content()
        assert CALLER not in content
        assert WHOLE not in content
        await phone.hang_up()
        await expect(row).to_have_count(0)
        await expect(page.locator(".person", has_text=SHOWN)).to_have_count(0)


async def test_wrong_pins_end_the_call_and_then_even_the_right_one_is_not_taken(
    browser: Browser, office: Office, tmp_path: Path
) -> None:
    page, pin = await host(browser, office)
    wrong = "000000000" if pin != "000000000" else "111111111"
    async with caller(office, tmp_path / "phone", "udp", "rtpevent", "pcma/8000/1") as phone:
        for penalty in (1, 2, 4):
            await phone.press(f"{wrong}#")
            await page.wait_for_timeout(1000 * penalty + 300)
        await phone.until("CALL_CLOSED")
        await phone.dial(NUMBER, office.port)
        await phone.press(f"{pin}#")
        await phone.until("CALL_CLOSED")
    await expect(page.locator(".person", has_text=SHOWN)).to_have_count(0)


async def test_a_chair_calls_out_and_whoever_answers_comes_in_by_a_key(
    browser: Browser, office: Office, tmp_path: Path
) -> None:
    page, _ = await host(browser, office)
    async with baresip(
        tmp_path / "phone", CALLER, tone=CALLER_TONE, codecs="pcma/8000/1", port=office.telephone_port, answers=True
    ) as phone:
        await page.get_by_role("button", name="Call a phone").click()
        await page.get_by_label("Telephone number").fill("nobody")
        await page.get_by_role("button", name="Call", exact=True).click()
        await page.get_by_text("This is not a telephone number.").wait_for()
        await page.get_by_label("Telephone number").fill("0812 3456-789")
        await page.get_by_role("button", name="Call", exact=True).click()
        await phone.until("CALL_ESTABLISHED")
        call = page.locator(".phone-calls .person", has_text=WHOLE)
        await expect(call).to_contain_text("They have answered")
        await page.wait_for_timeout(1000)
        await phone.press("1")
        await page.locator(".people[aria-label] .person", has_text=SHOWN).wait_for()
        await expect(call).to_have_count(0)
        await hears(page, CALLER_TONE, "who was called is heard")
        await phone.hang_up()
        await expect(call).to_contain_text("They have hung up")
        await page.get_by_role("button", name=f"Take {WHOLE} off the list").click()
        await expect(call).to_have_count(0)


@pytest.mark.parametrize(("scenario", "told"), [("busy", "Busy"), ("no_answer", "No answer")])
async def test_a_chair_is_told_what_came_of_a_call(
    browser: Browser, office: Office, tmp_path: Path, scenario: str, told: str
) -> None:
    page, _ = await host(browser, office)
    called = await Sipp(tmp_path, office.telephone_port).start(scenario)
    await page.get_by_role("button", name="Call a phone").click()
    await page.get_by_label("Telephone number").fill(CALLER)
    await page.get_by_role("button", name="Call", exact=True).click()
    await expect(page.locator(".phone-calls .person", has_text=WHOLE)).to_contain_text(told)
    await called.finish()
