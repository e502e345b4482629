"""What is measured of one transport's link."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkMeasurements:
    """As the plane last told, a second old at most; it tells what has changed noticeably."""

    fraction_lost: float | None = None
    """The share of packets lost lately, before repair, 0 to 1; None while too little is sent to tell."""
    round_trip: float | None = None
    """In s; None where it is not known."""
    silence: float = 0.0
    """Seconds since anything came; 0 for what is usual between two connectivity checks."""
