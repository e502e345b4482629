"""baresip, a telephone that shares no code with us: it speaks a tone, and keeps what it hears."""

from __future__ import annotations

import asyncio
import contextlib
import json
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from signaling.certificate import server_context
from tests.signaling.sip.sipp import free_port

MODULES = Path("/usr/lib/baresip/modules")
PATIENCE = 20.0
"""Seconds after which something that should have come has not."""

_CONFIG = """
poll_method epoll
sip_listen 127.0.0.1:{port}
sip_cafile {ca}
sip_certificate {certificate}
call_local_timeout 120
call_max_calls 4
audio_path /usr/share/baresip
audio_source ausine,{tone}
ausrc_srate 48000
auplay_srate 48000
ausrc_channels 2
auplay_channels 2
rtp_ports {rtp}-{rtp_last}
jitter_buffer_delay 2-10
module_path {modules}
module g711.so
module g722.so
module opus.so
module ausine.so
module sndfile.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
opus_bitrate 28000
snd_path {folder}
"""


@dataclass
class Baresip:
    """One telephone on loopback."""

    folder: Path
    number: str
    port: int
    transport: str
    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    events: list[dict[str, Any]] = field(default_factory=list)
    _responses: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def heard(self) -> Path:
        """The WAV file of what it heard, in the call that it had last; whole once that has ended."""
        return max(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime)

    async def command(self, command: str, parameters: str = "") -> str:
        """What a user would type; returns what is shown for it."""
        text = json.dumps({"command": command, "params": parameters, "token": "t"})
        self.writer.write(f"{len(text)}:{text},".encode())
        async with asyncio.timeout(PATIENCE):
            response = await self._responses.get()
        return str(response.get("data", ""))

    async def dial(self, number: str, port: int) -> None:
        """Call a number at a server on loopback, and wait until it is answered."""
        await self.command("dial", f"sip:{number}@127.0.0.1:{port};transport={self.transport}")
        await self.until("CALL_ESTABLISHED")

    async def press(self, keys: str) -> None:
        """Press keys, each as long as people do."""
        for key in keys:
            await self.command("sndcode", key)
            await asyncio.sleep(0.25)

    async def hang_up(self) -> None:
        await self.command("hangup")

    async def until(self, type_: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait for an event; one that has been counts, and is taken."""
        async with asyncio.timeout(seconds):
            while not (found := [event for event in self.events if event.get("type") == type_]):
                self._changed.clear()
                await self._changed.wait()
        self.events.remove(found[0])
        return found[0]

    async def read(self) -> None:
        """Take what comes until it ends."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ValueError):
            while True:
                length = int((await self.reader.readuntil(b":"))[:-1])
                message = json.loads((await self.reader.readexactly(length + 1))[:-1])
                if message.get("event"):
                    self.events.append(message)
                    self._changed.set()
                else:
                    self._responses.put_nowait(message)


@contextlib.asynccontextmanager
async def baresip(
    folder: Path,
    number: str = "+628123456789",
    *,
    tone: int = 440,
    digits: Literal["rtpevent", "info"] = "rtpevent",
    codecs: str = "opus/48000/2,g722/8000/1,pcma/8000/1,pcmu/8000/1",
    srtp: bool = False,
    transport: Literal["udp", "tcp", "tls"] = "udp",
    answers: bool = False,
    ca: Path | None = None,
    port: int | None = None,
) -> AsyncIterator[Baresip]:
    """A telephone that is switched on. ``answers``: by itself; otherwise it rings. ``tone``: in Hz."""
    port, control = port or free_port(), free_port()
    rtp = 20_000 + (port * 20) % 9_000
    values = {
        "port": port,
        "control": control,
        "tone": tone,
        "folder": folder,
        "modules": MODULES,
        "rtp": rtp,
        "rtp_last": rtp + 19,
    }
    account = f"<sip:{number}@127.0.0.1>;regint=0;audio_codecs={codecs};dtmfmode={digits}"
    account += ";answermode=auto" if answers else ";answermode=manual"
    account += ";mediaenc=srtp-mand" if srtp else ""
    _prepare(folder, values, account, ca)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "baresip",
            "-f",
            str(folder),
            "-s",
            "-v",
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            reader, writer = await _connect(control)
            phone = Baresip(folder, number, port, transport, process, reader, writer)
            reading = asyncio.create_task(phone.read())
            yield phone
            reading.cancel()
            writer.close()
        finally:
            if process.returncode is None:
                process.terminate()
                try:
                    async with asyncio.timeout(5):
                        await process.wait()
                except TimeoutError:
                    process.kill()
                    await process.wait()


def strength(path: Path, frequency: float, seconds: float = 1.0) -> float:
    """How much of the loudest second of a recording is a tone: 0 to 1."""
    with wave.open(str(path)) as file:
        rate, channels = file.getframerate(), file.getnchannels()
        samples = np.frombuffer(file.readframes(1 << 30), "<i2").astype(np.float64)[::channels]
    length = int(seconds * rate)
    best = 0.0
    for start in range(0, max(1, len(samples) - length), length // 2):
        part = samples[start : start + length]
        power = float(np.mean(part**2))
        if power > 100.0**2:
            spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
            frequencies = np.fft.rfftfreq(len(part), 1 / rate)
            near = spectrum[np.abs(frequencies - frequency) < 12].sum()
            best = max(best, float(near / spectrum.sum()))
    return best


def _prepare(folder: Path, values: dict[str, object], account: str, ca: Path | None) -> None:
    """Write what baresip reads when it starts."""
    folder.mkdir(parents=True, exist_ok=True)
    own = _certificate(folder)
    (folder / "config").write_text(_CONFIG.format(ca=ca or own, certificate=own, **values))
    (folder / "accounts").write_text(account + "\n")
    (folder / "contacts").write_text("")


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(100):
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
    raise AssertionError("baresip does not start")


def _certificate(folder: Path) -> Path:
    """A certificate with its key in one file, as baresip wants it."""
    server_context(folder, [])
    path = folder / "own.pem"
    path.write_bytes((folder / "https.key").read_bytes() + (folder / "https.crt").read_bytes())
    return path
