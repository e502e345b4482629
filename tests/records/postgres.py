"""A PostgreSQL server of our own for tests: Debian's, in a folder, on a unix socket, for as long as it is needed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

SUPERUSER = "balai"


def _programs() -> Path:
    """The folder of initdb and pg_ctl, which Debian keeps off the path. RuntimeError when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is missing. On Debian: apt-get install postgresql")
    return found[-1].parent


@contextlib.contextmanager
def postgres() -> Iterator[Path]:
    """The folder of the socket of a running server.

    It refuses to run as root: then it runs as Debian's user ``postgres``.
    """
    user = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="balai-postgres-"))  # its path must be short: a socket is in it
    try:
        if user:
            shutil.chown(folder, user)

        def run(program: str, *arguments: str) -> None:
            subprocess.run([programs / program, *arguments], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

        data = str(folder / "data")
        run("initdb", "-D", data, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=50"
        run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield folder
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def url(socket_folder: Path, database: str = "postgres") -> str:
    """How a database there is given to ``--database``."""
    return f"postgresql://{SUPERUSER}@/{database}?host={socket_folder}"
