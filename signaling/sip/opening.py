"""Opens the telephone of a server, as its settings say."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

from server.directory import Directory
from server.media import MediaEdge
from server.phone import PhoneMedia
from server.phone.numbers import DialRules, PhoneBook, read_names
from server.phone.recordings import Recordings
from server.phone.telephone import Telephone
from server.records import Records
from signaling.certificate import server_context
from signaling.config import Config, ConfigError
from signaling.sip import settings as sip_settings
from signaling.sip.gateway import Gateway
from signaling.sip.settings import SipSettings, SipSettingsError


class TelephoneSettings:
    """All settings of the telephone, read. Blocks while it is made. Raises ConfigError."""

    def __init__(self, config: Config) -> None:
        assert config.sip is not None
        try:
            self.sip: SipSettings = sip_settings.read(config.sip)
        except SipSettingsError as error:
            raise ConfigError(str(error)) from error
        self.book = PhoneBook(_names(config))
        prefixes = dict.fromkeys(prefix for trunk in self.sip.trunks for prefix in trunk.prefixes)
        self.telephone = Telephone(config.phone_numbers, DialRules(tuple(prefixes)))


async def open_gateway(
    opened: contextlib.AsyncExitStack,
    config: Config,
    settings: TelephoneSettings,
    edge: MediaEdge,
    directory: Directory,
    records: Records,
) -> Gateway:
    """A gateway that takes calls; ``opened`` closes it. Raises ConfigError."""
    ip = settings.sip.public_ip or next(iter(config.public_ip), None)
    media = await PhoneMedia.start(edge, host=settings.sip.host, public_ip=ip, ports=config.phone_ports)
    opened.push_async_callback(media.close)
    recordings = await asyncio.to_thread(Recordings, config.data_dir / "recordings")
    opened.callback(recordings.close)
    tls: ssl.SSLContext | None = None
    try:
        if settings.sip.tls_port is not None and settings.sip.certificate is None:
            tls = await asyncio.to_thread(server_context, config.data_dir, config.public_ip)
        gateway = Gateway(
            settings.sip,
            directory,
            records,
            media,
            recordings,
            settings.telephone,
            book=settings.book,
            language=config.phone_language,
            server_tls=tls,
        )
        await gateway.start()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"SIP can't be opened on {settings.sip.host}, port {settings.sip.port} ({error}): stop what uses the port, "
            f"or give another in {config.sip}"
        ) from error
    opened.push_async_callback(gateway.stop)
    return gateway


def _names(config: Config) -> dict[str, str]:
    if config.phone_names is None:
        return {}
    try:
        return read_names(config.phone_names.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"the names in {config.phone_names} can't be read: {error}") from error
