"""The times of RFC 3261, table 4, in seconds."""

T1 = 0.5
"""An estimate of the round trip."""
T2 = 4.0
"""The longest wait between two retransmissions."""
T4 = 5.0
"""How long a message may stay in the network."""
GIVE_UP = 64 * T1
"""Timers B, F, H, J, L and M; D over UDP."""
