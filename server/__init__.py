"""What a meeting is: rooms, people, media and records. Knows nothing of HTTP; never imports ``signaling``."""
