"""A PostgreSQL server of our own for tests: Debian's, in a folder, on a unix socket, for as long as it is needed."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import asyncpg

USER, PASSWORD = "balai", "kata/sandi #1?"


def _programs() -> Path:
    """The folder of initdb and the server, which Debian keeps off the path. RuntimeError when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is missing. On Debian: apt-get install postgresql")
    return found[-1].parent


@contextlib.contextmanager
def postgres() -> Iterator[Path]:
    """The folder of the socket of a running server.

    A server refuses to run as root: for root it runs as Debian's user ``postgres``.
    """
    user = "postgres" if os.geteuid() == 0 else None
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="balai-postgres-"))  # its path must be short: a socket is in it
    try:
        (folder / "password").write_text(PASSWORD)
        if user:
            shutil.chown(folder, user)
            shutil.chown(folder / "password", user)

        def command(program: str, *arguments: str) -> list[str]:
            return [str(programs / program), *arguments]

        data = str(folder / "data")
        initdb = command("initdb", "-D", data, "-U", USER, f"--pwfile={folder / 'password'}", "-A", "scram-sha-256")
        subprocess.run(
            [*initdb, "--locale=C", "-E", "UTF8"], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        # However these tests end, also by a signal, the server ends with them.
        serve = ["setpriv", "--pdeathsig", "QUIT", *command("postgres", "-D", data, "-k", str(folder))]
        serve += ["-c", "listen_addresses=", "-c", "fsync=off"]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(serve, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            while subprocess.run(command("pg_isready", "-q", "-h", str(folder)), cwd=folder, check=False).returncode:
                if server.poll() is not None:
                    raise RuntimeError((folder / "log").read_text())
                time.sleep(0.05)
            yield folder
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()
    finally:
        shutil.rmtree(folder)


def url(socket_folder: Path, database: str = "postgres", password: str = PASSWORD) -> str:
    """How a database there is given to ``--database``."""
    return f"postgresql://{USER}:{quote(password, safe='')}@/{database}?host={socket_folder}"


@contextlib.asynccontextmanager
async def postgres_database(socket_folder: Path, template: str = "template0") -> AsyncIterator[str]:
    """The name of a new database there, a copy of another."""
    name = f"balai_{secrets.token_hex(4)}"
    server = await asyncpg.connect(url(socket_folder, "template1"))
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield name
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()
