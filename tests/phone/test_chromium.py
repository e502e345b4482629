"""A telephone and a real Chromium in one room, with tones both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

from server.media import MediaEdge
from server.phone import PhoneMedia
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.phone.telephone import Telephone, strength

AYU, CHROME = 400.0, 1_000.0

PAGE = """
const context = new AudioContext();
window.publisher = new RTCPeerConnection();
window.subscriber = new RTCPeerConnection();
window.analysers = [];
window.offerPublish = async (frequency) => {
  const tone = new OscillatorNode(context, {frequency});
  const out = new MediaStreamAudioDestinationNode(context, {channelCount: 1});
  tone.connect(new GainNode(context, {gain: 0.2})).connect(out);
  tone.start();
  publisher.addTrack(out.stream.getAudioTracks()[0], out.stream);
  await publisher.setLocalDescription();
  return publisher.localDescription.sdp;
};
window.answerSubscribe = async (sdp) => {
  subscriber.ontrack = ({track}) => {
    if (track.kind !== "audio") return;
    const stream = new MediaStream([track]);
    // Chromium gives Web Audio nothing of a stream that no element plays.
    const element = Object.assign(new Audio(), {srcObject: stream, muted: true});
    element.play();
    const analyser = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
    new MediaStreamAudioSourceNode(context, {mediaStream: stream}).connect(analyser);
    analysers.push(analyser);
  };
  await subscriber.setRemoteDescription({type: "offer", sdp});
  await subscriber.setLocalDescription();
  return subscriber.localDescription.sdp;
};
window.loudness = (frequency) => Math.max(...analysers.map((analyser) => {
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const at = Math.round(frequency * analyser.fftSize / context.sampleRate);
  return Math.max(...bins.slice(at - 1, at + 2));
}));
window.heard = async () => {
  const reports = [...(await subscriber.getStats()).values()];
  const voices = reports.filter((report) => report.type === "inbound-rtp" && report.kind === "audio");
  const sum = (name) => voices.reduce((total, voice) => total + (voice[name] ?? 0), 0);
  return {
    lost: sum("packetsLost"), received: sum("packetsReceived"), concealed: sum("concealedSamples"),
    silent: sum("silentConcealedSamples"), samples: sum("totalSamplesReceived"),
  };
};
"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        await page.evaluate(PAGE)
        yield page
        await browser.close()


async def a_second_without_holes(page: Page) -> bool:
    before = await page.evaluate("heard()")
    await asyncio.sleep(1)
    after = await page.evaluate("heard()")
    passed = {name: after[name] - before[name] for name in after}
    return bool(passed["received"] > 40 and passed["concealed"] < 0.02 * passed["samples"])


@pytest.mark.browser
async def test_a_telephone_and_a_chromium_hear_each_other(edge: MediaEdge, phones: PhoneMedia, page: Page) -> None:
    room = edge.add_room()
    connection = room.add_connection()
    connection.set_media(microphone=True, camera=False)
    answer = connection.answer_publish(await page.evaluate("offerPublish(1000)"))
    await page.evaluate("(sdp) => publisher.setRemoteDescription({type: 'answer', sdp})", answer)
    connection.accept_subscribe_answer(
        await page.evaluate("(sdp) => answerSubscribe(sdp)", connection.subscribe_offer())
    )
    ayu, leg = Telephone("PCMA", AYU), phones.add_leg()
    ayu.take_answer(leg.answer(ayu.offer()))
    ayu.start()
    seat = room.add_phone(leg)
    seat.set_media(microphone=True, camera=False)
    async with asyncio.timeout(30):
        while await page.evaluate("loudness(400)") < -40:
            await asyncio.sleep(0.2)
        while await ayu.strength(CHROME, 0.3) < 500:
            pass
    by_ayu = await ayu.listen(2)
    assert strength(by_ayu, CHROME, ayu.rate) > 500
    assert strength(by_ayu, AYU, ayu.rate) < 60
    assert await page.evaluate("loudness(1000)") < -60, "it does not hear itself"
    # Where a machine is busy, everybody's sound has holes; there are seconds without any.
    async with asyncio.timeout(60):
        while not await a_second_without_holes(page):
            pass
    # A caller who falls silent for a while sends nothing, and is heard again without a hole.
    ayu.speaks = False
    async with asyncio.timeout(10):
        while await page.evaluate("loudness(400)") > -70:
            await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    ayu.speaks = True
    async with asyncio.timeout(10):
        while await page.evaluate("loudness(400)") < -40:
            await asyncio.sleep(0.1)
    assert (await page.evaluate("heard()"))["lost"] == 0
    seat.close()
    async with asyncio.timeout(10):
        while await page.evaluate("loudness(400)") > -70:
            await asyncio.sleep(0.1)
    await ayu.close()
