"""A camera whose pictures take as much rate as they are given.

Chromium's own fake camera shows flat colours: in 640x360 it takes some 120 kbit/s, and fits through every weak link.
"""

from __future__ import annotations

import random
from pathlib import Path

WIDTH, HEIGHT, FRAMES_PER_S = 640, 360, 10
FRAMES = 30
BLOCK = 8
"""Patches of one brightness, in px."""
CHANGING = 0.15
"""Share of the patches that are new in each frame."""
GRAIN = bytes(byte % 24 for byte in range(256))


def record(file: Path) -> Path:
    """Write some seconds of restless patches under film grain as YUV4MPEG2, the same ones every time."""
    chance = random.Random(7)
    across, down = WIDTH // BLOCK, HEIGHT // BLOCK
    patches = [[chance.randrange(40, 200) for _ in range(across)] for _ in range(down)]
    colour = bytes([128]) * (WIDTH * HEIGHT // 2)
    with file.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_S}:1 Ip A1:1 C420mpeg2\n".encode())
        for _ in range(FRAMES):
            for row in patches:
                for x in range(across):
                    if chance.random() < CHANGING:
                        row[x] = chance.randrange(40, 200)
            flat = b"".join(b"".join(bytes([light]) * BLOCK for light in row) * BLOCK for row in patches)
            grain = chance.randbytes(len(flat)).translate(GRAIN)
            # No byte carries over into the next: 199 + 23 is less than 256.
            grainy = (int.from_bytes(flat, "big") + int.from_bytes(grain, "big")).to_bytes(len(flat), "big")
            out.write(b"FRAME\n" + grainy + colour)
    return file
