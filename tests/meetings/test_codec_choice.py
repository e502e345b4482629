"""In which codec pictures are sent: everybody must be able to decode them, and nobody's picture flaps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.codec_choice import RISE_AFTER, Audience, ChosenCodecs, MeetingCodecs, best_codec
from server.video_codec import VIDEO_CODECS, VideoCodec

VP9_FIRST: tuple[VideoCodec, ...] = ("VP9", "AV1", "VP8", "H264")


@pytest.mark.parametrize(
    ("sendable", "members", "expected"),
    [
        (VIDEO_CODECS, [VIDEO_CODECS, VIDEO_CODECS], "VP9"),
        (VIDEO_CODECS, [], "VP9"),
        (("VP8", "H264"), [VIDEO_CODECS], "VP8"),
        (VIDEO_CODECS, [VIDEO_CODECS, ("VP8", "H264")], "VP8"),
        (VIDEO_CODECS, [VIDEO_CODECS, ("H264",)], "H264"),
        (VIDEO_CODECS, [("H264",), ("VP8",), ("VP9", "H264")], "H264"),  # nothing suits all: most have H.264
        (VIDEO_CODECS, [("H264",), ("VP8",)], "VP8"),
        (("VP9",), [("H264",), ("VP8",)], "VP9"),  # it can't send anything else
        ((), [VIDEO_CODECS], None),
    ],
)
def test_the_first_codec_is_taken_that_can_be_sent_and_that_everybody_decodes(
    sendable: tuple[VideoCodec, ...], members: list[tuple[VideoCodec, ...]], expected: VideoCodec | None
) -> None:
    assert best_codec(VP9_FIRST, sendable, Audience.of(members)) == expected


def test_a_newcomer_who_cannot_decode_makes_everybody_fall_back_at_once_and_going_up_again_waits() -> None:
    codecs = MeetingCodecs(VP9_FIRST)
    for member in ("ayu", "budi"):
        codecs.publishes(member, VIDEO_CODECS, ("VP8", "VP9"))
        codecs.decodes(member, VIDEO_CODECS)
    assert codecs.decide(0.0) == ["ayu", "budi"]
    assert codecs.chosen("ayu") == ChosenCodecs("VP9", "VP9")

    codecs.decodes("old phone", ("VP8", "H264"))
    assert codecs.decide(5.0) == ["ayu", "budi"]
    assert codecs.chosen("budi") == ChosenCodecs("VP8", "VP8")
    assert codecs.rise_at is None

    codecs.leaves("old phone")
    assert codecs.decide(20.0) == []
    assert codecs.rise_at == 20.0 + RISE_AFTER
    codecs.decodes("old phone", ("VP8", "H264"))
    assert codecs.decide(25.0) == []
    assert codecs.rise_at is None, "it was back in time"

    codecs.leaves("old phone")
    assert codecs.decide(30.0) == []
    assert codecs.decide(30.0 + RISE_AFTER - 0.01) == []
    assert codecs.decide(30.0 + RISE_AFTER) == ["ayu", "budi"]
    assert codecs.chosen("ayu") == ChosenCodecs("VP9", "VP9")


def test_who_has_not_said_what_they_decode_does_not_count_nor_who_has_left() -> None:
    codecs = MeetingCodecs(VP9_FIRST)
    codecs.publishes("ayu", VIDEO_CODECS, ())
    assert codecs.decide(0.0) == ["ayu"]
    assert codecs.chosen("ayu") == ChosenCodecs("VP9", None)
    codecs.leaves("ayu")
    assert codecs.decide(1.0) == []
    assert codecs.chosen("ayu") == ChosenCodecs()


_some = st.sets(st.sampled_from(VIDEO_CODECS)).map(tuple)
_steps = st.lists(
    st.tuples(
        st.sampled_from(["publishes", "decodes", "leaves", "waits"]),
        st.sampled_from("abc"),
        _some,
        _some,
        st.floats(0, 1.5 * RISE_AFTER),
    )
)


@given(st.permutations(VIDEO_CODECS), _steps)
def test_whatever_happens_nobody_is_left_out_whom_another_codec_would_serve(
    order: list[VideoCodec],
    steps: list[tuple[str, str, tuple[VideoCodec, ...], tuple[VideoCodec, ...], float]],
) -> None:
    codecs, now = MeetingCodecs(order), 0.0
    sending: dict[str, tuple[VideoCodec, ...]] = {}
    decoding: dict[str, tuple[VideoCodec, ...]] = {}

    def everybody_served(codec: VideoCodec) -> bool:
        return all(codec in decoded for decoded in decoding.values())

    def check() -> None:
        for member, sendable in sending.items():
            chosen = codecs.chosen(member).camera
            assert (chosen is None) == (not sendable)
            assert chosen is None or chosen in sendable
            if any(everybody_served(codec) for codec in sendable):
                assert chosen is not None
                assert everybody_served(chosen)

    for what, member, first, second, wait in steps:
        before = {each: codecs.chosen(each) for each in sending}
        if what == "waits":
            now += wait
        elif what == "leaves":
            codecs.leaves(member)
            sending.pop(member, None)
            decoding.pop(member, None)
        elif what == "publishes":
            codecs.publishes(member, first, second)
            sending[member] = first
            before[member] = ChosenCodecs()
        else:
            codecs.decodes(member, first)
            decoding[member] = first
        told = codecs.decide(now)
        assert set(told) == {each for each in sending if codecs.chosen(each) != before[each]}
        check()

    # With nothing more happening, everybody goes up to the very best, once, and it stays.
    if (rise_at := codecs.rise_at) is not None:
        codecs.decide(rise_at)
    codecs.decide(now + RISE_AFTER)
    assert codecs.decide(now + 2 * RISE_AFTER) == []
    assert codecs.rise_at is None
    for member, sendable in sending.items():
        assert codecs.chosen(member).camera == best_codec(order, sendable, Audience.of(decoding.values()))
