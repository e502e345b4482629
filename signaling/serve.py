"""Runs one server: opens everything in order, says when it is ready, and closes everything in order."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from server.media import MediaEdge
from server.records import Records
from signaling.app import create_app
from signaling.certificate import server_context
from signaling.config import Config

log = structlog.get_logger()


class StartError(Exception):
    """The server can't start; one line that says why, and the mend."""


async def serve(config: Config) -> None:
    """Serve until SIGTERM or SIGINT. Raises StartError."""
    listening = _listen(config)
    try:
        records = await Records.open(config.data_dir)
    except (OSError, SQLAlchemyError) as error:
        listening.close()
        raise StartError(
            f"the data folder {config.data_dir} can't be used ({error}): give another with --data-dir"
        ) from error
    tls = await asyncio.to_thread(_tls, config)
    try:
        edge = await _open_media(config)
    except StartError:
        listening.close()
        await records.close()
        raise
    app = create_app(edge, records)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=3)
    try:
        await runner.setup()
        await web.SockSite(runner, listening, ssl_context=tls).start()
        port = listening.getsockname()[1]
        log.info("serving", host=config.host, port=port, media_port=edge.port)
        scheme = "https" if tls else "http"
        print(f"Balai is ready: {scheme}://{_shown_host(config.host)}:{port}", flush=True)
        await _until_stopped()
        log.info("stopping")
    finally:
        await runner.cleanup()
        await edge.close()
        await records.close()


def _shown_host(host: str) -> str:
    if host in ("::", "0.0.0.0", "127.0.0.1", "::1"):  # noqa: S104
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _listen(config: Config) -> socket.socket:
    try:
        if ":" in config.host:
            dual = config.host == "::" and socket.has_dualstack_ipv6()
            if config.host == "::" and not dual:
                return socket.create_server(("0.0.0.0", config.port))  # noqa: S104
            return socket.create_server((config.host, config.port), family=socket.AF_INET6, dualstack_ipv6=dual)
        return socket.create_server((config.host, config.port))
    except OSError as error:
        raise StartError(_port_trouble("TCP", config.port, "--port", config.host, error)) from error


async def _open_media(config: Config) -> MediaEdge:
    try:
        return await MediaEdge.start(
            host=config.host,
            port=config.media_port,
            public_ips=config.public_ip,
            video_slots=config.video_slots,
        )
    except OSError as error:
        raise StartError(_port_trouble("UDP", config.media_port, "--media-port", config.host, error)) from error


def _port_trouble(protocol: str, port: int, flag: str, host: str, error: OSError) -> str:
    return (
        f"{protocol} port {port} on {host} can't be opened ({os.strerror(error.errno) if error.errno else error}): "
        f"stop what uses it, or give another with {flag}"
    )


def _tls(config: Config) -> ssl.SSLContext | None:
    if config.tls == "off":
        return None
    try:
        return server_context(config.data_dir, config.public_ip)
    except (OSError, ValueError) as error:
        raise StartError(f"the certificate in {config.data_dir} can't be made or read ({error})") from error


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
