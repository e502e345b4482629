"""The files of what is said to callers: the operator's own where there are some, the built ones, or else tones."""

from __future__ import annotations

import math
import shutil
import struct
import tempfile
import wave
from pathlib import Path

import structlog

from server.phone.menu import Say
from server.phone.phrases import LANGUAGES, Language, Phrase, all_pieces, pieces

log = structlog.get_logger()

BUILT = Path(__file__).parent / "recordings"
"""Made by ``scripts/make-prompts``; a folder for each language."""
RATE = 16_000
LONGEST = 60.0
"""Seconds of one file."""

_ASKS: tuple[Phrase, ...] = ("enter_pin", "invited", "asked_to_unmute", "floor_offered", "waiting_room")
_SAYS_NO: tuple[Phrase, ...] = (
    *("wrong_pin", "too_many_tries", "no_input", "refused", "locked", "full", "muted", "muted_by_chair"),
    *("may_not_unmute", "hand_lowered", "removed", "meeting_ended", "server_stopping"),
)
_TONES: dict[str, tuple[float, ...]] = {"asks": (440.0, 660.0), "yes": (660.0,), "no": (440.0, 330.0)}
"""In Hz, one after another."""


def is_recording(path: Path) -> bool:
    """Whether a file can be played: WAV, 16 kHz, mono, 16 bits, no longer than ``LONGEST``."""
    try:
        with wave.open(str(path)) as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            return shape == (1, 2, RATE) and 0 < file.getnframes() <= LONGEST * RATE
    except (OSError, EOFError, wave.Error):
        return False


class Recordings:
    """Finds the files of phrases. Looked through once, when it is made; ``close`` removes the tones."""

    def __init__(self, own: Path, built: Path = BUILT) -> None:
        """``own``: the operator's folder, in which ``id/welcome.wav`` takes the place of the built one."""
        self._tones = Path(tempfile.mkdtemp(prefix="balai-tones-"))
        for name, frequencies in _TONES.items():
            _write_tone(self._tones / f"{name}.wav", frequencies)
        self._files: dict[tuple[Language, str], Path] = {}
        missing = 0
        for language in LANGUAGES:
            for piece in all_pieces(language):
                found = self._find(own, built, language, piece.name)
                if found is not None:
                    self._files[language, piece.name] = found
                else:
                    missing += 1
        if missing:
            log.warning("some of what callers should hear is not recorded: they hear tones", missing=missing)

    def files(self, say: Say) -> list[Path]:
        """What is to be played, in order."""
        return [path for phrase, number in say.phrases for path in self._phrase(phrase, number, say.language)]

    def close(self) -> None:
        """Remove the tones' files."""
        shutil.rmtree(self._tones, ignore_errors=True)

    def _phrase(self, phrase: Phrase, number: int | None, language: Language) -> list[Path]:
        found = [self._files.get((language, piece.name)) for piece in pieces(phrase, number, language)]
        whole = [path for path in found if path is not None]
        if len(whole) == len(found):
            return whole
        tone = "asks" if phrase in _ASKS else "no" if phrase in _SAYS_NO else "yes"
        return [self._tones / f"{tone}.wav"]

    @staticmethod
    def _find(own: Path, built: Path, language: Language, name: str) -> Path | None:
        for folder in (own, built):
            path = folder / language / f"{name}.wav"
            if path.is_file():
                if is_recording(path):
                    return path
                log.warning("this is no WAV file of 16 kHz, mono, 16 bits: passed over", file=str(path))
        return None


def _write_tone(path: Path, frequencies: tuple[float, ...]) -> None:
    """A beep for each frequency, 150 ms long, with soft edges."""
    length, edge = int(0.15 * RATE), int(0.01 * RATE)
    samples = [
        int(6_000 * math.sin(2 * math.pi * frequency * n / RATE) * min(1.0, n / edge, (length - n) / edge))
        for frequency in frequencies
        for n in range(length)
    ]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples) + bytes(RATE // 2))
