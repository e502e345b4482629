"""Transactions: each a pure state machine that sends its messages again until they are answered (RFC 3261, 17)."""

from signaling.sip.transactions.invite_client import InviteClient
from signaling.sip.transactions.invite_server import InviteServer
from signaling.sip.transactions.non_invite_client import NonInviteClient
from signaling.sip.transactions.non_invite_server import NonInviteServer
from signaling.sip.transactions.table import ClientTransaction, ServerTransaction, Transactions, stateless_tag

__all__ = [
    "ClientTransaction",
    "InviteClient",
    "InviteServer",
    "NonInviteClient",
    "NonInviteServer",
    "ServerTransaction",
    "Transactions",
    "stateless_tag",
]
