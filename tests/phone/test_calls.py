"""Calls with real sound: telephones and a browser in one room, each with a tone of its own."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from server.media import MediaEdge, PhoneConnection, RoomMedia
from server.phone import Leg, LegLimitError, PhoneMedia
from server.phone import leg_media as leg_media_module
from server.phone.sdes import CryptoAttribute
from tests.phone.browser import RATE, Browser
from tests.phone.telephone import Telephone, strength, tone

AYU, BUDI, CITRA = 400.0, 700.0, 1_100.0
"""Whose tone is whose, in Hz; whole periods fit a frame of 20 ms."""
HEARD, SILENT = 500.0, 60.0
"""Amplitudes of what is spoken with some 6,000."""

Ring = Callable[..., tuple[Telephone, Leg]]


@pytest.fixture
async def ring(phones: PhoneMedia) -> AsyncIterator[Ring]:
    """Calls that are answered and speak."""
    telephones = []

    def call(telephone: Telephone) -> tuple[Telephone, Leg]:
        telephones.append(telephone)
        leg = phones.add_leg(secure_signaling=telephone.key is not None)
        telephone.take_answer(leg.answer(telephone.offer()))
        telephone.start()
        return telephone, leg

    yield call
    for telephone in telephones:
        await telephone.close()


def join(room: RoomMedia, leg: Leg) -> PhoneConnection:
    seat = room.add_phone(leg)
    seat.set_media(microphone=True, camera=False)
    return seat


async def until_heard(telephone: Telephone, hertz: float) -> None:
    async with asyncio.timeout(10):
        while await telephone.strength(hertz, 0.3) < HEARD:
            pass


async def test_everybody_hears_the_others_and_not_themselves(edge: MediaEdge, ring: Ring) -> None:
    room = edge.add_room()
    connection = room.add_connection()
    connection.set_media(microphone=True, camera=False)
    browser = Browser(connection, CITRA)
    await browser.join()
    ayu, ayu_leg = ring(Telephone("PCMA", AYU))
    budi, budi_leg = ring(Telephone("opus", BUDI, key=CryptoAttribute.generate(1, "AES_CM_128_HMAC_SHA1_80")))
    join(room, ayu_leg)
    join(room, budi_leg)
    await until_heard(ayu, CITRA)
    by_ayu, by_budi, by_browser = await asyncio.gather(ayu.listen(1), budi.listen(1), browser.listen(1))
    assert strength(by_ayu, BUDI, ayu.rate) > HEARD
    assert strength(by_ayu, CITRA, ayu.rate) > HEARD
    assert strength(by_ayu, AYU, ayu.rate) < SILENT
    assert strength(by_budi, AYU, budi.rate) > HEARD
    assert strength(by_budi, CITRA, budi.rate) > HEARD
    assert strength(by_budi, BUDI, budi.rate) < SILENT
    # The browser keeps what its slots play one after the other: a median over all would be of one voice.
    windows = [by_browser[at : at + RATE // 10] for at in range(0, len(by_browser), RATE // 10)]
    for hertz, least in ((AYU, HEARD), (BUDI, HEARD)):
        assert max(strength(window, hertz, RATE) for window in windows) > least
    assert ayu.gaps == budi.gaps == 0
    assert (ayu_leg.statistics.secure, budi_leg.statistics.secure) == (False, True)
    assert ayu_leg.statistics.packets > 50
    await browser.close()


@pytest.mark.parametrize("codec", ["PCMU", "G722", "opus"])
async def test_each_codec_carries_sound_both_ways(edge: MediaEdge, ring: Ring, codec: str) -> None:
    room = edge.add_room()
    ayu, ayu_leg = ring(Telephone("PCMA", AYU))
    other, other_leg = ring(Telephone(codec, BUDI))  # type: ignore[arg-type]
    join(room, ayu_leg)
    join(room, other_leg)
    await asyncio.gather(until_heard(ayu, BUDI), until_heard(other, AYU))


async def test_who_is_muted_or_gone_is_not_heard_and_rooms_are_apart(edge: MediaEdge, ring: Ring) -> None:
    room = edge.add_room()
    ayu, ayu_leg = ring(Telephone("PCMA", AYU))
    budi, budi_leg = ring(Telephone("PCMA", BUDI))
    join(room, ayu_leg)
    seat = join(room, budi_leg)
    await until_heard(ayu, BUDI)
    seat.set_media(microphone=False, camera=False)
    await asyncio.sleep(0.3)
    assert await ayu.strength(BUDI) < SILENT
    seat.set_media(microphone=True, camera=False)
    await until_heard(ayu, BUDI)
    seat.close()
    await asyncio.sleep(0.3)
    by_ayu, by_budi = await asyncio.gather(ayu.listen(), budi.listen())
    assert strength(by_ayu, BUDI, ayu.rate) < SILENT
    assert strength(by_budi, AYU, budi.rate) < SILENT
    assert len(by_budi) > 3_000, "the line goes on"
    join(edge.add_room(), budi_leg)
    await asyncio.sleep(0.3)
    by_ayu, by_budi = await asyncio.gather(ayu.listen(), budi.listen())
    assert strength(by_ayu, BUDI, ayu.rate) < SILENT
    assert strength(by_budi, AYU, budi.rate) < SILENT


async def test_on_hold_nothing_is_sent_and_music_is_not_heard_in_the_room(edge: MediaEdge, ring: Ring) -> None:
    room = edge.add_room()
    ayu, ayu_leg = ring(Telephone("PCMA", AYU))
    budi, budi_leg = ring(Telephone("PCMA", BUDI))
    join(room, ayu_leg)
    join(room, budi_leg)
    await until_heard(ayu, BUDI)
    assert "a=recvonly" in budi_leg.answer(budi.offer("sendonly"))
    assert budi_leg.on_hold
    await asyncio.sleep(0.3)
    by_ayu, by_budi = await asyncio.gather(ayu.listen(), budi.listen())
    assert strength(by_ayu, BUDI, ayu.rate) < SILENT
    assert len(by_budi) == 0
    assert "a=sendrecv" in budi_leg.answer(budi.offer())
    await until_heard(ayu, BUDI)


async def test_a_press_is_told_once_however_often_it_is_sent(ring: Ring) -> None:
    ayu, leg = ring(Telephone("PCMA", AYU))
    pressed: list[str] = []
    leg.on("digit", pressed.append)
    await asyncio.sleep(0.2)  # until its source is known
    for digit in "1#*1":
        ayu.press(digit)
        await asyncio.sleep(0.15)
    assert pressed == ["1", "#", "*", "1"]


async def test_a_stranger_is_not_heard(edge: MediaEdge, ring: Ring) -> None:
    room = edge.add_room()
    ayu, ayu_leg = ring(Telephone("PCMA", AYU))
    budi, budi_leg = ring(Telephone("PCMA", BUDI))
    join(room, ayu_leg)
    join(room, budi_leg)
    await until_heard(ayu, BUDI)
    stranger = Telephone("PCMA", CITRA)
    stranger.remote = budi.remote
    stranger.start()
    by_ayu, by_stranger = await asyncio.gather(ayu.listen(1), stranger.listen(1))
    assert strength(by_ayu, CITRA, ayu.rate) < SILENT
    assert strength(by_ayu, BUDI, ayu.rate) > HEARD
    assert len(by_stranger) == 0
    assert budi_leg.statistics.refused > 30
    await stranger.close()


async def test_what_is_announced_is_heard_by_one_caller_over_the_room(
    edge: MediaEdge, ring: Ring, tmp_path: Path
) -> None:
    room = edge.add_room()
    ayu, ayu_leg = ring(Telephone("PCMA", AYU))
    budi, budi_leg = ring(Telephone("PCMA", BUDI))
    join(room, ayu_leg)
    join(room, budi_leg)
    await until_heard(ayu, BUDI)
    path = tmp_path / "welcome.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(tone(CITRA, 45).astype(np.int16).tobytes())
    played = asyncio.Event()
    ayu_leg.on("played", played.set)
    ayu_leg.play([path, path])
    by_ayu, by_budi = await asyncio.gather(ayu.listen(0.8), budi.listen(0.8))
    assert strength(by_ayu, CITRA, ayu.rate) > 10 * strength(by_budi, CITRA, budi.rate)
    assert strength(by_ayu, CITRA, ayu.rate) > 3 * strength(by_ayu, BUDI, ayu.rate) > 100
    assert not played.is_set()
    async with asyncio.timeout(5):
        await played.wait()
    await until_heard(ayu, BUDI)


async def test_a_call_that_falls_silent_is_told_and_its_seat_is_dead(
    edge: MediaEdge, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leg_media_module, "SILENT_AFTER", 0.3)
    ayu, leg = ring(Telephone("PCMA", AYU))
    seat = join(edge.add_room(), leg)
    told: list[str] = []
    leg.on("silent", lambda: told.append("silent"))
    seat.on("dead", lambda: told.append("dead"))
    await asyncio.sleep(0.6)
    assert told == []
    ayu.speaks = False
    leg.answer(ayu.offer("sendonly"))
    await asyncio.sleep(0.6)
    assert told == [], "on hold"
    leg.answer(ayu.offer())
    await asyncio.sleep(0.6)
    assert sorted(told) == ["dead", "silent"]


async def test_there_are_as_many_calls_as_ports_and_a_closed_one_frees_its_own(edge: MediaEdge) -> None:
    phones = await PhoneMedia.start(edge, host="127.0.0.1", public_ip=None, ports=range(34_500, 34_504))
    first, _ = phones.add_leg(), phones.add_leg()
    with pytest.raises(LegLimitError):
        phones.add_leg()
    first.close()
    await asyncio.sleep(0.1)
    phones.add_leg()
    await phones.close()


async def test_two_of_ours_agree_by_offer_and_answer_and_digits_pass(phones: PhoneMedia) -> None:
    caller, callee = phones.add_leg(secure_signaling=True), phones.add_leg(secure_signaling=True)
    caller.accept_answer(callee.answer(caller.offer(secure=True)))
    pressed: list[str] = []
    callee.on("digit", pressed.append)
    await asyncio.sleep(0.3)
    caller.press("42#")
    await asyncio.sleep(1.2)
    assert pressed == ["4", "2", "#"]
    assert caller.statistics.secure
    assert callee.statistics.codec == caller.statistics.codec == "opus"


async def test_a_call_that_fails_by_an_error_of_ours_is_ended_and_the_others_go_on(
    edge: MediaEdge, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = edge.add_room()
    ayu, ayu_leg = ring(Telephone("PCMA", AYU))
    _, budi_leg = ring(Telephone("PCMA", BUDI))
    _, citra_leg = ring(Telephone("PCMA", CITRA))
    for leg in (ayu_leg, budi_leg, citra_leg):
        join(room, leg)
    await until_heard(ayu, BUDI)
    ended = asyncio.Event()
    citra_leg.on("silent", ended.set)

    def broken(*_: object) -> None:
        raise RuntimeError("an error of ours")

    monkeypatch.setattr(citra_leg._media, "pull", broken)
    async with asyncio.timeout(5):
        await ended.wait()
    await asyncio.sleep(0.3)
    assert await ayu.strength(CITRA) < SILENT
    assert await ayu.strength(BUDI) > HEARD
    assert ayu.gaps == 0
