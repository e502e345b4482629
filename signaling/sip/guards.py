"""Who may speak to us, and how much. Whoever is on no trunk's list is told nothing, not even that we are here."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from signaling.rate_limit import Buckets, TokenBucket
from signaling.sip.peer import Transport
from signaling.sip.settings import Network, SipSettings, Trunk

MESSAGES_PER_SECOND = 200.0
MESSAGES_AT_ONCE = 800
"""Of one address: forty callers that come at once send some three hundred."""
REFUSALS_PER_SECOND = 50.0
"""How many INVITEs beyond a trunk's rate are told so, a second; the others hear nothing."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a call comes from, for who decides whether it may."""

    trunk: str
    number: str
    """Of the caller. Hostile text."""
    dialled: str
    transport: Transport
    ip: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that is not to reach anybody."""

    status: int
    """400 to 699."""


Guard = Callable[[Source], Refusal | None]


class Guards:
    """Lists, rates and limits. ``counters`` say what was dropped for which reason."""

    def __init__(self, settings: SipSettings, counters: Counter[str], clock: Callable[[], float]) -> None:
        self._settings, self._counters = settings, counters
        self._networks: dict[str, list[Network]] = {trunk.name: [] for trunk in settings.trunks}
        self._messages = Buckets(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE, most=1000)
        self._invites = {
            trunk.name: TokenBucket(trunk.invites_per_second, max(1, int(2 * trunk.invites_per_second)), clock)
            for trunk in settings.trunks
        }
        self._refusals = TokenBucket(REFUSALS_PER_SECOND, int(REFUSALS_PER_SECOND), clock)
        self._calls: Counter[str] = Counter()
        self.resolve({})

    def resolve(self, addresses: Mapping[str, list[str]]) -> None:
        """Take over what the trunks' host names stand for now; what is an address or a network stands for itself."""
        for trunk in self._settings.trunks:
            networks: list[Network] = []
            for host in (*trunk.hosts, trunk.server):
                try:
                    networks.append(ipaddress.ip_network(host, strict=False))
                except ValueError:
                    networks += [ipaddress.ip_network(address) for address in addresses.get(host, [])]
            self._networks[trunk.name] = networks

    def trunk_of(self, ip: str) -> Trunk | None:
        """The trunk whose list has this address; the first in the order of the settings."""
        address = ipaddress.ip_address(ip)
        for trunk in self._settings.trunks:
            if any(address in network for network in self._networks[trunk.name]):
                return trunk
        return None

    def same_side(self, known: str, ip: str) -> bool:
        """Whether two addresses are the same machine or of one trunk."""
        if known == ip:
            return True
        trunk = self.trunk_of(known)
        return trunk is not None and any(ipaddress.ip_address(ip) in network for network in self._networks[trunk.name])

    def admit(self, ip: str) -> bool:
        """Whether a datagram or connection of this address is looked at."""
        if self.trunk_of(ip) is None:
            self._counters["unknown_source"] += 1
            return False
        return True

    def admit_message(self, ip: str) -> bool:
        """Whether one more message of this address is read now."""
        if not self.admit(ip):
            return False
        if not self._messages.take(ip):
            self._counters["too_many_messages"] += 1
            return False
        return True

    def refuse_invite(self, trunk: Trunk) -> Refusal | None:
        """What a new INVITE of this trunk is told; None when it may go on."""
        if not self._invites[trunk.name].take():
            self._counters["too_many_invites"] += 1
            return Refusal(503)
        if self._calls[trunk.name] >= trunk.max_calls:
            self._counters["too_many_calls"] += 1
            return Refusal(486)
        return None

    def may_refuse(self) -> bool:
        """Whether a refusal is sent, or silence kept."""
        return self._refusals.take()

    def has_room(self, trunk: Trunk) -> bool:
        """Whether the trunk can have one more call."""
        return self._calls[trunk.name] < trunk.max_calls

    def call_begins(self, trunk: str) -> None:
        """One more call."""
        self._calls[trunk] += 1

    def call_ends(self, trunk: str) -> None:
        """One less."""
        self._calls[trunk] -= 1
