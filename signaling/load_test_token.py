"""The secret that lets a load tester at this server: made on first start, kept in the data folder.

Whoever can read the folder may put the server under load; nobody else may.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

FILE = "load-test.token"


def keep_token(folder: Path) -> str:
    """The token kept in ``folder``, made if there is none. OSError when it can be neither read nor written."""
    path = folder / FILE
    kept = path.read_text(encoding="ascii", errors="replace").strip() if path.exists() else ""
    if kept:
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    token = secrets.token_urlsafe(32)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{token}\n")
    return token
