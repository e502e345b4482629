"""``balai`` as people run it: a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from server.records import FeedbackRecord, Records, VisitRecord
from signaling.config import OPTIONS

PATIENCE = 30.0
REPOSITORY = Path(__file__).parents[2]


async def start(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    ours = {key: value for key, value in os.environ.items() if not key.startswith("BALAI_")}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from signaling.cli import main; main()", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=ours | environment,
    )


async def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    process = await start(*arguments, **environment)
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@contextlib.asynccontextmanager
async def serving(data_dir: Path, *arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A server that is ready, and its address."""
    process = await start("serve", "--port", "0", "--media-port", "0", "--data-dir", str(data_dir), *arguments)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = (await process.stdout.readline()).decode()
        ready = re.fullmatch(r"Balai is ready: (https?://localhost:\d+)\n", line)
        assert ready, line
        yield process, ready[1]
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["serve", "--port", "99999"], {}, "--port can't be '99999'"),
        (["serve"], {"BALAI_MEDIA_PORT": "x"}, "BALAI_MEDIA_PORT can't be 'x'"),
        (["serve"], {"BALAI_PROT": "1"}, "BALAI_PROT is not a setting"),
        (["serve", "--config", "/missing.toml"], {}, "/missing.toml does not exist"),
        (["serve", "--prot", "1"], {}, "--prot"),
        (["serve", "--port"], {}, "--port"),
        (["serve", "8443"], {}, "8443"),
        (["sevre"], {}, "sevre"),
        (["serve", "--host", "192.0.2.1"], {}, "--host"),
        (["serve", "--data-dir", "/proc/none", "--port", "0"], {}, "--data-dir"),
    ],
)
async def test_what_is_refused_is_one_line_with_exit_code_2(
    arguments: list[str], environment: dict[str, str], words: str
) -> None:
    code, out, err = await run(*arguments, **environment)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("balai: ")
    assert words in err


@pytest.mark.parametrize(
    ("option", "kind", "other"),
    [("--port", socket.SOCK_STREAM, "--media-port"), ("--media-port", socket.SOCK_DGRAM, "--port")],
)
async def test_a_port_that_is_taken_is_one_line_with_exit_code_2(
    tmp_path: Path, option: str, kind: socket.SocketKind, other: str
) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        port = str(taken.getsockname()[1])
        code, out, err = await run(
            "serve", option, port, other, "0", "--host", "127.0.0.1", "--data-dir", str(tmp_path)
        )
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert f"port {port} on 127.0.0.1" in err
    assert f"give another with {option}" in err


async def test_a_database_that_is_none_is_one_line_with_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "balai.sqlite3").write_text("this is no database, and must not be touched" * 100)
    code, out, err = await run("serve", "--port", "0", "--media-port", "0", "--data-dir", str(tmp_path))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "--data-dir" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("sip", "names", "words"),
    [
        ("port = ", "", "not TOML"),
        ("port = 5060", "", "[[trunk]]"),
        ('[[trunk]]\nname = "x"\nserver = "192.0.2.1"\nregister = true', "", "register"),
        ('host = "192.0.2.1"\n[[trunk]]\nname = "x"\nserver = "192.0.2.1"', "", "SIP can't be opened"),
        ('[[trunk]]\nname = "x"\nserver = "192.0.2.1"', "a,b\nc,d", "line 2"),
    ],
)
async def test_telephone_settings_that_cannot_be_used_are_one_line_with_exit_code_2(
    tmp_path: Path, sip: str, names: str, words: str
) -> None:
    (tmp_path / "sip.toml").write_text(sip)
    (tmp_path / "names.csv").write_text(names)
    given = ["--sip", str(tmp_path / "sip.toml"), "--phone-names", str(tmp_path / "names.csv")]
    ports = ["--host", "127.0.0.1", "--port", "0", "--media-port", "0", "--data-dir", str(tmp_path / "data")]
    code, out, err = await run("serve", *ports, *given, BALAI_SIP_PASSWORD_KANTOR="s3cret")
    assert (code, out) == (2, "")
    line = err.splitlines()[-1]
    assert line.startswith("balai: ")
    assert words in line
    assert "Traceback" not in err
    assert "s3cret" not in err


