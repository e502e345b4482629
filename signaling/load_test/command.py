"""Starts the load tester: finds its program, prepares the media that it sends, and becomes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from signaling.config import ConfigError

PROGRAM = "balai-loadtest"


def run(arguments: Sequence[str]) -> int:
    """Check the arguments, then replace this process by the load tester. Returns only where they are not sound.

    Raises ConfigError where the program is not installed, or its media can't be kept.
    """
    program = _find()
    asks_for_help = not arguments or not {"--help", "-h"}.isdisjoint(arguments)
    if not asks_for_help:
        code = subprocess.run([program, *arguments, "--check"], check=False).returncode  # noqa: S603
        if code:
            return code
        arguments = [*arguments, "--clips", str(_clips())]
    sys.stdout.flush()
    os.execv(program, [program, *(arguments or ["--help"])])  # noqa: S606


def _find() -> str:
    beside = Path(sys.executable).with_name(PROGRAM)
    program = str(beside) if beside.exists() else shutil.which(PROGRAM)
    if program is None:
        raise ConfigError(f"the load tester is not installed here: run `make loadtest`, or put {PROGRAM} on the PATH")
    return program


def _clips() -> Path:
    from signaling.load_test.clips import prepare  # it loads FFmpeg: neither help nor a refusal should wait for that

    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "balai"
    try:
        return prepare(cache, lambda doing: print(f"once, for all tests: {doing}", file=sys.stderr, flush=True))
    except OSError as error:
        raise ConfigError(f"the media to send can't be kept in {cache} ({error}): set XDG_CACHE_HOME") from error
