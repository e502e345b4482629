"""The inputs that are kept of a fuzz target: one text file, an input a line in hexadecimal digits, shortest first.

Text, since Git stores and merges lines well, and since the plane's tests can read it without a library.
"""

from pathlib import Path

KEPT = Path("server/plane/fuzz/corpus")

# Of one file, so that all of them together stay below 1 MB.
MOST_BYTES = 60_000


def kept(target: str) -> list[bytes]:
    """What is kept of a target; nothing where nothing was kept yet. Raises `ValueError` for what is no such file."""
    path = KEPT / f"{target}.hex"
    return [bytes.fromhex(line) for line in path.read_text().splitlines()] if path.exists() else []


def unpack(target: str, directory: Path) -> int:
    """Puts what is kept of a target into a directory, one file an input, beside what is there. Returns how many."""
    directory.mkdir(parents=True, exist_ok=True)
    inputs = kept(target)
    for index, data in enumerate(inputs):
        (directory / f"kept-{index:05}").write_bytes(data)
    return len(inputs)


def pack(target: str, directory: Path) -> int:
    """Keeps a directory's inputs, the shortest first and as many as there is room for. Returns how many."""
    inputs = {path.read_bytes() for path in directory.iterdir()} - {b""}
    lines = []
    room = MOST_BYTES
    for data in sorted(inputs, key=lambda data: (len(data), data)):
        room -= 2 * len(data) + 1
        if room < 0:
            break
        lines.append(data.hex() + "\n")
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{target}.hex").write_text("".join(lines))
    return len(lines)
