"""In which codec a picture is sent, so that everybody present can decode it. Pure rules, in given time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from server.video_codec import VideoCodec

RISE_AFTER = 10.0
"""Seconds for which a better codec must have been possible: whoever can't decode it may be back at once."""

_FALLBACK: tuple[VideoCodec, ...] = ("VP8", "H264")
"""Where no codec suits everybody: every browser must have these two (RFC 7742 section 5), and most have."""


@dataclass(frozen=True)
class Audience:
    """Who is to decode: how many there are, and how many of them decode each codec."""

    size: int
    decoding: Counter[VideoCodec] = field(default_factory=Counter)

    @classmethod
    def of(cls, members: Iterable[Collection[VideoCodec]]) -> Audience:
        """The audience of members who decode these. Whoever has not said yet what they decode is not among them."""
        decoding: Counter[VideoCodec] = Counter()
        size = 0
        for codecs in members:
            size += 1
            decoding.update(set(codecs))
        return cls(size, decoding)

    def suits(self, codec: VideoCodec) -> bool:
        """Whether everybody decodes this codec."""
        return self.decoding[codec] == self.size


def best_codec(order: Sequence[VideoCodec], sendable: Collection[VideoCodec], audience: Audience) -> VideoCodec | None:
    """The first codec in ``order`` that can be sent and that everybody decodes.

    Where there is none: of VP8 and H.264 the one that most decode, or of whatever can be sent. None where nothing in
    ``order`` can be sent.
    """
    candidates = [codec for codec in order if codec in sendable]
    for codec in candidates:
        if audience.suits(codec):
            return codec
    fallback = [codec for codec in candidates if codec in _FALLBACK] or candidates
    return max(fallback, key=lambda codec: audience.decoding[codec], default=None)


@dataclass
class CodecChoice:
    """The codec of one picture, a camera's or a screen's.

    Another is chosen at once where more people can decode it than the present one, and else only when it has been the
    best for ``RISE_AFTER``: each change costs a keyframe, and a new encoder.
    """

    order: Sequence[VideoCodec]
    sendable: Collection[VideoCodec]
    chosen: VideoCodec | None = None
    _better: VideoCodec | None = None
    _rise_at: float | None = None

    @property
    def rise_at(self) -> float | None:
        """When ``decide`` is to be called again, with nothing changed; None while there is nothing to wait for."""
        return self._rise_at

    def decide(self, audience: Audience, now: float) -> bool:
        """This is the audience at ``now`` (seconds). True when another codec is ``chosen``."""
        best = best_codec(self.order, self.sendable, audience)
        if best is None or best == self.chosen:
            self._better = self._rise_at = None
            return False
        urgent = self.chosen is None or audience.decoding[best] > audience.decoding[self.chosen]
        if not urgent and best != self._better:
            self._better, self._rise_at = best, now + RISE_AFTER
        if not urgent and (self._rise_at is None or now < self._rise_at):
            return False
        self.chosen = best
        self._better = self._rise_at = None
        return True


@dataclass(frozen=True)
class ChosenCodecs:
    """What one publisher is to send its pictures in. None: nothing to choose."""

    camera: VideoCodec | None = None
    screen: VideoCodec | None = None


class MeetingCodecs:
    """Every publisher's codecs in one meeting. Members go by their ids."""

    def __init__(self, order: Sequence[VideoCodec]) -> None:
        """``order``: the codecs that may be chosen, most preferred first."""
        self._order = order
        self._decoding: dict[str, Collection[VideoCodec]] = {}
        self._choices: dict[str, tuple[CodecChoice, CodecChoice]] = {}

    def decodes(self, member: str, codecs: Collection[VideoCodec]) -> None:
        """A member has said what it decodes. Until then it does not count."""
        self._decoding[member] = codecs

    def publishes(self, member: str, camera: Collection[VideoCodec], screen: Collection[VideoCodec]) -> None:
        """A member has said in what it can send its pictures."""
        self._choices[member] = (CodecChoice(self._order, camera), CodecChoice(self._order, screen))

    def leaves(self, member: str) -> None:
        """A member is gone."""
        self._decoding.pop(member, None)
        self._choices.pop(member, None)

    def chosen(self, member: str) -> ChosenCodecs:
        """What a publisher is to send in; nothing of who does not publish."""
        choices = self._choices.get(member)
        return ChosenCodecs(*(choice.chosen for choice in choices)) if choices else ChosenCodecs()

    def decide(self, now: float) -> list[str]:
        """Something has changed, or ``rise_at`` has come. The publishers that are to be told."""
        audience = Audience.of(self._decoding.values())
        changed = []
        for member, choices in self._choices.items():
            decided = [choice.decide(audience, now) for choice in choices]
            if True in decided:
                changed.append(member)
        return changed

    @property
    def rise_at(self) -> float | None:
        """When ``decide`` is to be called though nothing has changed; None while there is nothing to wait for."""
        waiting = (choice.rise_at for choices in self._choices.values() for choice in choices)
        return min((due for due in waiting if due is not None), default=None)
