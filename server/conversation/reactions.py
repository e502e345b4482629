"""The reactions that there are: few, so that they are the same on every phone, and none of them is a text."""

from __future__ import annotations

REACTIONS = ("👍", "👏", "❤️", "😂", "😮", "🙏", "🎉", "👎")
