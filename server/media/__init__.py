"""The WebRTC edge: SDP, DTLS and the Python face of the plane. Media itself never passes through Python."""

from server.media.connection import Connection, Slot
from server.media.downlink import Downlink
from server.media.edge import MediaEdge
from server.media.phone_connection import PhoneConnection
from server.media.room import RoomMedia
from server.media.sdp import SdpError
from server.media.seat_media import SeatMedia

__all__ = ["Connection", "Downlink", "MediaEdge", "PhoneConnection", "RoomMedia", "SdpError", "SeatMedia", "Slot"]
