"""The WebRTC edge: SDP, DTLS and the Python face of the plane. Media itself never passes through Python."""

from server.media.connection import Connection, Slot
from server.media.downlink import Downlink
from server.media.edge import MediaEdge
from server.media.room import RoomMedia
from server.media.sdp import SdpError

__all__ = ["Connection", "Downlink", "MediaEdge", "RoomMedia", "SdpError", "Slot"]
