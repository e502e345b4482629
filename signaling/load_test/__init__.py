"""``balai loadtest``: many WebRTC participants in one meeting, and whether this machine carries them."""
