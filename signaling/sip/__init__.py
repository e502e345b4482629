"""Telephony: a SIP user agent (RFC 3261) that needs no PBX beside it. ``UserAgent`` and ``Call`` are its face."""

from signaling.sip.call import Call
from signaling.sip.guards import Refusal, Source
from signaling.sip.settings import SipSettings, SipSettingsError, Trunk, read
from signaling.sip.user_agent import CallLimitError, UserAgent

__all__ = [
    "Call",
    "CallLimitError",
    "Refusal",
    "SipSettings",
    "SipSettingsError",
    "Source",
    "Trunk",
    "UserAgent",
    "read",
]
