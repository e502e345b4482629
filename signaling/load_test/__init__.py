"""``balai loadtest``: many WebRTC participants in one meeting, and whether this machine carries them.

The participants are a program of their own (``tests/load``, Rust, on str0m), so that they share nothing with the server
that they test; this package prepares the media that they send, and starts them.
"""