async def test_a_fault_of_our_own_is_one_line_and_one_entry_in_the_log(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c"),
        "import sys, signaling.serve, signaling.cli\n"
        "async def broken(config): raise RuntimeError('our own fault')\n"
        "signaling.serve.serve = broken\n"
        "sys.argv = ['balai', 'serve']\n"
        "signaling.cli.main()\n",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env={**{k: v for k, v in os.environ.items() if not k.startswith("BALAI_")}, "PYTHONPATH": str(REPOSITORY)},
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    entry, line = err.decode().splitlines()
    assert "our own fault" in json.loads(entry)["exception"]
    assert line == "balai: the server failed (RuntimeError); its log says where"


async def test_the_version_and_help_that_teaches() -> None:
    code, out, _ = await run("--version")
    assert code == 0
    assert re.fullmatch(r"balai \d+\.\d+\.\d+\S*\n", out)
    code, out, _ = await run("serve", "--help")
    assert code == 0
    for option in (*(name.replace("_", "-") for name in OPTIONS), "config"):
        assert f"--{option}" in out
        assert f"BALAI_{option.replace('-', '_').upper()}" in out
    assert "balai serve --public-ip" in out
    code, out, _ = await run()
    assert code == 0
    assert "serve" in out


async def test_the_operator_sees_what_people_said_and_hostile_titles_are_only_text(tmp_path: Path) -> None:
    code, out, err = await run("feedback", "--data-dir", str(tmp_path))
    assert (code, out, err.count("\n")) == (2, "", 1)
    records = await Records.open(tmp_path)
    meeting = await records.meetings.add("abc-defg-hjk", records.now(), title="[red]Rapat[/nonsense]")
    for person, rating in (("made", 5), ("sari", 2)):
        now = records.now()
        visit = VisitRecord(
            meeting=meeting.id,
            person=person,
            participant="p",
            name="X",
            role="participant",
            arrived_at=now,
            seen_at=now,
        )
        records.visits.arrived(visit)
        records.feedback.given(
            FeedbackRecord(
                visit=visit.id,
                meeting=meeting.id,
                at=now,
                rating=rating,
                words="[/b] putus",
                figures={"lost_up": 0.125},
            )
        )
    await records.close()
    code, out, err = await run("feedback", "--days", "7", "--words", "--data-dir", str(tmp_path), COLUMNS="160")
    assert (code, err) == (0, "")
    row = next(line for line in out.splitlines() if "[red]Rapat[/nonsense]" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")][2:6] == ["2", "50%", "", "12.5%"]
    assert out.count("[/b] putus") == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_and_a_signal_ends_it_soon_and_another_at_once_with_a_goodbye(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with serving(tmp_path, "--drain-seconds", "3600") as (process, url), ClientSession() as http:
        assert url.startswith("https://")
        trust = ssl.create_default_context(cafile=tmp_path / "https.crt")
        async with http.get(f"{url}/readyz", ssl=trust) as response:  # by name: the certificate is for localhost
            assert response.status == 200
        async with http.post(f"{url}/api/meetings", ssl=trust) as response:
            code = (await response.json())["code"]
        async with http.ws_connect(f"{url}/ws", protocols=["balai.v1"], ssl=trust) as client:
            await client.send_json({"type": "join", "id": 1, "meeting": code, "name": "Ni Luh Secret"})
            token = (await client.receive_json())["resume"]
            assert (await client.receive_json())["type"] == "subscribe_offer"
            process.send_signal(number)
            assert (await client.receive_json())["type"] == "server_stopping"
            async with http.get(f"{url}/readyz", ssl=trust) as response:
                assert (response.status, (await response.json())["status"]) == (503, "draining")
            process.send_signal(number)
            assert await client.receive_json() == {"type": "goodbye", "reason": "server_stopping"}
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
    assert process.returncode == 0
    assert out == b""
    assert b"Traceback" not in err
    for secret in ("Ni Luh Secret", token, code):
        assert secret.encode() not in err


async def test_behind_a_proxy_it_speaks_plain_http(tmp_path: Path) -> None:
    async with serving(tmp_path, "--tls", "off") as (_, url), ClientSession() as http:
        assert url.startswith("http://")
        async with http.get(f"{url}/healthz") as response:
            assert response.status == 200
    assert not (tmp_path / "https.key").exists()


async def test_it_is_reached_by_ipv4_and_ipv6(tmp_path: Path) -> None:
    async with serving(tmp_path, "--tls", "off") as (_, url), ClientSession() as http:
        port = url.rsplit(":", 1)[1]
        for address in ("127.0.0.1", "[::1]"):
            if address == "[::1]" and not socket.has_dualstack_ipv6():
                continue
            async with http.post(f"http://{address}:{port}/api/meetings") as response:
                code = (await response.json())["code"]
            async with http.ws_connect(f"http://{address}:{port}/ws", protocols=["balai.v1"]) as client:
                await client.send_json({"type": "join", "id": 1, "meeting": code, "name": "Sari"})
                assert (await client.receive_json())["type"] == "joined"
                offer = (await client.receive_json())["sdp"]
            candidates = [line.split()[4] for line in offer.splitlines() if line.startswith("a=candidate:")]
            assert address.strip("[]") in candidates, "media is offered where the page was reached"
            assert not any("::ffff:" in candidate for candidate in candidates)
