"""The sound of telephone calls. Nothing here knows SIP or meetings: SDP comes in, and a room is a speaker group."""

from server.media.sdp import SdpError
from server.phone.leg import Leg
from server.phone.phone_media import LegLimitError, PhoneMedia
from server.phone.prompts import PromptError
from server.phone.statistics import LegStatistics

__all__ = ["Leg", "LegLimitError", "LegStatistics", "PhoneMedia", "PromptError", "SdpError"]
