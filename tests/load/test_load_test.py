"""``balai loadtest`` as the IT office runs it, against a real server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.browser.conftest import running_server

PATIENCE = 120.0
"""Seconds: the media is encoded by the first test on a machine."""

FIRST_KEYS = [
    "participants",
    "joined",
    "packets_lost",
    "freezes",
    "latency_ms",
    "first_audio_ms",
    "first_video_ms",
    "server",
]


async def load_test(*arguments: str, cache: Path) -> tuple[int, str, str]:
    ours = {key: value for key, value in os.environ.items() if not key.startswith("BALAI_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "signaling", "loadtest", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=ours | {"XDG_CACHE_HOME": str(cache)},
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_a_meeting_is_filled_measured_and_judged(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        code, out, err = await load_test(
            *(server.url, "--data-dir", str(tmp_path / "data"), "--participants", "5", "--seconds", "4"),
            *("--screen-share", "--screen-at", "1", "--json", "--html", str(tmp_path / "report.html")),
            cache=tmp_path,
        )
        assert code in (0, 1), err
        result = json.loads(out)
        assert list(result)[: len(FIRST_KEYS)] == FIRST_KEYS
        assert list(result["server"]) == ["cpu_cores", "memory_mb", "packets_per_s"]
        assert (result["participants"], result["joined"]) == (5, 5)
        assert [person["error"] for person in result["people"]] == [None] * 5
        assert all(person["frames"] > 0 for person in result["people"])
        assert result["holds"] == (code == 0)
        report = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert report.lower().startswith("<!doctype html>")
        assert "<svg" in report
        assert "a meeting of 5 with 5 cameras" in report

        # Weak links lose what they are told to, and the tester sees it.
        code, out, err = await load_test(
            *(server.url, "--data-dir", str(tmp_path / "data"), "--participants", "3", "--seconds", "3"),
            *("--loss", "20", "--weak", "1", "--json"),
            cache=tmp_path,
        )
        assert code in (0, 1), err
        people = json.loads(out)["people"]
        assert [person["weak_link"] for person in people] == [False, False, True]


async def test_what_people_get_is_told_by_whose_links_are_weak(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        code, out, err = await load_test(
            *(server.url, "--data-dir", str(tmp_path / "data"), "--participants", "12", "--seconds", "8"),
            *("--mix", "--weak", "4", "--json"),
            cache=tmp_path,
        )
    assert code in (0, 1), err
    result = json.loads(out)
    weak = [person for person in result["people"] if person["weak_link"]]
    assert [person["number"] for person in weak] == [3, 6, 9, 12]
    groups = {(group["to"], group["of"]): group for group in result["by_link"]}
    assert [groups["good", of]["people"] for of in ("good", "weak")] == [8, 8]
    assert [groups["weak", of]["people"] for of in ("good", "weak")] == [4, 4]
    # Nobody looks at themselves: of nine tiles, two thirds are of people on good links.
    assert groups["good", "good"]["pictures"] > groups["good", "weak"]["pictures"] > 0
    assert groups["good", "good"]["frames_per_s_per_picture"] > 0
    # Links of 300 kbit/s, and links that lose a tenth, have a share in what is lost and late; good ones have none.
    assert groups["weak", "good"]["latency_ms"]["p50"] > 30 > groups["good", "good"]["latency_ms"]["p50"]
    assert groups["good", "weak"]["latency_ms"]["p50"] > 30
    assert groups["weak", "good"]["packets_lost"] > groups["good", "good"]["packets_lost"]
    assert groups["weak", "good"]["packets_recovered"] > groups["good", "good"]["packets_recovered"]
    assert sum(group["freezes"] for group in result["by_link"]) == result["freezes"]


async def test_what_is_refused_is_one_line_with_exit_code_2(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        nobody = (server.url, "--data-dir", str(tmp_path / "elsewhere"), "--participants", "2", "--seconds", "1")
        for arguments, words in (
            (nobody, "load-test.token"),
            (("ftp://localhost",), "is not a server's address"),
            (("https://localhost:1", "--participants", "0"), "--participants"),
            (("https://localhost:1", "--seconds", "1"), "is the server running there?"),
        ):
            code, out, err = await load_test(*arguments, cache=tmp_path)
            assert (code, out) == (2, ""), err
            told = [line for line in err.splitlines() if not line.startswith("once, for all tests: ")]
            assert len(told) == 1
            assert told[0].startswith("balai loadtest: ")
            assert words in told[0]
