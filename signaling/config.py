"""The settings: command line over environment over TOML file over defaults, each checked, each refusal one line."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.attendance.phone import normal_number
from server.video_codec import VIDEO_CODECS, VideoCodec


class ConfigError(Exception):
    """A setting that can't be used; one line that names it and says the mend."""


def _host(value: object) -> str:
    text = "127.0.0.1" if value == "localhost" else str(value)
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError("give an IP address to listen on, such as 0.0.0.0, :: or 127.0.0.1") from None


def _port(value: object) -> int:
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or int(str(value)) > 65_535:
        raise ValueError("give a port number from 1 to 65535, or 0 for any free one")
    return int(str(value))


def _public_ip(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str(value).split(",")
    try:
        addresses = [ipaddress.ip_address(str(part).strip()) for part in parts if str(part).strip()]
    except ValueError:
        addresses = []
    if not addresses or any(address.is_unspecified for address in addresses):
        raise ValueError("give the IP address that browsers reach this server at (several with commas)")
    return tuple(str(address) for address in addresses)


def _folder(value: object) -> Path:
    path = Path(str(value)).expanduser()
    if not isinstance(value, str) or not value or (path.exists() and not path.is_dir()):
        raise ValueError("give a folder to keep data in; it is made if it is missing")
    return path


def _database(value: object) -> str:
    """The URL of a PostgreSQL server. No word of a refusal comes from the value: a password is in it."""
    text = str(value)
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        url, port = urlsplit(""), None
    # A password with / ? or # in it would be taken for the rest of the URL, and shown as such.
    astray = "@" in url.path + url.query or bool(url.fragment)
    if (
        not isinstance(value, str)
        or url.scheme not in ("postgresql", "postgres")
        or port == 0
        or astray
        or not text.isprintable()
    ):
        raise ValueError(
            "give a URL such as postgresql://user:password@host/name (in a password, %2F for /, %3F for ?, %23 for #, "
            "%40 for @)"
        )
    return text


def _workers(value: object) -> int:
    return _count(value, "threads", 64)


def _video_slots(value: object) -> int:
    return _count(value, "pictures", 49)


def _file_mb(value: object) -> int:
    return _count(value, "MB", 1_000)


def _file_days(value: object) -> int:
    return _count(value, "days", 3_650)


def _drain_seconds(value: object) -> int:
    return _count(value, "seconds", 3_600, least=0)


def _time_zone(value: object) -> str:
    try:
        return str(ZoneInfo(str(value)))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "../"; a folder's name, such as "Asia"
        raise ValueError("give a time zone of the tz database, such as Asia/Makassar") from None


def _video_codecs(value: object) -> tuple[VideoCodec, ...]:
    parts = value if isinstance(value, list) else str(value).split(",")
    names = [str(part).strip() for part in parts]
    codecs = tuple(codec for name in names for codec in VIDEO_CODECS if codec == name)
    if not codecs or len(codecs) != len(names) or len(set(codecs)) != len(codecs):
        raise ValueError(f"give some of {','.join(VIDEO_CODECS)} with commas, each once, the most preferred first")
    return codecs


def _count(value: object, what: str, most: int, least: int = 1) -> int:
    if (
        isinstance(value, bool)
        or not str(value).isascii()
        or not str(value).isdigit()
        or not least <= int(str(value)) <= most
    ):
        raise ValueError(f"give a number of {what} from {least} to {most}")
    return int(str(value))


def _file(value: object) -> Path:
    path = Path(str(value)).expanduser()
    if not isinstance(value, str) or not path.is_file():
        raise ValueError("give a file that is there")
    return path


def _numbers(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str(value).split(",")
    numbers = [normal_number(str(part)) for part in parts]
    if not numbers or any(number is None or not number.startswith("+") for number in numbers):
        raise ValueError("give telephone numbers with their country codes, such as +62361234567 (several with commas)")
    return tuple(number for number in numbers if number is not None)


def _ports(value: object) -> range:
    first, _, last = str(value).partition("-")
    if first.isascii() and first.isdigit() and last.isascii() and last.isdigit():
        ports = range(int(first), int(last) + 1)
        if ports.start >= 1024 and ports.stop <= 65_536 and len(ports) >= 2:
            return ports
    raise ValueError("give the first and the last UDP port, such as 30000-30199")


def _choice(*choices: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in choices:
            raise ValueError(f"choose one of {', '.join(choices)}")
        return str(value)

    return check


@dataclass(frozen=True)
class Option:
    """One setting: how it is checked, and what it means."""

    check: Callable[[object], Any]
    default: object
    help: str
    empty: object = None
    """What it is when neither anybody nor the default says."""
    secret: bool = False
    """It is never shown."""


OPTIONS: dict[str, Option] = {
    "host": Option(_host, "::", "IP address to listen on, for HTTPS and media. :: takes IPv4 and IPv6."),
    "port": Option(_port, 8443, "TCP port of the pages and the WebSocket."),
    "media_port": Option(_port, 8444, "UDP port of all audio and video."),
    "public_ip": Option(
        _public_ip,
        None,
        "IP address at which browsers reach the media port, where it is not one of this machine's own (NAT, Docker).",
        empty=(),
    ),
    "data_dir": Option(_folder, "data", "Folder for the database and the certificate; made on first start."),
    "database": Option(
        _database,
        None,
        "PostgreSQL database for the records, as postgresql://user:password@host/name; without it, an SQLite file in "
        "the data folder. The environment and the settings file hide the password from others on this machine.",
        secret=True,
    ),
    "time_zone": Option(
        _time_zone,
        "Asia/Makassar",
        "Time zone of attendance sheets, by its name in the tz database: Asia/Jakarta (WIB), Asia/Makassar (WITA), "
        "Asia/Jayapura (WIT).",
    ),
    "file_mb": Option(_file_mb, 25, "How many MB a file in a chat has at most, 1 to 1000."),
    "file_days": Option(_file_days, 30, "After how many days files in chats are deleted, 1 to 3650."),
    "video_slots": Option(_video_slots, 10, "How many pictures one participant receives at most, 1 to 49."),
    "video_codecs": Option(
        _video_codecs,
        ",".join(VIDEO_CODECS),
        "Codecs of pictures, most preferred first: each picture is sent in the first one that its sender's browser can "
        "send and everybody else's can decode. VP8 and H264 are the cheapest for old computers and phones; VP9 and AV1 "
        "look better on thin links, and cost more.",
    ),
    "workers": Option(
        _workers,
        1,
        "How many threads send media. One is best on two cores; more help a server with many meetings and many cores.",
    ),
    "drain_seconds": Option(
        _drain_seconds,
        10,
        "For how many seconds meetings go on after SIGTERM or Ctrl+C, 0 to 3600: everybody is told, and none begins. "
        "A second signal ends them at once.",
    ),
    "tls": Option(
        _choice("self-signed", "off"),
        "self-signed",
        "self-signed: HTTPS with a certificate of our own. off: plain HTTP, behind a proxy such as Caddy.",
    ),
    "sip": Option(
        _file,
        None,
        "TOML file that names the SIP trunks or the office's PBX: turns telephones on. docs/telephone.md says how.",
    ),
    "phone_numbers": Option(
        _numbers,
        None,
        "Telephone numbers that invitations show, with country codes, several with commas: +62361234567.",
        empty=(),
    ),
    "phone_ports": Option(_ports, "30000-30199", "UDP ports of the sound of telephone calls; a call takes two."),
    "phone_language": Option(_choice("id", "en"), "id", "What callers are spoken to in first: id or en."),
    "phone_names": Option(
        _file, None, "CSV file with a telephone number and a name a line: what callers are called in meetings."
    ),
    "log_level": Option(
        _choice("debug", "info", "warning", "error"), "info", "How much to tell: debug, info, warning or error."
    ),
}


NOT_FOR_SERVING = ("load_test_token",)
"""What else may stand in the environment as BALAI_…: settings of other commands."""


SIP_PASSWORDS = "BALAI_SIP_PASSWORD_"
"""Before the name of a trunk: its password. ``signaling/sip/settings.py`` reads it."""


@dataclass(frozen=True)
class Config:
    """The settings of one server."""

    host: str
    port: int
    media_port: int
    public_ip: tuple[str, ...]
    data_dir: Path
    database: str | None = field(repr=False)
    """The URL of a PostgreSQL server, with its password; None: SQLite in the data folder."""
    time_zone: str
    file_mb: int
    file_days: int
    video_slots: int
    video_codecs: tuple[VideoCodec, ...]
    workers: int
    drain_seconds: int
    tls: Literal["self-signed", "off"]
    sip: Path | None
    """The file of trunks; None: no telephones."""
    phone_numbers: tuple[str, ...]
    phone_ports: range
    phone_language: Literal["id", "en"]
    phone_names: Path | None
    log_level: str


def environment_name(option: str) -> str:
    """The environment variable of an option."""
    return f"BALAI_{option.upper()}"


def flag(option: str) -> str:
    """The command-line flag of an option."""
    return "--" + option.replace("_", "-")


def load(
    command_line: Mapping[str, str | None], environment: Mapping[str, str], config_file: str | None = None
) -> Config:
    """Put the settings together. Raises ConfigError."""
    for name in environment:
        if name.startswith(SIP_PASSWORDS):
            continue
        if name.startswith("BALAI_") and name[6:].lower() not in (*OPTIONS, "config", *NOT_FOR_SERVING):
            known = ", ".join(environment_name(option) for option in (*OPTIONS, "config"))
            raise ConfigError(f"{name} is not a setting; there are {known}")
    path = config_file or environment.get("BALAI_CONFIG") or None
    from_file = _read_file(Path(path)) if path else {}
    values: dict[str, Any] = {}
    for name, option in OPTIONS.items():
        sources = (
            (flag(name), command_line.get(name)),
            # Compose and make hand down empty variables for what is not set.
            (environment_name(name), environment.get(environment_name(name)) or None),
            (f"{name} in {path}", from_file.get(name)),
        )
        source, value = next(((s, v) for s, v in sources if v is not None), ("", option.default))
        try:
            values[name] = option.empty if value is None else option.check(value)
        except ValueError as error:
            shown = "what it is" if option.secret else repr(value)
            raise ConfigError(f"{source} can't be {shown}: {error}") from None
    return Config(**values)


def shown_database(url: str) -> str:
    """What may be said of a database: its name and its host, and neither user nor password."""
    parts = urlsplit(url)
    host = parts.hostname or "this machine"
    return f"{parts.path.strip('/') or 'of the default name'} on {host}{f':{parts.port}' if parts.port else ''}"


def _read_file(path: Path) -> dict[str, Any]:
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"the settings file {path} does not exist: make it, or leave --config out") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the settings file {path} can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the settings file {path} is not TOML: {error}") from None
    for name in settings:
        if name not in OPTIONS:
            raise ConfigError(f"{name!r} in {path} is not a setting; there are {', '.join(OPTIONS)}")
    return settings
