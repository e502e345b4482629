"""The settings of telephony: one TOML file, checked whole before anything starts. Without it there is no SIP."""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from signaling.sip.digest import Credentials
from signaling.sip.peer import Transport

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?\Z")
_NUMBER = re.compile(r"\+?[0-9*#]{2,32}\Z")
_USER = re.compile(r"[A-Za-z0-9_.!~*'()&=+$,;?/-]{1,64}\Z")


class SipSettingsError(ValueError):
    """A file that can't be used; one line that names the place and says the mend. It never shows a password."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """An operator's trunk or the office's PBX."""

    name: str
    hosts: tuple[str, ...]
    """Addresses, networks (CIDR) and host names that may call us by it."""
    server: str
    """Host name or address that our own requests go to."""
    port: int = 5060
    transport: Transport = "udp"
    domain: str = ""
    """The host part of its numbers; the server where it is empty."""
    register: bool = False
    """Whether we register there."""
    expires: int = 600
    """Seconds of a registration."""
    credentials: Credentials | None = None
    challenge: bool = False
    """Whether its calls to us have to prove themselves by the same user and password."""
    max_calls: int = 30
    """Calls at once, of both directions."""
    invites_per_second: float = 10.0
    prefixes: tuple[str, ...] = ()
    """What numbers that we call begin with; none: we call nobody by this trunk."""
    caller: str = ""
    """The number that we call from; the user where it is empty."""
    keep_alive: float = 30.0
    """Seconds between two keep-alives; 0: none."""
    tls_ca: Path | None = None
    """Certificates that the trunk's is to be signed by, or itself; the system's without it."""

    @property
    def uri_domain(self) -> str:
        """The host part of its numbers."""
        host = self.domain or self.server
        return f"[{host}]" if ":" in host else host

    def may_call(self, number: str) -> bool:
        """Whether this is a number (+ and digits) that we may call by this trunk."""
        return bool(re.fullmatch(r"\+?[0-9]{2,32}", number)) and number.startswith(self.prefixes)


@dataclass(frozen=True, slots=True)
class SipSettings:
    """All of it."""

    trunks: tuple[Trunk, ...]
    host: str = "::"
    """IP address to listen on."""
    port: int = 5060
    """UDP and TCP; 0 for any that is free."""
    tls_port: int | None = None
    """TCP port of TLS; None: no TLS is listened for."""
    public_ip: str | None = None
    """Where peers reach us, when it is not an address of this machine."""
    domains: tuple[str, ...] = ()
    """Further host parts that calls to us may have."""
    certificate: Path | None = None
    key: Path | None = field(default=None, repr=False)
    """PEM files for TLS; the server's own certificate where there are none."""
    ring_seconds: float = 60.0
    """How long we let it ring."""

    def trunk(self, name: str) -> Trunk:
        """KeyError when there is none."""
        return next(trunk for trunk in self.trunks if trunk.name == name) if name in self.names else _no_trunk(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Of all trunks."""
        return tuple(trunk.name for trunk in self.trunks)


def _no_trunk(name: str) -> Trunk:
    raise KeyError(name)


def read(path: Path, environment: Mapping[str, str] = os.environ) -> SipSettings:
    """Read a settings file. Raises SipSettingsError.

    A password stands in the file, in a file of its own (``password_file``), or in ``BALAI_SIP_PASSWORD_<NAME>``.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SipSettingsError(f"the SIP settings {path} can't be read: {error}") from None
    except tomllib.TOMLDecodeError:
        raise SipSettingsError(f"the SIP settings {path} are not TOML") from None
    tables = content.pop("trunk", None)
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise SipSettingsError(f"{path} has no [[trunk]]: give at least one")
    reader = _Reader(str(path), content)
    trunks = tuple(
        _trunk(_Reader(f"[[trunk]] {number} in {path}", table), environment) for number, table in enumerate(tables, 1)
    )
    if len({trunk.name for trunk in trunks}) < len(trunks):
        raise SipSettingsError(f"{path} has two trunks of one name: give each its own")
    settings = SipSettings(
        trunks=trunks,
        host=reader.address("host", "::"),
        port=reader.integer("port", 5060, 0, 65_535),
        tls_port=reader.integer("tls_port", -1, 0, 65_535) if "tls_port" in content else None,
        public_ip=reader.address("public_ip", "") or None,
        domains=reader.texts("domains", _HOST, "host names"),
        certificate=reader.file("certificate"),
        key=reader.file("key"),
        ring_seconds=reader.integer("ring_seconds", 60, 5, 180),
    )
    reader.finish()
    if (settings.certificate is None) != (settings.key is None):
        raise SipSettingsError(f"{path} has a certificate or a key: give both, or neither")
    return settings


def _trunk(reader: _Reader, environment: Mapping[str, str]) -> Trunk:
    name = reader.text("name", _NAME, "a short name of a-z, 0-9, - and _")
    user = reader.text("user", _USER, "a user name", "")
    password = _password(reader, name, environment)
    if bool(user) != (password is not None):
        raise reader.refusal("user", "give both a user and a password, or neither")
    server = reader.text("server", _HOST_OR_ADDRESS, "a host name or an IP address")
    transport = reader.text("transport", re.compile("|".join(get_args(Transport)) + r"\Z"), "udp, tcp or tls", "udp")
    trunk = Trunk(
        name=name,
        hosts=reader.texts("hosts", _HOST_OR_NETWORK, "addresses, networks or host names") or (server,),
        server=server,
        port=reader.integer("port", 5061 if transport == "tls" else 5060, 1, 65_535),
        transport=transport,  # type: ignore[arg-type]
        domain=reader.text("domain", _HOST_OR_ADDRESS, "a host name", ""),
        register=reader.flag("register", False),
        expires=reader.integer("expires", 600, 60, 86_400),
        credentials=Credentials(user, password) if password is not None else None,
        challenge=reader.flag("challenge", False),
        max_calls=reader.integer("max_calls", 30, 1, 1000),
        invites_per_second=reader.integer("invites_per_second", 10, 1, 1000),
        prefixes=reader.texts("prefixes", re.compile(r"\+?[0-9]{1,32}\Z"), "beginnings of numbers"),
        caller=reader.text("caller", _NUMBER, "a number", ""),
        keep_alive=reader.integer("keep_alive", 30, 0, 3600),
        tls_ca=reader.file("tls_ca"),
    )
    reader.finish()
    if (trunk.challenge or trunk.register) and trunk.credentials is None:
        raise reader.refusal("register" if trunk.register else "challenge", "give a user and a password, too")
    return trunk


def _password(reader: _Reader, name: str, environment: Mapping[str, str]) -> str | None:
    password = reader.take("password")
    file = reader.file("password_file")
    if file is not None:
        try:
            password = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise reader.refusal("password_file", "give a file that can be read") from None
    password = environment.get(f"BALAI_SIP_PASSWORD_{name.upper().replace('-', '_')}") or password
    if password is not None and (not isinstance(password, str) or not password):
        raise reader.refusal("password", "give a text")
    return password


class _HostOrAddress:
    def __init__(self, *, networks: bool) -> None:
        self._networks = networks

    def match(self, text: str) -> bool:
        try:
            ipaddress.ip_network(text) if self._networks else ipaddress.ip_address(text)
        except ValueError:
            return bool(_HOST.match(text)) and not re.fullmatch(r"[0-9.]+", text)
        return True


_HOST_OR_ADDRESS = _HostOrAddress(networks=False)
_HOST_OR_NETWORK = _HostOrAddress(networks=True)
_Check = re.Pattern[str] | _HostOrAddress


class _Reader:
    """Takes values out of a table one by one; what is left at the end is no setting."""

    def __init__(self, where: str, table: Mapping[str, Any]) -> None:
        self._where, self._left = where, dict(table)
        self._known: list[str] = []

    def refusal(self, name: str, mend: str) -> SipSettingsError:
        return SipSettingsError(f"{name} of {self._where} can't be used: {mend}")

    def take(self, name: str) -> Any:
        self._known.append(name)
        return self._left.pop(name, None)

    def text(self, name: str, check: _Check, what: str, default: str | None = None) -> str:
        value = self.take(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not check.match(value):
            raise self.refusal(name, f"give {what}")
        return value

    def texts(self, name: str, check: _Check, what: str) -> tuple[str, ...]:
        values = self.take(name)
        values = [] if values is None else values if isinstance(values, list) else [values]
        if not all(isinstance(value, str) and check.match(value) for value in values):
            raise self.refusal(name, f"give {what}, as a list")
        return tuple(values)

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        value = self.take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.refusal(name, f"give a number from {least} to {most}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.refusal(name, "give true or false")
        return value

    def address(self, name: str, default: str) -> str:
        value = self.take(name)
        if value is None:
            return default
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            raise self.refusal(name, "give an IP address") from None

    def file(self, name: str) -> Path | None:
        value = self.take(name)
        if value is None:
            return None
        if not isinstance(value, str) or not Path(value).expanduser().is_file():
            raise self.refusal(name, "give a file that is there")
        return Path(value).expanduser()

    def finish(self) -> None:
        for name in self._left:
            raise self.refusal(name, f"there is no such setting; there are {', '.join(self._known)}")
