"""Runs the fuzz targets of the plane for a time each, says how they get on, and keeps what they find."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from tests.fuzzing.corpus import pack, unpack

PLANE = Path("server/plane")
ARTIFACTS = PLANE / "fuzz/artifacts"
WORK = Path("build/fuzz")
LONGEST_INPUT = 2048
# Seconds for one input, by the wall clock: a fuzzer that was stopped while something is measured is no hang.
PATIENCE = 600
# libFuzzer's lines: `#4096 NEW    cov: 212 ft: 480 corp: 61/2310b lim: 43 exec/s: 2048 rss: 41Mb …`
LINE = re.compile(r"^#(\d+)\s.*cov: (\d+) ft: \d+ corp: (\d+)/.*exec/s: (\d+)", re.MULTILINE)


@dataclass
class Run:
    """One target, running or done."""

    target: str
    place: str
    seconds: int
    stop: Event
    seeds: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def corpus(self) -> Path:
        return WORK / self.target / "corpus"

    @property
    def log(self) -> Path:
        return WORK / self.target / "log"

    def say(self, what: str) -> None:
        print(f"· {self.place} {self.target}: {what}", flush=True)

    def progress(self) -> str:
        """What libFuzzer said last. Executions are the last that it told of; it tells more rarely as it finds less."""
        lines = LINE.findall(self.log.read_text(errors="replace"))
        found = len(list(self.corpus.iterdir())) - self.seeds
        seconds = time.monotonic() - self.began
        if not lines:
            return f"{seconds:.0f} of {self.seconds} s"
        executions, coverage, _, rate = lines[-1]
        return (
            f"{seconds:.0f} of {self.seconds} s, {int(executions):,} executions, {int(rate):,}/s, "
            f"coverage {coverage}, {found} new inputs"
        )

    def fuzz(self) -> bool:
        """Runs until the time is over, or something crashes, or another target did. Whether nothing crashed."""
        if self.stop.is_set():
            return True
        unpack(self.target, self.corpus)
        self.seeds = len(list(self.corpus.iterdir()))
        self.began = time.monotonic()
        self.say(f"{self.seeds} inputs to begin with")
        artifacts = ARTIFACTS / self.target
        artifacts.mkdir(parents=True, exist_ok=True)
        arguments = [
            f"-artifact_prefix={artifacts}/",
            f"-max_total_time={self.seconds}",
            f"-max_len={LONGEST_INPUT}",
            f"-timeout={PATIENCE}",
        ]
        with self.log.open("wb") as log:
            process = launch(self.target, [*arguments, str(self.corpus)], log)
            told = self.began
            while process.poll() is None:
                time.sleep(1)
                if self.stop.is_set():
                    process.terminate()
                    process.wait()
                    return True
                if time.monotonic() - told >= max(10, self.seconds / 10):
                    told = time.monotonic()
                    self.say(self.progress())
        if process.returncode == 0:
            self.say("done: " + self.progress())
            return True
        self.stop.set()
        print(f"balai: fuzzing stopped: {self.crash()}", file=sys.stderr, flush=True)
        return False

    def crash(self) -> str:
        """One line that names the input that crashed, and how to run it again."""
        written = re.findall(r"Test unit written to (\S+)", self.log.read_text(errors="replace"))
        if not written:
            return f"{self.target} ended, see {self.log}"
        artifact = Path(written[-1])
        replay = f"cd {PLANE} && cargo +nightly fuzz run {self.target} {artifact.relative_to(PLANE)}"
        return f"{self.target} crashed on {artifact}; to replay it: {replay}"

    def keep(self) -> None:
        """Keeps the inputs that between them reach everything that was reached, short ones first."""
        unpack(self.target, self.corpus)
        with TemporaryDirectory(dir=WORK) as folder:
            least, found = Path(folder, "least"), Path(folder, "found")
            least.mkdir()
            # A fuzzer that runs meanwhile takes away what it finds a shorter input for.
            shutil.copytree(self.corpus, found, ignore_dangling_symlinks=True)
            log = WORK / self.target / "merge.log"
            with log.open("wb") as output:
                process = launch(self.target, ["-merge=1", str(least), str(found)], output)
                if process.wait() != 0:
                    sys.exit(f"balai: merging the inputs of {self.target} failed, see {log}")
            reached = len(list(least.iterdir()))
            self.say(f"{pack(self.target, least)} inputs kept, of {reached} that reach something")


def launch(target: str, arguments: list[str], log: Any) -> subprocess.Popen[bytes]:
    program = PLANE / "fuzz/target" / host() / "release" / target
    environment = os.environ | {"ASAN_OPTIONS": "detect_odr_violation=0"}
    return subprocess.Popen([program, *arguments], stdout=log, stderr=log, env=environment)


def host() -> str:
    said = subprocess.run(["rustc", "+nightly", "-vV"], capture_output=True, text=True, check=True).stdout
    return said.split("host: ")[1].split()[0]


def all_targets() -> list[str]:
    said = subprocess.run(["cargo", "+nightly", "fuzz", "list"], cwd=PLANE, capture_output=True, text=True, check=True)
    return said.stdout.split()


def build() -> None:
    print("· building the fuzz targets", flush=True)
    built = subprocess.run(["cargo", "+nightly", "fuzz", "build"], cwd=PLANE, capture_output=True, text=True)
    if built.returncode != 0:
        sys.exit(f"{built.stderr}\nbalai: the fuzz targets don't build")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="which ones (default: all)")
    parser.add_argument("--seconds", type=int, default=60, help="how long each (default: 60)")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time (default: 1)")
    parser.add_argument("--keep", action="store_true", help="fuzz nothing; keep what earlier runs found")
    options = parser.parse_args()
    known = all_targets()
    for target in options.targets:
        if target not in known:
            parser.error(f"there is no target {target}; there are {', '.join(known)}")
    targets = options.targets or known
    build()
    stop = Event()
    places = [f"{index + 1} of {len(targets)}" for index in range(len(targets))]
    runs = [Run(target, place, options.seconds, stop) for target, place in zip(targets, places, strict=True)]
    if options.keep:
        for run in runs:
            run.keep()
        return 0
    with ThreadPoolExecutor(options.jobs) as pool:
        try:
            return 0 if all(list(pool.map(Run.fuzz, runs))) else 1
        except KeyboardInterrupt:
            stop.set()
            return 130


if __name__ == "__main__":
    sys.exit(main())
