"""A camera that shows somebody talking, and takes about the rate that such pictures take.

Chromium's own fake camera shows flat colours: in 640x360 it takes some 120 kbit/s, and fits through every weak link.
Noise, on the other hand, can't be compressed: encoders drop frames that a real camera's would keep. This one has a
room that stands still behind a head that moves and speaks, under the faint grain of a webcam: on a free link Chromium
gives 150 kbit/s to it in 320x180 and 500 kbit/s in 640x360, the most that it may, and leaves no frame out.
"""

from __future__ import annotations

import math
import random
from pathlib import Path

WIDTH, HEIGHT, FRAMES_PER_S = 640, 360, 15
FRAMES = 60
"""Four seconds, at whose end the head is where it was at the beginning."""
HEAD_WIDTH, HEAD_HEIGHT = 190, 250
SWAY, NOD = 22, 8
"""How far the head moves to either side, and up and down, in px."""
GRAIN = bytes(byte % 5 for byte in range(256))
"""Brightness that the grain adds."""


def textured(chance: random.Random, width: int, height: int, patch: int, contrast: int) -> list[bytes]:
    """Rows of a picture with patches in it, around a brightness of 120, under a gradient."""
    rows = []
    for y in range(height):
        if y % patch == 0:
            lights = [chance.randrange(-contrast, contrast + 1) for _ in range(width // patch + 1)]
        rows.append(bytes(120 + lights[x // patch] + 40 * x // width - 30 * y // height for x in range(width)))
    return rows


def record(file: Path) -> Path:
    """Write some seconds of it as YUV4MPEG2, the same ones every time."""
    chance = random.Random(7)
    room = textured(chance, WIDTH, HEIGHT, 16, 35)
    head = textured(chance, HEAD_WIDTH, HEAD_HEIGHT, 5, 22)
    colour = bytes([128]) * (WIDTH * HEIGHT // 2)
    with file.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_S}:1 Ip A1:1 C420mpeg2\n".encode())
        for number in range(FRAMES):
            turn = 2 * math.pi * number / FRAMES
            left = WIDTH // 2 - HEAD_WIDTH // 2 + round(SWAY * math.sin(turn) + 5 * math.sin(7 * turn))
            top = 60 + round(NOD * math.sin(3 * turn))
            mouth = round(10 + 8 * math.sin(11 * turn) + chance.uniform(-2, 2))
            rows = list(room)
            for y in range(HEAD_HEIGHT):
                half = round(HEAD_WIDTH / 2 * math.sqrt(1 - (2 * y / HEAD_HEIGHT - 1) ** 2))
                begins, ends = HEAD_WIDTH // 2 - half, HEAD_WIDTH // 2 + half
                skin = head[y]
                if abs(y - 180) < mouth:
                    lips = HEAD_WIDTH // 2 - 32
                    skin = skin[:lips] + bytes([60]) * 64 + skin[lips + 64 :]
                behind = rows[top + y] if top + y < HEIGHT else b""
                if behind:
                    rows[top + y] = behind[: left + begins] + skin[begins:ends] + behind[left + ends :]
            flat = b"".join(rows)
            grain = chance.randbytes(len(flat)).translate(GRAIN)
            # No byte carries over into the next: the brightest is far below 255.
            grainy = (int.from_bytes(flat, "big") + int.from_bytes(grain, "big")).to_bytes(len(flat), "big")
            out.write(b"FRAME\n" + grainy + colour)
    return file
