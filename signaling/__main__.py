"""``python -m signaling`` is ``balai``."""

from signaling.cli import main

main()
