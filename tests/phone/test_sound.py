"""Codecs, levels, mixes, prompts and what is made up: sound in, sound out."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.phone.codec import decoder, encoder
from server.phone.concealment import Concealer
from server.phone.formats import CodecName
from server.phone.frames import FRAME, SAMPLE_RATE, level_of, to_pcm
from server.phone.levelling import ComfortNoise, Leveller, Limiter
from server.phone.mixing import MOST_SPEAKERS, Mix, Preselection
from server.phone.prompts import PromptError, read_prompt
from server.phone.resampling import Downsampler, Upsampler
from server.phone.stream_player import StreamPlayer
from tests.phone.telephone import strength, tone

FRAMES = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).uniform(-9_000, 9_000, FRAME).astype(np.float32)
)


@pytest.mark.parametrize("codec", ["opus", "G722", "PCMA", "PCMU"])
def test_a_tone_comes_through_each_codec_as_it_was(codec: CodecName) -> None:
    coder, player = encoder(codec), StreamPlayer(codec)
    ticks = 960 if codec == "opus" else 160
    heard = []
    for number, frame in enumerate(tone(1_000, 50).reshape(-1, FRAME)):
        player.insert(number * 0.02, number, number * ticks, coder.encode(frame))
        heard.append(player.pull_wide(number * 0.02))
    sound = np.concatenate([frame for frame in heard if frame is not None])
    assert len(sound) == 50 * FRAME
    assert strength(sound, 1_000) == pytest.approx(6_000, rel=0.1)
    assert strength(sound, 7_000) < 100, "no image of it above what a telephone carries"


@pytest.mark.parametrize("codec", ["opus", "G722", "PCMA", "PCMU"])
def test_malformed_packets_are_survived(codec: CodecName) -> None:
    one = decoder(codec)
    for payload in (b"", b"\xff", bytes(3), b"\xff" * 700):
        one.decode(payload)
    assert len(one.decode(encoder(codec).encode(tone(400, 1)))) in (160, 320)


@pytest.mark.parametrize(("codec", "name"), [("PCMA", "pcm_alaw"), ("PCMU", "pcm_mulaw")])
def test_the_tables_say_what_libav_says(codec: CodecName, name: str) -> None:
    context = av.CodecContext.create(name, "r")
    assert isinstance(context, av.AudioCodecContext)
    context.sample_rate, context.layout = 8_000, "mono"
    coded = encoder(codec).encode(tone(300, 1))
    (frame,) = context.decode(av.Packet(coded))
    assert np.array_equal(decoder(codec).decode(coded), frame.to_ndarray().reshape(-1).astype(np.float32))


@pytest.mark.parametrize("factor", [2, 3])
def test_resampling_joins_frames_and_leaves_nothing_above(factor: int) -> None:
    up, down = Upsampler(factor), Downsampler(factor)
    sound = tone(1_000, 50)
    there = np.concatenate([up.process(frame) for frame in sound.reshape(-1, FRAME)])
    assert len(there) == factor * len(sound)
    back = np.concatenate([down.process(frame) for frame in there.reshape(-1, factor * FRAME)])
    assert strength(back, 1_000) == pytest.approx(6_000, rel=0.02)
    high = np.concatenate([Downsampler(factor).process(tone(7_900, 50)[: FRAME * 48])])
    assert np.abs(high[100:]).max() < 1_500 if factor == 2 else True
    assert np.abs(np.diff(back[200:])).max() < 6_000 * 2 * np.pi * 1_000 / SAMPLE_RATE * 1.1, "no clicks"


def test_callers_become_as_loud_as_each_other_and_noise_no_louder() -> None:
    for amplitude in (900.0, 15_000.0):
        leveller = Leveller()
        for frame in tone(400, 500, amplitude=amplitude).reshape(-1, FRAME):
            told = leveller.observe(level_of(frame))
            level = level_of(leveller.process(frame))
            assert abs(told - level) <= 2
        assert level == pytest.approx(26, abs=2)
    leveller = Leveller()
    for frame in tone(400, 500, amplitude=20).reshape(-1, FRAME):
        leveller.observe(level_of(frame))
        assert level_of(leveller.process(frame)) >= 60


@given(st.lists(FRAMES, min_size=1, max_size=8))
def test_however_many_speak_nothing_clips(frames: list[np.ndarray]) -> None:
    limited = Limiter().process(np.sum(frames, axis=0, dtype=np.float32) * 3)
    assert np.abs(limited).max() <= 32_768 * 0.9
    assert np.array_equal(to_pcm(limited), limited.astype(np.int16))


@given(st.dictionaries(st.integers(0, 5), FRAMES, max_size=4), st.integers(0, 5))
def test_everybody_hears_all_but_themselves(voices: dict[int, np.ndarray], own: int) -> None:
    others = [frame for track, frame in voices.items() if track != own]
    heard = Mix(voices).without(own)
    if not others:
        assert heard is None
    else:
        assert heard is not None
        np.testing.assert_allclose(heard, np.sum(others, axis=0), atol=0.1)


def test_only_the_loudest_few_are_coded_and_their_places_do_not_flap() -> None:
    chosen = Preselection()
    levels = dict.fromkeys(range(40), 90)
    assert chosen.choose(levels) == set(), "silence costs nothing"
    talking = {**levels, **dict.fromkeys(range(MOST_SPEAKERS), 30)}
    first = set(range(MOST_SPEAKERS))
    assert chosen.choose(talking) == first
    assert chosen.choose({**talking, 20: 27}) == first, "hardly louder"
    assert 20 in chosen.choose({**talking, 20: 15})
    assert len(chosen.choose(dict.fromkeys(range(40), 30))) == MOST_SPEAKERS
    for _ in range(60):
        last = chosen.choose(levels)
    assert last == set()


def test_pauses_between_words_are_part_of_speech() -> None:
    chosen = Preselection()
    chosen.choose({1: 30})
    assert all(chosen.choose({1: 100}) == {1} for _ in range(15))


def test_what_is_missing_fades_within_60_ms() -> None:
    concealer = Concealer(FRAME)
    assert concealer.conceal() is None, "nothing has come yet"
    concealer.heard(tone(400, 1))
    levels = []
    while (frame := concealer.conceal()) is not None:
        levels.append(level_of(frame))
    assert len(levels) == 3
    assert levels == sorted(levels)


def test_a_silent_line_does_not_sound_dead() -> None:
    noise = ComfortNoise()
    assert all(66 <= level_of(noise.frame()) <= 70 for _ in range(100))


def write(path: Path, samples: int, *, channels: int = 1, rate: int = SAMPLE_RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\1\0" * samples * channels)
    return path


def test_a_prompt_is_read_once_in_whole_frames(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", FRAME + 10)
    frames = read_prompt(path)
    assert [len(frame) for frame in frames] == [FRAME, FRAME]
    assert frames[1].sum() == 10
    path.unlink()
    assert read_prompt(path) is frames
    for broken in (
        write(tmp_path / "b.wav", 9, channels=2),
        write(tmp_path / "c.wav", 9, rate=8_000),
        tmp_path / "none",
    ):
        with pytest.raises(PromptError):
            read_prompt(broken)
    (tmp_path / "d.wav").write_bytes(b"RIFF no wave")
    with pytest.raises(PromptError):
        read_prompt(tmp_path / "d.wav")
