"""How much one client may ask of the server, and for how long it may be silent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of one server. Times are in seconds."""

    messages_per_second: float = 20.0
    """What one WebSocket may send in the long run."""
    message_burst: int = 60
    """What it may send at once."""
    strikes: int = 200
    """How many messages in a row are answered ``rate_limited`` before the WebSocket is closed with 1008."""
    queued_messages: int = 512
    """How many messages may wait for a slow reader before it is disconnected. It may resume."""
    join_within: float = 60.0
    """How long a WebSocket may be open without having joined."""
    heartbeat: float = 8.0
    """How long a peer may be silent before it is pinged; half as long again, and it is gone."""
    merge: float = 0.1
    """Over how long changes among the participants are merged into one message."""
    grace: float = 10.0
    """For how long the seat of somebody whose session broke is kept."""
    meetings_per_second: float = 0.5
    """How many meetings one address may make in the long run."""
    meeting_burst: int = 20
    """How many it may make at once. A whole office may have one address."""
    trials_per_second: float = 0.2
    """How many trials of their connection those at one address may begin in the long run."""
    trial_burst: int = 10
    """How many they may begin at once."""
    feedback_per_second: float = 1.0
    """How often those at one address may say how a meeting was, in the long run."""
    feedback_burst: int = 150
    """How often they may at once: when a meeting ends, a whole office does."""
